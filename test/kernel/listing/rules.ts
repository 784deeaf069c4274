import { readAnswers } from '../check/answersFile';
import { tablesOf } from '../check/record';

/** Rules that iptables-save has printed, of one chain and about one extension. */
export interface RuleGroup {
  readonly family: 4 | 6;
  readonly about: string;
  readonly table: string;
  readonly chain: string;
  /** Without `-A CHAIN`. */
  readonly rules: readonly string[];
}

/**
 * Every rule of the recorded texts that iptables-restore took, in the words of iptables-save, and rules with several of
 * their matches.
 */
export function ruleGroups(root: string): readonly RuleGroup[] {
  const groups = new Map<string, { readonly group: Omit<RuleGroup, 'rules'>; readonly rules: Set<string> }>();
  const add = (family: 4 | 6, about: string, table: string, chain: string, rule: string): void => {
    // iptables-save prints a quote within a name of an interface as it is, and nothing can load that.
    if (CONTROL.test(rule) || (rule.match(/(?<!\\)"/g)?.length ?? 0) % 2 !== 0) return;
    const key = `${family} ${about} ${table} ${chain}`;
    const found = groups.get(key) ?? { group: { family, about, table, chain }, rules: new Set<string>() };
    groups.set(key, found);
    found.rules.add(rule);
  };
  for (const { family, about, text, saved } of readAnswers(root)) {
    const table = tablesOf(text).at(-1);
    // A line break in a name or comment breaks the row.
    if (saved === undefined || table === undefined || /^(?!\*|:|-A |COMMIT$|$)/m.test(saved)) continue;
    const last = saved.slice(saved.lastIndexOf(`*${table}\n`));
    for (const [, chain = '', rule = ''] of last.matchAll(/^-A (\S+)(.*)$/gm))
      if (/^[A-Z]+$/.test(chain)) add(family, about, table, chain, rule.trim());
  }
  for (const [family, about, table, chain, rule] of OWN_RULES) add(family, about, table, chain, rule);
  for (const group of mixed([...groups.values()]))
    for (const rule of group.rules) add(group.family, 'mixed', group.table, group.chain, rule);
  return [...groups.values()].map(({ group, rules }) => ({ ...group, rules: [...rules] }));
}

const CONTROL = /[^\P{Cc}\t]/u;

/** What the recorded texts do not have: whatever else the programs can print. */
const OWN_RULES: readonly (readonly [4 | 6, string, string, string, string])[] = [
  ...[
    '--weekdays Mon,Tue --monthdays 1,2',
    '! --weekdays Mon,Tue ! --monthdays 1,2 --timestart 10:00',
    '--datestart 2024-01-01T00:00:00 --datestop 2024-05-01T01:02:03 --kerneltz',
    '--timestart 22:00 --timestop 06:00 --contiguous',
  ].map((options) => [4, 'time', 'filter', 'INPUT', `-m time ${options}`] as const),
  ...[
    '--rateest e --rateest-gt --rateest-bps 5kbit',
    '--rateest e --rateest-lt --rateest-pps 5',
    '--rateest e ! --rateest-lt --rateest-pps 5',
    '--rateest e ! --rateest-gt --rateest-bps 1mbit',
    '--rateest-delta --rateest e --rateest-bps1 1mbit --rateest-lt --rateest-bps2 2mbit --rateest-pps1 5 --rateest-pps2 6',
    '--rateest1 e --rateest-gt --rateest2 e2 --rateest-bps',
    '--rateest1 e --rateest-eq --rateest2 e2 --rateest-pps',
    '--rateest-delta --rateest1 e --rateest-bps1 1mbit --rateest-gt --rateest2 e2 --rateest-bps2 2mbit',
  ].map((options) => [4, 'rateest', 'filter', 'INPUT', `-m rateest ${options}`] as const),
  ...[
    '--mode nth --every 3 --packet 1',
    '--mode nth ! --every 4 --packet 0',
    '--mode random --probability 0.33333',
  ].map((options) => [4, 'statistic', 'filter', 'INPUT', `-m statistic ${options}`] as const),
  ...[
    '--strict --reqid 1 --proto esp --mode tunnel --tunnel-src 10.0.0.1 --tunnel-dst 10.0.0.2/24 --next --reqid 2 ! --spi 5',
    '--strict --proto ah --next --proto esp --mode transport',
    '--reqid 7 --mode tunnel --tunnel-dst 10.0.0.1 --proto esp',
  ].map((options) => [4, 'policy', 'filter', 'INPUT', `-m policy --dir in --pol ipsec ${options}`] as const),
  [
    4,
    'hashlimit',
    'filter',
    'INPUT',
    '-m hashlimit --hashlimit-above 1mb/s --hashlimit-burst 2mb --hashlimit-name x --hashlimit-mode srcip --hashlimit-rate-match --hashlimit-rate-interval 5',
  ],
  [
    4,
    'hashlimit',
    'filter',
    'INPUT',
    '-m hashlimit --hashlimit-upto 30/min --hashlimit-burst 9 --hashlimit-mode srcip,dstport --hashlimit-name y --hashlimit-htable-expire 300000 --hashlimit-srcmask 24',
  ],
  [
    4,
    'recent',
    'filter',
    'INPUT',
    '-m recent --update --seconds 60 --hitcount 4 --rttl --name SSH --mask 255.255.255.0 --rdest --reap',
  ],
  [4, 'icmp', 'filter', 'INPUT', '-p icmp --icmp-type any'],
  [
    4,
    'comment',
    'filter',
    'INPUT',
    '-m comment --comment "it is */ not the end" -m comment --comment "/* nested */" -m mark --mark 1',
  ],
  [4, 'comment', 'filter', 'INPUT', '-p tcp -m comment --comment "tcp dpt:22 /* state NEW" --dport 23'],
  [4, 'string', 'filter', 'INPUT', String.raw`-m string --algo kmp --string "a \"q\" \\ b" --icase --from 5 --to 9`],
  [
    4,
    'LOG',
    'filter',
    'INPUT',
    '-j LOG --log-level debug --log-uid --log-tcp-options --log-tcp-sequence --log-ip-options --log-prefix "a \\"b\\" level 3 "',
  ],
  [4, 'goto', 'filter', 'INPUT', '-p tcp -m tcp --dport 22 -g GOTO'],
  [4, 'goto', 'filter', 'INPUT', '-s 10.0.0.0/8 -j GOTO'],
  [6, 'goto', 'filter', 'INPUT', '-s fd00::/8 -p tcp -m comment --comment x -g GOTO'],
  [4, 'NETMAP', 'nat', 'PREROUTING', '-d 10.1.0.0/16 -j NETMAP --to 10.2.0.0/16'],
];

/**
 * Rules with two or three matches and a target that stand alone in others: the texts of matches follow each other
 * without a mark.
 */
function mixed(
  all: readonly { readonly group: Omit<RuleGroup, 'rules'>; readonly rules: ReadonlySet<string> }[],
): readonly RuleGroup[] {
  const random = generator(7);
  const groups: RuleGroup[] = [];
  for (const family of [4, 6] as const) {
    const matches = all
      .filter(({ group }) => group.family === family && group.table === 'filter')
      .flatMap(({ rules }) => [...rules].filter((rule) => /^-m [^ ]+ (?!.*-[mj] )/.test(rule) && !SHARES.test(rule)));
    for (const [table, chain] of [
      ['filter', 'INPUT'],
      ['mangle', 'PREROUTING'],
      ['nat', 'PREROUTING'],
    ] as const) {
      const targets = all
        .filter(({ group }) => group.family === family && group.table === table && group.chain === chain)
        .flatMap(({ rules }) => [...rules].filter((rule) => /^-j /.test(rule) && !SHARES.test(rule)));
      const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
      const rules = Array.from({ length: 100 }, () =>
        [
          pick(matches),
          pick(matches),
          ...(random() < 0.3 ? [pick(matches)] : []),
          ...(random() < 0.8 ? [pick(targets)] : []),
        ].join(' '),
      ).filter((rule) => {
        // What one match and two of it print may be the same.
        const names = [...rule.matchAll(/-m (\S+)/g)].map(([, name]) => name);
        return new Set(names).size === names.length;
      });
      groups.push({ family, about: 'mixed', table, chain, rules });
    }
  }
  return groups;
}

/** What is kept under a name that other rules may have too: two of them may not agree. */
const SHARES = /hashlimit|recent|IDLETIMER|rateest|RATEEST|LED|CLUSTERIP/;

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
