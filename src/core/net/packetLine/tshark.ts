import { parseAddress } from '../address';
import { PROTOCOL } from '../packet';
import { portOf } from './endpoint';
import { icmp6OfWords, icmpOfWords } from './icmpWords';
import type { ReadPacket } from './readPacket';

/**
 * Reads a line of tshark's summary, `3 0.000012 10.0.0.9 → 10.0.0.1 TCP 74 41522 → 80 [SYN] Seq=0 Win=64240 Len=0`. For
 * protocols that tshark decodes (HTTP, TLS) the line does not state the ports.
 */
export function readTshark(text: string): ReadPacket | undefined {
  const found = LINE.exec(text);
  if (!found) return undefined;
  const [, src = '', dst = '', protocol = '', info = ''] = found;
  const address = parseAddress(src);
  if (!address || address.family !== parseAddress(dst)?.family) return undefined;
  return { fields: { src, dst, ...transportOf(protocol, info) } };
}

const ARROW = '(?:→|->|\\u279e)';
const LINE = new RegExp(
  `^(?:\\d{1,9}[ \\t]+)?(?:(?:\\d{4}-\\d\\d-\\d\\d[ \\t]+)?[\\d:]{1,9}\\.\\d{1,9}[ \\t]+)?([\\da-fA-F.:]{3,45})[ \\t]+${ARROW}[ \\t]+([\\da-fA-F.:]{3,45})[ \\t]+([A-Z][\\w./-]{0,20})[ \\t]+\\d{1,6}(?:[ \\t]+(.*))?$`,
  's',
);
/** `41522 → 80 [SYN, ACK] Seq=0`, perhaps after `[TCP Retransmission]`. */
const PORTS =
  /(?:^|[ \t])([\w-]{1,20})[ \t]+(?:→|->|>|\u279e)[ \t]+([\w-]{1,20})(?=[ \t]|$)(?:[ \t]+\[([A-Z, ]{1,40})\])?/;
const UDP_PROGRAMS: ReadonlySet<string> = new Set([
  'DNS',
  'MDNS',
  'DHCP',
  'DHCPv6',
  'NTP',
  'SNMP',
  'QUIC',
  'SSDP',
  'NBNS',
  'LLMNR',
  'TFTP',
  'RADIUS',
  'VXLAN',
  'WireGuard',
  'STUN',
  'RTP',
  'SIP',
  'GENEVE',
]);
const TCP_PROGRAMS = /^(?:TLS|SSL|HTTP|SSH|SMTP|IMAP|POP|FTP|MySQL|PGSQL|LDAP|SMB|RDP|TELNET|BGP)/;

function transportOf(protocol: string, info: string): Record<string, unknown> {
  if (protocol === 'ICMP')
    return { proto: PROTOCOL.ICMP, ...icmpOfWords(info), ttl: /\bttl=(\d{1,3})/.exec(info)?.[1] };
  if (protocol === 'ICMPv6')
    return { proto: PROTOCOL.ICMPV6, ...icmp6OfWords(info), ttl: /\bhop limit=(\d{1,3})/.exec(info)?.[1] };
  const ports = PORTS.exec(info.slice(0, 300));
  const ends = ports ? { sport: portOf(ports[1] ?? ''), dport: portOf(ports[2] ?? '') } : {};
  if (protocol === 'TCP') {
    const flags = ports?.[3]
      ?.split(/, ?/)
      .filter((name) => /^(?:SYN|ACK|FIN|RST|PSH|URG|ECE|ECN|CWR)$/.test(name))
      .map((name) => (name === 'ECN' ? 'ECE' : name));
    return { proto: PROTOCOL.TCP, ...ends, ...(flags && flags.length > 0 ? { flags } : {}) };
  }
  if (protocol === 'UDP') return { proto: PROTOCOL.UDP, ...ends };
  if (protocol === 'DNS') return { proto: PROTOCOL.UDP, ...(/response/i.test(info) ? { sport: 53 } : { dport: 53 }) };
  if (UDP_PROGRAMS.has(protocol)) return { proto: PROTOCOL.UDP, ...ends };
  if (TCP_PROGRAMS.test(protocol)) return { proto: PROTOCOL.TCP, flags: ['PSH', 'ACK'] };
  if (protocol === 'ESP') return { proto: PROTOCOL.ESP };
  if (protocol === 'SCTP') return { proto: PROTOCOL.SCTP, ...ends };
  return {};
}
