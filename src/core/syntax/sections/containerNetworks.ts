import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { InterfaceFacts } from '../facts';
import type { Line } from '../tree';

/**
 * Reads the bridges of `docker network inspect` and `podman network inspect`: the gateway of a bridge network is the
 * host's own address on it. `from` is the line of the name; gives `from + 1` where something else has that name.
 */
export function readContainerNetworks(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const interfaces: InterfaceFacts[] = [];
  let end = from;
  for (let i = from; i < lines.length;) {
    const network = networkAt(lines, i);
    if (!network) break;
    if (network.name !== undefined)
      interfaces.push({
        name: network.name,
        mac: undefined,
        mtu: network.mtu,
        up: true,
        addresses: network.addresses,
        line: network.line,
      });
    end = network.end;
    // Between two networks stand `},` and `{`.
    i = end;
    while (i < lines.length && i < end + 3 && lines[i]?.shape !== Shape.ContainerNetwork) i++;
  }
  if (interfaces.length > 0)
    reader.take({ kind: 'interfaces', interfaces, partial: true, lines: reader.slice(from, end) });
  return Math.max(end, from + 1);
}

interface Network {
  readonly name: string | undefined;
  readonly mtu: number | undefined;
  readonly addresses: readonly string[];
  readonly line: Line;
  readonly end: number;
}

function networkAt(lines: readonly Line[], from: number): Network | undefined {
  const head = lines[from];
  if (head?.shape !== Shape.ContainerNetwork || !/^[ \t>]*"[Ii]d":/.test(lines[from + 1]?.text ?? '')) return undefined;
  const fields = new Map<string, string>();
  const subnets: string[] = [];
  const gateways: string[] = [];
  let line = head;
  let depth = 0;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const each = lines[i];
    const text = each?.text.slice(each.contentStart).trim() ?? '';
    if (!each || !/^["{}[\]]/.test(text)) break;
    depth += opened(text);
    if (depth < 0) break;
    end = i + 1;
    const [, key = '', value = ''] = /^"([^"]{1,100})": "?([^",]*)"?,?$/.exec(text) ?? [];
    if (key === '' || value === '' || value === '{' || value === '[') continue;
    if (/^subnet$/i.test(key)) subnets.push(value);
    else if (/^gateway$/i.test(key)) {
      gateways.push(value);
      line = each;
    } else if (depth === 0 || key.startsWith('com.docker')) fields.set(key.toLowerCase(), value);
  }
  const id = fields.get('id') ?? '';
  const given = fields.get('com.docker.network.bridge.name') ?? fields.get('network_interface');
  const isBridge = fields.get('driver') === 'bridge';
  const name =
    given ??
    (!isBridge
      ? undefined
      : fields.get('name') === 'bridge'
        ? 'docker0'
        : /^[\da-f]{12}/.test(id)
          ? `br-${id.slice(0, 12)}`
          : undefined);
  const addresses = gateways.flatMap((gateway, i) => {
    const length = /\/(\d{1,3})$/.exec(subnets[i] ?? '')?.[1];
    const plain = gateway.replace(/\/\d+$/, '');
    return addressFamily(plain) === undefined ? [] : [`${plain}/${length ?? (plain.includes(':') ? 128 : 32)}`];
  });
  const mtu = fields.get('com.docker.network.driver.mtu');
  return { name, mtu: mtu === undefined ? undefined : Number(mtu) || undefined, addresses, line, end };
}

/** How many brackets a line opens more than it closes. */
function opened(text: string): number {
  let depth = 0;
  for (const character of text)
    depth += character === '{' || character === '[' ? 1 : character === '}' || character === ']' ? -1 : 0;
  return depth;
}
