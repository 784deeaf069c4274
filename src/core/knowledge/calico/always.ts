const HOOKS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'POSTROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/**
 * With the prefix that interfaces of pods have by default. Source: projectcalico/calico:felix/rules/static.go,
 * felix/rules/dispatch.go.
 */
export const calicoRules: readonly string[] = [
  'filter cali-from-wl-dispatch -i cali* -g cali-fw-cali*',
  'filter cali-to-wl-dispatch -o cali* -g cali-tw-cali*',
  'filter cali-FORWARD -i cali+ -j cali-from-wl-dispatch',
  'filter cali-FORWARD -o cali+ -j cali-to-wl-dispatch',
  'filter cali-INPUT -i cali+ -g cali-wl-to-host',
  'nat cali-POSTROUTING -j cali-nat-outgoing',
  ...Object.entries(HOOKS).flatMap(([table, chains]) =>
    chains.map((chain) => `${table} ${chain} -j cali-${chain} # cali:`),
  ),
];
