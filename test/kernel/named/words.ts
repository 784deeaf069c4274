import type { TopologyJson } from '../case';

/** A host with two interfaces, each with addresses of both families. */
export const HOST: TopologyJson = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
    { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', 'fd00:2::1/64'] },
  ],
  routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
};

const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** The dump of one table; each rule is what is after `-A`. */
export function table(name: string, rules: readonly string[]): string {
  return [
    `*${name}`,
    ...(CHAINS[name] ?? []).map((chain) => `:${chain} ACCEPT [0:0]`),
    ...rules.map((rule) => `-A ${rule}`),
    'COMMIT',
    '',
  ].join('\n');
}
