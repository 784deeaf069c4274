import { Random } from '../random';

/** A dump, and commands that are run one after the other after it. */
export interface CommandsCase {
  readonly family: 4 | 6;
  readonly dump: string;
  readonly commands: readonly string[];
}

/** What the programs made of a case. */
export interface CommandsAnswer extends CommandsCase {
  readonly backend: 'legacy' | 'nft';
  /** Of each command, whether it was refused. */
  readonly refused: readonly boolean[];
  /** What iptables-save printed then, without comments and counters; the table without rules omitted. */
  readonly saved: string;
}

const DUMP = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:web - [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j web
-A web -p tcp -j REDIRECT --to-ports 8080
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:empty - [0:0]
:guard - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j guard
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A guard -p udp -j RETURN
-A guard -j DROP
COMMIT
`;

const NAMED: readonly (readonly string[])[] = [
  ['-I INPUT -p tcp -m tcp --dport 443 -j ACCEPT'],
  ['-I INPUT 1 -p udp -j ACCEPT', '-I INPUT 2 -p icmp -j ACCEPT'],
  ['-I INPUT 5 -j LOG', '-I INPUT 6 -j LOG'],
  ['-I INPUT 6 -j LOG'],
  ['-I INPUT 7 -j LOG'],
  ['-I INPUT 0 -j LOG'],
  ['-I empty 2 -j LOG', '-I empty 1 -j LOG', '-I empty 2 -j ACCEPT'],
  ['-D INPUT 2', '-D INPUT 3', '-D INPUT 3'],
  ['-D INPUT 9'],
  [
    '-D INPUT -p tcp --dport 22 -j ACCEPT',
    '-D INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
    '-D INPUT -p tcp --dport 22 -j ACCEPT',
  ],
  ['-D INPUT -p tcp --dport 23 -j ACCEPT'],
  ['-D FORWARD -m conntrack --ctstate INVALID -j DROP'],
  ['-R INPUT 1 -i lo -j DROP', '-R INPUT 9 -j DROP', '-R INPUT -j DROP'],
  ['-P INPUT ACCEPT', '-P FORWARD DROP', '-P guard DROP', '-P INPUT REJECT'],
  ['-F guard', '-F', '-F nowhere'],
  ['-N own', '-N own', '-N INPUT', '-A own -j ACCEPT', '-A INPUT -j own'],
  ['-N own', '-A own -j own'],
  ['-A guard -j INPUT'],
  ['-A empty -j guard', '-A guard -j empty'],
  ['-X empty', '-X guard', '-X'],
  ['-F guard', '-X guard', '-D INPUT -j guard', '-X guard', '-A INPUT -j guard'],
  ['-E guard keep', '-A keep -j ACCEPT', '-A guard -j ACCEPT', '-E empty keep'],
  [
    '-t nat -A PREROUTING -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353',
    '-t nat -F web',
    '-t nat -D PREROUTING 1',
  ],
  ['-t nat -A INPUT -j REDIRECT', '-A INPUT -j REDIRECT', '-t nat -A PREROUTING -j MASQUERADE'],
  ['-t mangle -A PREROUTING -j MARK --set-mark 1', '-t raw -A OUTPUT -j NOTRACK', '-t foo -A INPUT -j ACCEPT'],
  ['-A INPUT --dport 80 -j ACCEPT', '-A INPUT -p tcp --dport 99999 -j ACCEPT', '-A INPUT -p tcp --dpotr 80'],
  ['-A INPUT -j nowhere', '-A nowhere -j ACCEPT', '-A OUTPUT -i eth0 -j ACCEPT', '-A INPUT -o eth0 -j ACCEPT'],
  [
    '-A INPUT -s 10.0.0.1,10.0.0.2 -j ACCEPT',
    '-I INPUT -s 10.0.0.3,10.0.0.4 -j DROP',
    '-D INPUT -s 10.0.0.1,10.0.0.2 -j ACCEPT',
  ],
  ['-C INPUT -j guard', '-C INPUT -j empty', '-Z'],
  ['--insert INPUT 2 --protocol tcp --jump DROP', '--append OUTPUT ! -d 10.0.0.0/8 -g guard', '--delete INPUT 1'],
  ['-A empty -j guard', '-A guard -j empty', '-F empty', '-A guard -j empty'],
  [
    '-t nat -N out',
    '-t nat -A out -j MASQUERADE',
    '-t nat -A PREROUTING -j out',
    '-t nat -A POSTROUTING -j out',
    '-t nat -A INPUT 1',
  ],
  ['-t nat -A INPUT -j MASQUERADE', '-t nat -D INPUT 1'],
  ['-w -A INPUT -j ACCEPT', '-4 -A INPUT -j DROP', '-6 -A INPUT -j DROP', '-v -A OUTPUT -j ACCEPT'],
];

/** The named ones, and as many at random. */
export function commandsCases(random: number, seed: number): readonly CommandsCase[] {
  const named = NAMED.map((commands): CommandsCase => ({
    family: 4,
    dump: DUMP,
    commands: commands.map((each) => `iptables ${each}`),
  }));
  const six = DUMP.replaceAll('INVALID', 'NEW');
  const chance = new Random(seed);
  const drawn = Array.from({ length: random }, (_, i): CommandsCase => {
    const family = i % 4 === 0 ? 6 : 4;
    const program = family === 4 ? 'iptables' : 'ip6tables';
    return {
      family,
      dump: family === 4 ? DUMP : six,
      commands: Array.from({ length: chance.int(1, 6) }, () => `${program} ${drawnCommand(chance)}`),
    };
  });
  return [...named, ...drawn];
}

const CHAINS = ['INPUT', 'INPUT', 'FORWARD', 'OUTPUT', 'guard', 'empty', 'own', 'PREROUTING'] as const;
const TESTS = [
  '',
  '-p tcp',
  '-p tcp -m tcp --dport 22',
  '-i lo',
  '-p udp',
  '-m conntrack --ctstate NEW',
  '! -i eth0',
] as const;
const TARGETS = [
  '-j ACCEPT',
  '-j DROP',
  '-j guard',
  '-j empty',
  '-j own',
  '-j RETURN',
  '-g guard',
  '',
  '-j REJECT',
  '-j LOG',
] as const;

function drawnCommand(chance: Random): string {
  const chain = chance.pick(CHAINS);
  const rule = `${chance.pick(TESTS)} ${chance.pick(TARGETS)}`.trim();
  const position = chance.int(1, 5);
  switch (chance.int(0, 11)) {
    case 0:
    case 1:
    case 2:
      return `-I ${chain} ${position} ${rule}`.trim();
    case 3:
    case 4:
      return `-A ${chain} ${rule}`.trim();
    case 5:
      return `-D ${chain} ${position}`;
    case 6:
      return `-D ${chain} ${rule}`.trim();
    case 7:
      return `-R ${chain} ${position} ${rule}`.trim();
    case 8:
      return `-N ${chance.pick(['own', 'more', 'guard'])}`;
    case 9:
      return `-F ${chain}`;
    case 10:
      return `-X ${chain}`;
    default:
      return `-P ${chain} ${chance.pick(['ACCEPT', 'DROP'])}`;
  }
}
