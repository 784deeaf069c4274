import { formatAddress, isLoopback, type Address } from '../core/net/address';
import type { NamedAddress } from '../core/net/namedAddress';
import { namesOfFile } from '../core/ruleset/host/fileNames';
import type { SourceFile } from '../core/syntax/sourceFile';

/** What a file calls addresses: `pod shop/web-7d9f`, `node worker-2`, `Service shop/web`, `db.example.com`. */
export interface AddressNames {
  /** undefined: it has no name, or several that say different things. */
  nameOf(address: Address): string | undefined;
  /** Whose the rules are, which is what its own addresses are called: `pod server-6cdd`; undefined: not stated. */
  readonly owner: string | undefined;
}

/**
 * The names in the listings of a file (`kubectl get pods -o wide`, /etc/hosts …). They are read when first asked for.
 */
export function addressNames(file: SourceFile, owner: string | undefined): AddressNames {
  return {
    owner,
    nameOf(address) {
      if (isLoopback(address)) return undefined;
      const names = NAMES.get(file) ?? namesByAddress(namesOfFile(file).named);
      NAMES.set(file, names);
      return names.get(formatAddress(address));
    },
  };
}

/** Each trace of a file asks for them. */
const NAMES = new WeakMap<SourceFile, ReadonlyMap<string, string>>();

function namesByAddress(named: readonly NamedAddress[]): ReadonlyMap<string, string> {
  const all = new Map<string, NamedAddress[]>();
  for (const each of named) {
    if (each.address === undefined) continue;
    const known = all.get(each.address);
    if (known) known.push(each);
    else all.set(each.address, [each]);
  }
  const names = new Map<string, string>();
  for (const [address, each] of all) {
    const name = nameAmong(each);
    if (name !== undefined) names.set(address, name);
  }
  return names;
}

/** Pods with the network of their node have its address: several of them say nothing, and the node does. */
function nameAmong(named: readonly NamedAddress[]): string | undefined {
  for (const kind of ['Service', 'pod', 'node'] as const) {
    const texts = new Set(named.filter((each) => each.kind === kind).map(nameWords));
    const [only] = texts;
    if (texts.size === 1) return only;
  }
  // The first name in a line of /etc/hosts is the canonical one, see hosts(5).
  const [host] = named;
  return host?.kind === 'host' ? host.name : undefined;
}

function nameWords({ kind, namespace, name }: NamedAddress): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
