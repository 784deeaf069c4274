import { TCP_FLAGS } from '../../net/packet';

/** In the order of iptables-save. */
export const TCP_FLAG_NAMES: readonly (readonly [string, number])[] = [
  ['FIN', TCP_FLAGS.FIN],
  ['SYN', TCP_FLAGS.SYN],
  ['RST', TCP_FLAGS.RST],
  ['PSH', TCP_FLAGS.PSH],
  ['ACK', TCP_FLAGS.ACK],
  ['URG', TCP_FLAGS.URG],
];

/** `SYN,ACK`, or NONE. Only the six flags that iptables has names for. */
export function printTcpFlags(bits: number): string {
  const names = TCP_FLAG_NAMES.filter(([, bit]) => bits & bit).map(([name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
}
