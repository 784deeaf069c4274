/** What `ip addr`, `ip route` and `sysctl` print on a router with two networks. */
export const HOST = `$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1500
    inet 10.8.0.1/24 scope global eth1
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.8.0.0/24 dev eth1 proto kernel scope link src 10.8.0.1
net.ipv4.ip_forward = 1
`;

const HOOKS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/**
 * `INPUT -j DROP`, of another table than filter `nat/OUTPUT -j RETURN`; `policy raw/OUTPUT DROP`. `{1..9}` repeats a
 * rule with each of these numbers. `wanted`: table and text of the rule that has an asterisk before it.
 */
export function rulesOf(question: string): { readonly text: string; readonly wanted: string } {
  const rules = new Map<string, string[]>();
  const policies = new Map<string, string>();
  let wanted = '';
  for (const item of question.split(' | ')) {
    const [, mark = '', policy, table = 'filter', chain = '', words = ''] =
      /^(\*)?(policy )?(?:([a-z]+)\/)?(\S+) (.*)$/.exec(item) ?? [];
    if (policy !== undefined) {
      policies.set(`${table}/${chain}`, words);
      rules.set(table, rules.get(table) ?? []);
      continue;
    }
    const [range = '', first = 1, last = 1] = /\{(\d+)\.\.(\d+)\}/.exec(words) ?? [];
    for (let i = Number(first); i <= Number(last); i++) {
      const rule = `-A ${chain} ${range === '' ? words : words.replace(range, String(i))}`;
      rules.set(table, [...(rules.get(table) ?? []), rule]);
      if (mark !== '') wanted = `${table} ${rule}`;
    }
  }
  const text = [...rules].map(([table, own]) => {
    const hooks = HOOKS[table] ?? [];
    const others = new Set(own.map((rule) => rule.split(' ')[1] ?? '').filter((chain) => !hooks.includes(chain)));
    return [
      `*${table}`,
      ...hooks.map((hook) => `:${hook} ${policies.get(`${table}/${hook}`) ?? 'ACCEPT'} [0:0]`),
      ...[...others].map((chain) => `:${chain} - [0:0]`),
      ...own,
      'COMMIT\n',
    ].join('\n');
  });
  return { text: text.join(''), wanted };
}
