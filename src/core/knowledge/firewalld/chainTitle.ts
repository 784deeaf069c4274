/**
 * What the parts of a chain’s name say. Source: firewalld/firewalld:src/firewall/core/ipXtables.py.
 */
const WAYS: Readonly<Record<string, string>> = {
  IN: 'what arrives for this host',
  OUT: 'what this host sends',
  FWDI: 'what comes from it and is forwarded',
  FWDO: 'what is forwarded to it',
  FWD: 'what is forwarded',
  PRE: 'what arrives, before routing',
  POST: 'what leaves, after routing',
  FILTER: 'what is let through',
  NAT: 'what is translated',
};

const PARTS: Readonly<Record<string, string>> = {
  pre: 'rules before all others',
  log: 'logs',
  deny: 'denials',
  allow: 'allowances',
  post: 'rules after all others',
};

export function firewalldTitle(name: string): string {
  const zones = /^([A-Z]+)(_IN|_OUT)?_ZONES(_SOURCE)?$/.exec(name);
  if (zones) {
    const by =
      zones[3] === undefined
        ? `the ${zones[2] === '_OUT' ? 'outgoing' : zones[1] === 'POSTROUTING' ? 'outgoing' : 'incoming'} interface`
        : 'the source address';
    return `${zones[1] ?? ''}: finds the zone by ${by}`;
  }
  const policies = /^(.+)_POLICIES_(pre|post)$/.exec(name);
  if (policies)
    return (
      `Policies between zones in ${policies[1] ?? ''}, ${policies[2] === 'pre' ? 'before' : 'after'} the zones ` +
      'themselves'
    );
  const direct = /^(.+)_direct$/.exec(name);
  if (direct) return `Direct rules of the administrator in ${direct[1] ?? ''}`;
  const [, way = '', rest = ''] = /^([A-Z]+)_(.+)$/.exec(name) ?? [];
  const [, zone = rest, part] = /^(.+)_(pre|log|deny|allow|post)$/.exec(rest) ?? [];
  const what = WAYS[way] ?? 'its rules';
  return part === undefined ? `Zone ${zone}: ${what}` : `Zone ${zone}, ${what}: ${PARTS[part] ?? part}`;
}
