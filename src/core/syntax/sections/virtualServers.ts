import type { ListeningSocket } from '../facts';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';

interface VirtualServer extends Omit<ListeningSocket, 'process'> {
  readonly servers: string[];
}

/**
 * Reads the virtual servers that `ipvsadm -Ln` printed. IPVS takes at its address what would come to a socket there.
 * Undefined where another listing begins.
 */
export function readVirtualServers(reader: SectionReader, from: number): number | undefined {
  const { lines } = reader;
  const found: VirtualServer[] = [];
  let of: VirtualServer | undefined;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    const text = line?.text.slice(line.contentStart) ?? '';
    const [, protocol = '', six, four, port] = ROW.exec(text) ?? [];
    const address = six ?? four;
    if (line && address !== undefined) {
      const base = protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp';
      of = {
        protocol: six !== undefined && base !== 'sctp' ? `${base}6` : base,
        address,
        port: Number(port),
        servers: [],
        line,
        iface: undefined,
        pid: undefined,
        uid: undefined,
      };
      found.push(of);
    } else if (/^FWM[ \t]/.test(text)) of = undefined;
    else if (SERVER.test(text)) of?.servers.push(SERVER.exec(text)?.[1] ?? '');
    else if (line?.shape !== Shape.SocketHeader || !/^IP Virtual Server/.test(text)) {
      if (!/^(?:Prot[ \t]+LocalAddress|->[ \t]+RemoteAddress)/.test(text)) break;
    }
    end = i + 1;
  }
  if (end === from) return undefined;
  const old = reader.reusable(from, end);
  if (old?.kind === 'sockets') reader.take(old);
  else {
    const sockets = found.map(({ servers, ...socket }): ListeningSocket => ({ ...socket, process: nameOf(servers) }));
    reader.take({ kind: 'sockets', sockets, partial: true, virtual: true, lines: reader.slice(from, end) });
  }
  return end;
}

const ROW = /^(TCP|UDP|SCTP)[ \t]+(?:\[([\da-f:.]{2,45})\]|([\d.]{7,15})):(\d{1,5})[ \t]+[a-z]/;
const SERVER = /^->[ \t]+(\S{1,60}:\d{1,5})[ \t]+(?:Masq|Route|Tunnel|Local)\b/;

const MOST_NAMED = 3;

/** What is known of the receiver. */
function nameOf(servers: readonly string[]): string {
  if (servers.length === 0) return 'IPVS (without a real server)';
  return `IPVS (to ${servers.length > MOST_NAMED ? `one of ${servers.length} servers` : servers.join(' or ')})`;
}
