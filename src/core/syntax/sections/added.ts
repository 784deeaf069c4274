import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import type { Line, PolicyRuleFacts, RouteFacts } from '../tree';

/**
 * `ip -f inet rule add fwmark 1337 lookup 133` and `ip -f inet route add local default dev lo table 133`, as
 * istio-init runs them in TPROXY mode: each is a fact of the host as well as a command.
 */
export function takeAdded(reader: SectionReader, lines: readonly Line[]): void {
  const routes: RouteFacts[] = [];
  const rules: PolicyRuleFacts[] = [];
  for (const line of lines) {
    const found = ADDED.exec(line.text);
    if (!found) continue;
    const [, options = '', object = '', rest = ''] = found;
    const words = rest.trim().split(/[ \t]+/).join(' ').replace(/ (?:\|\||&&|;|>|2>).*/s, '');
    const family = /-6|inet6/.test(options) || words.split(' ').some((word) => addressFamily(word) === 6) ? 6 : 4;
    if (object.startsWith('ru')) rules.push({ family, words, line });
    else routes.push({ family, words, line });
  }
  if (rules.length > 0) reader.take({ kind: 'policy-rules', rules, lines: rules.map((rule) => rule.line) });
  if (routes.length > 0) reader.take({ kind: 'routes', routes, lines: routes.map((route) => route.line) });
}

const ADDED = /\bip((?:[ \t]+(?:-4|-6|-f[ \t]+inet6?|-family[ \t]+inet6?))*)[ \t]+(ru|rule|r|ro|route)[ \t]+(?:add|append|replace)[ \t]+(\S.*)/s;
