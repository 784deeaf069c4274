import { parseAddress } from '../address';
import { portOfService } from '../services';

/** One end of a conversation; a name that stands for an address gives none. */
export interface LineEnd {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/**
 * `10.0.0.9.41522`, `10.0.0.9.https`, `2001:db8::9.41522`, `gate.example.com.22`, `10.0.0.9` as tcpdump writes them.
 */
export function readEnd(text: string): LineEnd {
  const plain = text.replace(/%[\w.@-]{1,15}?(?=\.\w+$|$)/, '');
  const whole = parseAddress(plain);
  if (whole) return { address: plain, port: undefined };
  const dot = plain.lastIndexOf('.');
  const front = plain.slice(0, Math.max(dot, 0));
  const port = portOf(plain.slice(dot + 1));
  return { address: parseAddress(front) ? front : undefined, port };
}

/** The number of a port, or that of a service. */
export function portOf(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : undefined;
  return portOfService(text, undefined);
}
