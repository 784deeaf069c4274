import { parseAddress } from './address';
import { PROTOCOL } from './packet';
import { namedProtocol } from './packetRequest';

/** One direction of a connection in the words of the JSON contract. */
interface TupleGiven {
  readonly src: string;
  readonly dst: string;
  readonly proto: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
}

/** A connection in the words of the JSON contract. */
export interface ConnectionGiven {
  readonly orig: TupleGiven;
  readonly mark?: number;
  readonly zone?: number;
  readonly tcpState?: string;
  readonly status: readonly string[];
  readonly dnat?: { readonly ip: string; readonly port?: number };
  readonly snat?: { readonly ip: string; readonly port?: number };
}

export interface ConnectionLine {
  readonly connection: ConnectionGiven;
  /** The line says that the connection is gone (`[DESTROY]`). */
  readonly ended: boolean;
  /** The same for the lines of one connection. */
  readonly key: string;
}

/**
 * Reads a line of `conntrack -L`, `conntrack -E` or /proc/net/nf_conntrack: the first direction, and what NAT made of
 * it, which the second shows: `tcp 6 431999 ESTABLISHED src=… dst=… sport=… dport=… src=… dst=… sport=… dport=…
 * [ASSURED] mark=0 use=1`. Undefined for other text. Never throws. Source: libnetfilter_conntrack
 * src/conntrack/snprintf_default.c, net/netfilter/nf_conntrack_standalone.c ct_seq_show.
 */
export function readConnectionLine(text: string): ConnectionLine | undefined {
  const head = HEAD.exec(text);
  if (!head) return undefined;
  const [all, , , event, name = '', number = '', state] = head;
  const proto = namedProtocol(name) ?? (Number(number) <= 255 ? Number(number) : undefined);
  if (proto === undefined) return undefined;
  const directions: Record<string, string>[] = [];
  const rest: Record<string, string> = {};
  const marks = new Set<string>();
  for (const word of text
    .slice(all.length)
    .trim()
    .split(/[ \t]+/)
    .slice(0, MOST_WORDS)) {
    if (/^\[\w+\]$/.test(word)) marks.add(word.slice(1, -1));
    const equals = word.indexOf('=');
    if (equals <= 0) continue;
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    if (key === 'src') directions.push({});
    const direction = directions.at(-1);
    if (direction && TUPLE_KEYS.has(key)) direction[key] ??= value;
    else rest[key] = value;
  }
  const [first, second] = directions;
  const orig = first && tupleOf(first, proto);
  if (!orig || !first) return undefined;
  const reply = second && tupleOf(second, proto);
  const answered = !marks.has('UNREPLIED');
  const mark = unsigned(rest['mark'], 0xffffffff);
  const zone = unsigned(rest['zone'], 0xffff);
  const tcpState = proto === PROTOCOL.TCP && state !== undefined && TCP_STATES.has(state) ? state : undefined;
  const connection: ConnectionGiven = {
    orig,
    ...(mark ? { mark } : {}),
    ...(zone ? { zone } : {}),
    ...(tcpState === undefined ? {} : { tcpState }),
    status: [...(answered ? ['SEEN_REPLY'] : []), ...(marks.has('ASSURED') ? ['ASSURED'] : [])],
    ...(reply ? translations(orig, reply) : {}),
  };
  return {
    connection,
    ended: event === 'DESTROY',
    key: [proto, orig.src, orig.sport ?? orig.icmpId, orig.dst, orig.dport, zone].join(' '),
  };
}

/** `[1700000000.1] [NEW] ipv4 2 tcp 6 120 SYN_SENT`, every part but the protocol and its number optional. */
const HEAD =
  /^[ \t]*(?:\[(\d+\.\d+)\][ \t]+)?(?:(\[(NEW|UPDATE|DESTROY)\])[ \t]+)?(?:ipv[46][ \t]+\d+[ \t]+)?([a-z][a-z0-9-]{1,15})[ \t]+(\d{1,3})[ \t]+(?:\d{1,10}[ \t]+)?(?:([A-Z_0-9]{2,15})[ \t]+)?(?=src=)/;
const MOST_WORDS = 100;
const TUPLE_KEYS: ReadonlySet<string> = new Set(['src', 'dst', 'sport', 'dport', 'type', 'code', 'id']);
const TCP_STATES: ReadonlySet<string> = new Set([
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
]);

function tupleOf(
  { src = '', dst = '', sport, dport, type, code, id }: Readonly<Record<string, string>>,
  proto: number,
): TupleGiven | undefined {
  const [source, destination] = [parseAddress(src), parseAddress(dst)];
  if (!source || source.family !== destination?.family) return undefined;
  const field = (name: string, value: number | undefined): Record<string, number> =>
    value === undefined ? {} : { [name]: value };
  return {
    src,
    dst,
    proto,
    ...field('sport', unsigned(sport, 0xffff)),
    ...field('dport', unsigned(dport, 0xffff)),
    ...field('icmpType', unsigned(type, 255)),
    ...field('icmpCode', unsigned(code, 255)),
    ...field('icmpId', unsigned(id, 0xffff)),
  };
}

/** The addresses of the replies where they differ from those of the first packet. */
function translations(orig: TupleGiven, reply: TupleGiven): Pick<ConnectionGiven, 'dnat' | 'snat'> {
  const half = (
    ip: string,
    before: string,
    port: number | undefined,
    portBefore: number | undefined,
  ): ConnectionGiven['dnat'] =>
    ip === before && port === portBefore ? undefined : { ip, ...(port === undefined ? {} : { port }) };
  const dnat = half(reply.src, orig.dst, reply.sport, orig.dport);
  const snat = half(reply.dst, orig.src, reply.dport, orig.sport);
  return { ...(dnat ? { dnat } : {}), ...(snat ? { snat } : {}) };
}

function unsigned(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^(?:\d{1,10}|0x[\da-fA-F]{1,8})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}
