import type { SysctlFacts } from '../../syntax/facts';

/**
 * The settings of a file by their full names; `*` stands for `all` and `default`. What the kernel has, and what
 * commands have set since, takes precedence over a file that is read when the host starts. Values that are not whole
 * numbers are omitted: none of them matters to a packet.
 */
export function sysctlsOf(facts: readonly SysctlFacts[]): Map<string, number> {
  const settings = new Map<string, number>();
  for (const { name, value, origin } of [
    ...facts.filter((each) => each.origin === 'configured'),
    ...facts.filter((each) => each.origin !== 'configured'),
  ]) {
    const number = /^-?\d{1,10}$/.test(value) ? Number(value) : undefined;
    if (number === undefined || number > 0xffffffff || number < -0x80000000) continue;
    if (origin === 'set') forget(settings, name);
    for (const each of name.includes('*') ? [name.replace('*', 'all'), name.replace('*', 'default')] : [name])
      settings.set(each, number);
  }
  return settings;
}

/**
 * Writing one of these two sets the other and forwarding of every interface. Source: net/ipv4/devinet.c
 * inet_forward_change.
 */
const FORWARDING: ReadonlySet<string> = new Set(['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding']);

function forget(settings: Map<string, number>, name: string): void {
  if (!FORWARDING.has(name)) return;
  for (const key of [...settings.keys()])
    if (FORWARDING.has(key) || /^net\.ipv4\.conf\..+\.forwarding$/.test(key)) settings.delete(key);
}
