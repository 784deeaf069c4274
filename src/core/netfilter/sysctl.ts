import type { Host } from '../net/host';

/** Defaults of the contract: forwarding on, everything else off. */
const DEFAULTS: Readonly<Record<string, number>> = { forwarding: 1 };

/**
 * A setting under net.ipv4.conf or net.ipv6.conf for one interface. How "all" and the interface go together differs:
 * `any`: on where either is; `max`: the higher; `own`: the interface alone (for IPv4 forwarding, ip_forward sets it for
 * all). Source: include/linux/inetdevice.h IN_DEV_ORCONF, IN_DEV_MAXCONF, IN_DEV_CONF_GET.
 */
export function sysctl(host: Host, family: 4 | 6, iface: string, name: string, combine: 'any' | 'max' | 'own'): number {
  const base = `net.ipv${family}.conf`;
  const all = host.sysctls.get(`${base}.all.${name}`);
  const own = host.sysctls.get(`${base}.${iface}.${name}`) ?? host.sysctls.get(`${base}.default.${name}`);
  const fallback = DEFAULTS[name] ?? 0;
  if (combine === 'own')
    return (
      own ??
      all ??
      (name === 'forwarding' && family === 4 ? host.sysctls.get('net.ipv4.ip_forward') : undefined) ??
      fallback
    );
  return Math.max(all ?? fallback, own ?? fallback);
}
