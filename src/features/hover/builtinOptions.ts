/** Options of iptables itself, by their long names. Source: iptables(8), PARAMETERS. */
export const BUILTIN_OPTIONS: Readonly<
  Record<string, { readonly syntax: string; readonly summary: string; readonly spellings: readonly string[] }>
> = {
  protocol: {
    syntax: '[!] -p protocol',
    spellings: ['-p', '--protocol', '--proto'],
    summary: 'The protocol of the packet, by number or name; all stands for any.',
  },
  source: {
    syntax: '[!] -s address[/mask][,…]',
    spellings: ['-s', '--source', '--src'],
    summary:
      'Where the packet comes from, as the packet says at this point. Several addresses stand for several rules.',
  },
  destination: {
    syntax: '[!] -d address[/mask][,…]',
    spellings: ['-d', '--destination', '--dst'],
    summary: 'Where the packet goes, as the packet says at this point: behind DNAT the new address.',
  },
  'in-interface': {
    syntax: '[!] -i name',
    spellings: ['-i', '--in-interface'],
    summary: 'The interface by which the packet came in; eth+ stands for all names that begin so.',
  },
  'out-interface': {
    syntax: '[!] -o name',
    spellings: ['-o', '--out-interface'],
    summary: 'The interface by which the packet will leave. In OUTPUT it is the one chosen before NAT of that hook.',
  },
  fragment: {
    syntax: '[!] -f',
    spellings: ['-f', '--fragment', '--fragments'],
    summary: 'The second and later fragments of a packet. With connection tracking no rule ever sees one.',
  },
  match: {
    syntax: '-m name',
    spellings: ['-m', '--match'],
    summary: 'Loads a match; its options follow. All matches of a rule must hold.',
  },
  jump: {
    syntax: '-j target',
    spellings: ['-j', '--jump'],
    summary: 'What happens to the packet when the rule matches: a target, or a chain to go through and come back from.',
  },
  goto: {
    syntax: '-g chain',
    spellings: ['-g', '--goto'],
    summary: 'Goes on in that chain without coming back here: its end returns to where the last -j was.',
  },
  'set-counters': {
    syntax: '-c packets bytes',
    spellings: ['-c', '--set-counters'],
    summary: 'Starting values of the packet and byte counters.',
  },
};

/** What each command of iptables does. Source: iptables(8), COMMANDS. */
export const OPERATIONS: Readonly<Record<string, string>> = {
  A: 'appends a rule to the end of a chain',
  I: 'inserts a rule, at the top or before the rule with the given number',
  R: 'replaces the rule with the given number',
  D: 'deletes a rule, given by its text or number',
  C: 'asks whether a rule like this exists',
  N: 'makes a new chain',
  X: 'deletes a chain, or all empty ones',
  P: 'sets the policy of a built-in chain: what happens to packets that no rule decided about',
  F: 'deletes all rules of a chain, or of the table',
  Z: 'sets counters to zero',
  E: 'renames a chain',
  L: 'lists rules',
  S: 'prints rules',
};
