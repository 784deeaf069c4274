import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { AddressFacts } from '../facts';
import type { Line } from '../tree';

/** Reads `podIP:`, `podIPs:`, `hostIP:` and `nodeName:` of a pod's YAML or JSON, whole or what grep left of it. */
export function readPodAddresses(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const found: {
    readonly address: string;
    readonly of: 'pod' | 'node';
    readonly source: string;
    readonly line: Line;
  }[] = [];
  let node: string | undefined;
  let list: 'podIPs' | 'hostIPs' | undefined;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    const text = line.text.slice(line.contentStart).trim();
    if (line.shape === Shape.PodAddress) {
      const [, key = '', rest = ''] = /^"?(\w+)"?:[ \t]*(.*)$/s.exec(text) ?? [];
      const value = rest.replace(/^["']|["']?,?$/g, '');
      list = key === 'podIPs' || key === 'hostIPs' ? key : undefined;
      if (key === 'nodeName') node = value;
      else if (list !== undefined) add(found, list, rest, line);
      else add(found, key, value, line);
    } else if (list !== undefined && LISTED.test(text)) add(found, list, text, line);
    else if (list === undefined || !/^[[\]{}],?$/.test(text)) break;
    end = i + 1;
  }
  const addresses = found.map((each): AddressFacts => ({ ...each, name: each.of === 'node' ? node : undefined, node }));
  if (addresses.length > 0) reader.take({ kind: 'addresses', addresses, lines: reader.slice(from, end) });
  return Math.max(end, from + 1);
}

/** `- ip: 10.55.3.31`, `"ip": "10.55.3.31"`. */
const LISTED = /^(?:- )?(?:\{[ \t]*)?"?ip"?:[ \t]*"?[\da-fA-F:.]+/;

function add(
  found: { address: string; of: 'pod' | 'node'; source: string; line: Line }[],
  key: string,
  text: string,
  line: Line,
): void {
  for (const [address] of text.matchAll(/[\da-fA-F]{0,4}[:.][\da-fA-F:.]+/g)) {
    if (addressFamily(address) === undefined || found.some((other) => other.address === address)) continue;
    found.push({ address, of: key.startsWith('pod') ? 'pod' : 'node', source: key.replace(/s$/, ''), line });
  }
}
