import { protocolNumber } from '../../net/protocols';
import { condition, shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';

/** A port that rules publish for a container. */
export interface Published {
  readonly protocol: number;
  /** The address of this host, where not all are published. */
  readonly address: string | undefined;
  readonly port: number;
  /** The container. */
  readonly to: { readonly address: string; readonly port: number };
  /** Docker excepts its bridge where docker-proxy runs and serves it (userland-proxy, the default). */
  readonly proxied: boolean;
}

const known = new WeakMap<RuleSetView, readonly Published[]>();

/** Those of the rules, in their order; worked out once for a rule set. */
export function publishedIn(rules: RuleSetView): readonly Published[] {
  let found = known.get(rules);
  if (found === undefined) {
    found = (chainIn(rules, 'nat', 'DOCKER')?.rules ?? []).flatMap((rule) => publishedBy(rule) ?? []);
    known.set(rules, found);
  }
  return found;
}

function publishedBy(rule: RuleView): Published | undefined {
  if (rule.target !== 'DNAT') return undefined;
  const shape = shapeOf(rule);
  const port = Number(valueOf(shape, 'dport'));
  const protocol = protocolNumber(valueOf(shape, 'proto') ?? '');
  const [, address, to] =
    /^\[?([\d.]+|[\da-f:]+)\]?:(\d+)$/i.exec(shape.targetOptions.get('--to-destination') ?? '') ?? [];
  if (!Number.isInteger(port) || protocol === undefined || address === undefined) return undefined;
  return {
    protocol,
    address: valueOf(shape, 'dst')?.replace(/\/\d+$/, ''),
    port,
    to: { address, port: Number(to) },
    proxied: condition(shape, 'in')?.negated === true,
  };
}
