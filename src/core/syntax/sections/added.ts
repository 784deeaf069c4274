import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import type { InterfaceFacts, PolicyRuleFacts, RouteFacts } from '../facts';
import type { Line } from '../tree';
import { prefixLength } from './prefixLength';

/** What commands add to a host. */
export interface Added {
  readonly routes: readonly RouteFacts[];
  readonly rules: readonly PolicyRuleFacts[];
  readonly interfaces: readonly InterfaceFacts[];
}

/**
 * `ip -f inet rule add fwmark 1337 lookup 133` and `ip -f inet route add local default dev lo table 133`, as
 * scripts that set up TPROXY run them, `ip addr add 10.0.0.1/24 dev eth0`: each is a fact of the host as well as a
 * command.
 */
export function takeAdded(reader: SectionReader, lines: readonly Line[]): void {
  const { routes, rules, interfaces } = addedFacts(lines);
  if (interfaces.length > 0)
    reader.take({ kind: 'interfaces', interfaces, partial: true, lines: interfaces.map((each) => each.line) });
  if (rules.length > 0)
    reader.take({ kind: 'policy-rules', rules, partial: true, lines: rules.map((rule) => rule.line) });
  if (routes.length > 0) reader.take({ kind: 'routes', routes, added: true, lines: routes.map((route) => route.line) });
}

/** The routes, policy rules and addresses that such lines add, wherever in the line the command stands. */
export function addedFacts(lines: readonly Line[]): Added {
  const routes: RouteFacts[] = [];
  const rules: PolicyRuleFacts[] = [];
  const interfaces: InterfaceFacts[] = [];
  for (const line of lines) {
    const found = ADDED.exec(line.text);
    if (!found) {
      const route = oldRoute(line);
      if (route) routes.push(route);
      continue;
    }
    const [, options = '', object = '', rest = ''] = found;
    const words = rest
      .trim()
      .split(/[ \t]+/)
      .join(' ')
      .replace(/ (?:\|\||&&|;|>|2>).*/s, '');
    const family = /-6|inet6/.test(options) || words.split(' ').some((word) => addressFamily(word) === 6) ? 6 : 4;
    if (object.startsWith('ru')) rules.push({ family, words, line });
    else if (object.startsWith('r')) routes.push({ family, words, line });
    else {
      const [, address = '', length, name] =
        /^(?:local )?([\da-fA-F.:]+)(\/\d{1,3})?(?: .*)? dev ([^\s/;]{1,15})/.exec(`${words} `) ?? [];
      if (name !== undefined && addressFamily(address) !== undefined)
        interfaces.push({
          name,
          mac: undefined,
          mtu: undefined,
          up: undefined,
          addresses: [`${address}${length ?? (address.includes(':') ? '/128' : '/32')}`],
          line,
        });
    }
  }
  return { routes, rules, interfaces };
}

const ADDED =
  /\bip((?:[ \t]+(?:-4|-6|-f[ \t]+inet6?|-family[ \t]+inet6?))*)[ \t]+(ru|rule|r|ro|route|a|ad|addr|address)[ \t]+(?:add|append|replace)[ \t]+(\S.*)/s;

/** `route add -net 10.0.0.0 netmask 255.0.0.0 gw 10.1.1.1 dev eth1`, `route add default gw 10.1.1.1`. */
function oldRoute(line: Line): RouteFacts | undefined {
  const [, kind = '', rest = ''] = /\broute[ \t]+add[ \t]+(?:-(net|host)[ \t]+)?(\S.*)/s.exec(line.text) ?? [];
  const [destination = '', ...words] = rest.trim().split(/[ \t]+/);
  const behind = (name: string): string | undefined => words[words.indexOf(name) + 1 || words.length];
  const gateway = behind('gw');
  const named = behind('dev') ?? (words.length > 0 && words.length % 2 === 1 ? words.at(-1) : undefined);
  const plain = destination === 'default' ? destination : (/^\d[\d.]*(?:\/\d{1,2})?$/.exec(destination)?.[0] ?? '');
  if (
    plain === '' ||
    (gateway === undefined && named === undefined) ||
    (gateway !== undefined && addressFamily(gateway) !== 4)
  )
    return undefined;
  const mask = behind('netmask');
  const length = mask === undefined ? undefined : prefixLength(mask);
  const to =
    plain.includes('/') || plain === 'default' || kind === 'host' || length === undefined
      ? plain
      : `${plain}/${length}`;
  return {
    family: 4,
    words: `${to}${gateway === undefined ? '' : ` via ${gateway}`}${named === undefined ? '' : ` dev ${named}`}`,
    line,
  };
}
