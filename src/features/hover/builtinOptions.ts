/** Options of iptables itself, by their long names. Source: iptables(8), PARAMETERS. */
export const BUILTIN_OPTIONS: Readonly<
  Record<string, { readonly syntax: string; readonly summary: string; readonly spellings: readonly string[] }>
> = {
  protocol: {
    syntax: '[!] -p protocol',
    spellings: ['-p', '--protocol', '--proto'],
    summary: 'The protocol of the packet, by number or name; all matches any.',
  },
  source: {
    syntax: '[!] -s address[/mask][,…]',
    spellings: ['-s', '--source', '--src'],
    summary: 'The source address of the packet at this point. A list of addresses makes one rule for each.',
  },
  destination: {
    syntax: '[!] -d address[/mask][,…]',
    spellings: ['-d', '--destination', '--dst'],
    summary: 'The destination address of the packet at this point: after DNAT, the new one.',
  },
  'in-interface': {
    syntax: '[!] -i name',
    spellings: ['-i', '--in-interface'],
    summary: 'The interface that the packet came in by; eth+ stands for all names that begin with eth.',
  },
  'out-interface': {
    syntax: '[!] -o name',
    spellings: ['-o', '--out-interface'],
    summary: 'The interface that the packet will leave by. In OUTPUT it is the one chosen before NAT in that hook.',
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
    summary:
      'What happens to the packet when the rule matches: a target, or a user-defined chain that returns here ' +
      'at its end.',
  },
  goto: {
    syntax: '-g chain',
    spellings: ['-g', '--goto'],
    summary: 'Continues in that chain. Its end does not return here, but to the rule after the last -j.',
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
  C: 'checks whether a rule like this exists',
  N: 'makes a new chain',
  X: 'deletes a chain, or all empty ones',
  P: 'sets the policy of a built-in chain: what happens to packets that no rule decides on',
  F: 'deletes all rules of a chain, or of the table',
  Z: 'sets counters to zero',
  E: 'renames a chain',
  L: 'lists rules',
  S: 'prints rules',
};
