import type { ExpressionProblem } from '../../core/net/packetExpression';
import { portOfService } from '../../core/net/services';
import { own } from '../../core/text/own';
import { partOf, problemAt, wholeNumber, type FirstPacket, type Piece } from './firstPacket';

/** Where a URL leads. */
interface UrlPlace {
  readonly scheme: string;
  readonly protocol: 'tcp' | 'udp';
  readonly host: Piece;
  readonly port: number;
  /** The port stands in the URL; else it is that of the scheme. */
  readonly ported: boolean;
}

/** Whether a word is a URL with its scheme. */
export function isUrl(text: string): boolean {
  return /^(?:jdbc:)?[a-z][a-z\d+.-]{0,30}:\/\//i.test(text);
}

/**
 * Reads `http://user:secret@[2001:db8::7]:3000/path?x#y` (RFC 3986). Without a scheme, as curl and wget take it, it is
 * of `defaultScheme`. The zone of an address (`%25eth1` in RFC 6874, in practice also `%eth1`) stays in `host`.
 */
export function readUrl(word: Piece, defaultScheme: string): UrlPlace | ExpressionProblem {
  const { text } = word;
  const head = /^(?:jdbc:)?([a-z][a-z\d+.-]{0,30}):\/\//i.exec(text);
  const scheme = head?.[1]?.toLowerCase() ?? defaultScheme;
  const from = head?.[0].length ?? 0;
  if (LOCAL.has(scheme)) return problemAt(word, `${scheme}:// sends no packet`);
  const rest = /[/?#]/.exec(text.slice(from));
  const end = rest ? from + rest.index : text.length;
  const start = text.lastIndexOf('@', end - 1) >= from ? text.lastIndexOf('@', end - 1) + 1 : from;
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text.slice(start, end));
  const colon = bracketed ? -1 : text.slice(start, end).indexOf(':');
  const hostEnd = colon < 0 ? end : start + colon;
  const host = bracketed
    ? {
        ...partOf(word, start + 1, start + 1 + (bracketed[1] as string).length),
        text: (bracketed[1] as string).replace(/%25(?=.)/, '%'),
      }
    : partOf(word, start, hostEnd);
  const portText = bracketed ? (bracketed[2] ?? '') : colon < 0 ? '' : text.slice(hostEnd + 1, end);
  if (host.text === '') return problemAt(word, 'this URL names no host');
  if (/[{}[\],]/.test(host.text) || text.slice(start, end).includes('[') !== (bracketed !== null))
    return problemAt(partOf(word, start, end), 'these are several hosts: write one of them');
  const known = own(SCHEMES, scheme);
  const port = portText === '' ? known?.port : wholeNumber(portText, 1, 65535);
  if (port === undefined)
    return portText === ''
      ? problemAt(word, `the port of ${scheme}:// is not known here: write it, as ${scheme}://${host.text}:443`)
      : problemAt(partOf(word, end - portText.length, end), `"${portText}" is not a port from 1 to 65535`);
  const protocol = known?.protocol ?? (/udp$/.test(scheme) ? 'udp' : 'tcp');
  return { scheme, protocol, host, port, ported: portText !== '' };
}

/** The packet that opens the connection to a URL that stands alone. */
export function urlPacket(word: Piece): FirstPacket | ExpressionProblem {
  const place = readUrl(word, 'http');
  return 'message' in place ? place : { from: 'a URL', protocol: place.protocol, to: place.host, port: place.port };
}

const LOCAL: ReadonlySet<string> = new Set(['file', 'unix', 'data', 'about']);

/** Where the scheme is not the name of the service. */
const OWN_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  ws: 80,
  wss: 443,
  scp: 22,
  sftp: 22,
  ftp: 21,
  ssh: 22,
  smtp: 25,
  ldap: 389,
  mqtt: 1883,
  mqtts: 8883,
  gopher: 70,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  rediss: 6379,
  amqp: 5672,
  amqps: 5671,
  mongodb: 27017,
  nats: 4222,
  rtmp: 1935,
  sqlserver: 1433,
};

/** Schemes that are services of their own in /etc/services. */
const NAMED = ['https', 'ftps', 'ldaps', 'imap', 'imaps', 'pop3', 'pop3s', 'dict', 'telnet', 'rtsp', 'ntp'];

const SCHEMES: Readonly<Record<string, { readonly port: number; readonly protocol: 'tcp' | 'udp' }>> =
  Object.fromEntries<{ readonly port: number; readonly protocol: 'tcp' | 'udp' }>([
    ...[
      ...Object.entries(OWN_PORTS),
      ...NAMED.map((name) => [name, portOfService(name, undefined)] as const),
      ['smtps', 465] as const,
    ].flatMap(([scheme, port]) => (port === undefined ? [] : [[scheme, { port, protocol: 'tcp' as const }] as const])),
    ['tftp', { port: 69, protocol: 'udp' as const }],
    ['coap', { port: 5683, protocol: 'udp' as const }],
    ['syslog', { port: 514, protocol: 'udp' as const }],
    ['sip', { port: 5060, protocol: 'udp' as const }],
  ]);
