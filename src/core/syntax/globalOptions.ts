/** An option of iptables itself, as getopt_long(3) knows it. */
export interface GlobalOption {
  readonly name: string;
  /** Two long names with the same letter mean the same. */
  readonly letter: string;
  /** `maybe`: its value must be attached, or be the next word where that is not an option. */
  readonly value: 'yes' | 'no' | 'maybe';
}

/** Source: iptables/iptables.c and iptables/ip6tables.c, original_opts; the order is that of the search. */
const OPTIONS: readonly GlobalOption[] = [
  ...options('yes', 'append A delete D check C insert I replace R'),
  ...options('maybe', 'list L list-rules S flush F zero Z'),
  ...options('yes', 'new-chain N'),
  ...options('maybe', 'delete-chain X'),
  ...options(
    'yes',
    'rename-chain E policy P source s destination d src s dst d protocol p in-interface i jump j table t match m',
  ),
  ...options('no', 'numeric n'),
  ...options('yes', 'out-interface o'),
  ...options('no', 'verbose v'),
  ...options('maybe', 'wait w wait-interval W'),
  ...options('no', 'exact x fragments f version V'),
  ...options('maybe', 'help h'),
  ...options('no', 'line-numbers 0'),
  ...options('yes', 'modprobe M set-counters c goto g'),
  ...options('no', 'ipv4 4 ipv6 6'),
];

const BY_NAME: ReadonlyMap<string, GlobalOption> = new Map(OPTIONS.map((option) => [option.name, option]));
const BY_LETTER: ReadonlyMap<string, GlobalOption> = new Map(
  [...OPTIONS].reverse().map((option) => [option.letter, option]),
);

/** By its full name, without dashes. */
export function globalOptionNamed(name: string): GlobalOption | undefined {
  return BY_NAME.get(name);
}

/** By its letter: `A`, `p`, `4`. */
export function globalOptionOfLetter(letter: string): GlobalOption | undefined {
  return letter === '0' ? undefined : BY_LETTER.get(letter);
}

/**
 * All whose name begins so; getopt takes an abbreviation where they mean the same. ip6tables has no `--fragments` that
 * could be meant.
 */
export function globalOptionsStartingWith(prefix: string, family: 4 | 6): readonly GlobalOption[] {
  return OPTIONS.filter(({ name, letter }) => name.startsWith(prefix) && (family === 4 || letter !== 'f'));
}

function options(value: GlobalOption['value'], words: string): readonly GlobalOption[] {
  const list = words.split(' ');
  return list.flatMap((name, i) => (i % 2 === 0 ? [{ name, letter: list[i + 1] ?? '', value }] : []));
}
