import { formatAddress, parseAddress } from '../../core/net/address';
import type { NamedAddress, NamedPort } from '../../core/net/namedAddress';
import { editDistance } from '../../core/text/editDistance';

/** A name with its addresses. */
interface Resolved {
  readonly addresses: readonly string[];
  /** `Service shop/web`, `hosts file`; undefined of an address and of localhost, which everybody knows. */
  readonly known: string | undefined;
  /** Its address is that of a Service, which no host has. */
  readonly service: boolean;
  readonly ports: readonly NamedPort[];
}

/** Why a name has no address here, and the known name that is probably meant; missing where none is near. */
export interface UnknownName {
  readonly message: string;
  readonly meant?: string;
}

export function isUnknown(found: Resolved | UnknownName): found is UnknownName {
  return 'message' in found;
}

const LOCAL: ReadonlyMap<string, readonly string[]> = new Map([
  ['localhost', ['127.0.0.1', '::1']],
  ['ip6-localhost', ['::1']],
  ['ip6-loopback', ['::1']],
]);

/** The names that a file knows, by which a person may call an address. */
export class NameBook {
  private readonly byKey = new Map<string, NamedAddress[]>();

  constructor(names: readonly NamedAddress[]) {
    for (const each of names) {
      const { name, namespace, kind } = each;
      this.add(name, each);
      if (namespace !== undefined) this.add(`${namespace}/${name}`, each);
      else if (kind === 'Service' || kind === 'pod') this.add(`*/${name}`, each);
    }
  }

  private add(key: string, name: NamedAddress): void {
    const lower = key.toLowerCase();
    const list = this.byKey.get(lower);
    if (list) list.push(name);
    else this.byKey.set(lower, [name]);
  }

  /** The names, in small letters, each in the form that says most, with what it is and its address. */
  *known(): Generator<readonly [name: string, what: string], undefined> {
    for (const [key, [first]] of this.byKey) {
      const namespaced = first?.namespace === undefined || key.includes('/');
      if (!first || !namespaced || key.startsWith('*/')) continue;
      yield [key, `${WORDS[first.kind]}${first.address === undefined ? '' : `, ${first.address}`}`];
    }
    return undefined;
  }

  /** What may be written of a name with one of its ports: `shop/web:http`. */
  portsOf(name: string): readonly (readonly [text: string, what: string])[] {
    const found = this.resolve(name);
    if (isUnknown(found)) return [];
    // A port of TCP and UDP is offered once.
    const texts = new Map(found.ports.map((each) => [`${name}:${each.name ?? each.port}`, each.port]));
    return [...texts].map(([text, port]) => [text, `port ${port} of ${found.known ?? name}`]);
  }

  /** The addresses of an address, of `localhost` or of a name. */
  resolve(text: string): Resolved | UnknownName {
    const address = parseAddress(text);
    if (address) return { addresses: [formatAddress(address)], known: undefined, service: false, ports: [] };
    const plain = text.toLowerCase().replace(/\.$/, '');
    const local = LOCAL.get(plain);
    if (local) return { addresses: local, known: undefined, service: false, ports: [] };
    const found = keysOf(plain)
      .map((key) => this.byKey.get(key))
      .find((list) => list !== undefined);
    if (!found) return this.unknown(text);
    const [first] = found as [NamedAddress];
    if (first.address === undefined) return { message: `the file does not state the address of "${text}"` };
    const kinds = found.filter(({ kind }) => kind === first.kind);
    const spaces = [...new Set(kinds.map(({ namespace }) => namespace).filter((each) => each !== undefined))];
    if (spaces.length > 1)
      return {
        message: `"${text}" is in ${spaces.length} namespaces: write ${spaces
          .slice(0, 3)
          .map((each) => `"${each}/${first.name}"`)
          .join(' or ')}`,
      };
    return {
      addresses: [...new Set(kinds.flatMap(({ address: each }) => each ?? []))],
      service: first.kind === 'Service',
      known: `${WORDS[first.kind]}${first.kind === 'host' ? '' : ` ${nameOf(first)}`}`,
      ports: kinds.flatMap(({ ports }) => ports),
    };
  }

  private unknown(text: string): UnknownName {
    const near = this.nearest(text);
    const says = `the file does not know the name "${text}"`;
    return near === undefined
      ? { message: `${says}: write its address` }
      : { message: `${says}; did you mean "${near}"?`, meant: near };
  }

  /** The known name that differs least, by two letters at most, and of a short name by one. */
  nearest(text: string): string | undefined {
    const wanted = keysOf(text.toLowerCase().replace(/\.$/, '')).filter((key) => !key.startsWith('*/'));
    const longest = Math.max(...wanted.map(({ length }) => length));
    let most = longest < 3 ? 0 : longest < 6 ? 1 : 2;
    let best: string | undefined;
    for (const [key, [first]] of this.byKey) {
      if (most === 0 || !first) break;
      const distance = Math.min(...wanted.map((each) => editDistance(each, key, most)));
      if (distance > most) continue;
      best = !key.includes('/')
        ? first.name
        : text.includes('.') && first.namespace !== undefined
          ? `${first.name}.${first.namespace}.svc`
          : nameOf(first);
      most = distance - 1;
      if (most < 1) break;
    }
    return best;
  }
}

const WORDS: Readonly<Record<NamedAddress['kind'], string>> = {
  Service: 'Service',
  pod: 'pod',
  node: 'node',
  host: 'hosts file',
};

function nameOf({ name, namespace }: NamedAddress): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * The keys under which a name may be filed, the one that says most first: `web.shop.svc.cluster.local`, `web.shop`,
 * `shop/web`, `svc/web`, `web`.
 */
function keysOf(name: string): readonly string[] {
  const kubectl = /^(?:svc|service|services|pod|pods|po)\/(.+)$/.exec(name)?.[1];
  if (kubectl !== undefined) return [kubectl];
  const [, service, namespace] = /^([a-z\d-]+)\.([a-z\d-]+)(?:\.svc(?:\.[a-z\d.-]+)?)?$/.exec(name) ?? [];
  const slashed = /^[a-z\d-]+\/([a-z\d.-]+)$/.exec(name)?.[1];
  if (slashed !== undefined) return [name, `*/${slashed}`];
  if (service !== undefined && namespace !== undefined)
    return /\.svc(?:\.|$)/.test(name)
      ? [`${namespace}/${service}`, `*/${service}`]
      : [name, `${namespace}/${service}`, `*/${service}`];
  return [name];
}
