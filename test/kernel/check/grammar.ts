import { Random } from '../random';
import type { CheckCase } from './checkCase';

/**
 * Texts of a few lines each, as nobody writes them and iptables-restore reads them all the same, or nearly: counters in
 * front, odd spacing, quotes, options joined, abbreviated, repeated and after `=`, commands by number, `-4` and `-6`,
 * and what is behind `-h` and `-V`, which is never read.
 */
export function grammarCase(seed: number, index: number): CheckCase {
  const random = new Random(seed * 1_000_003 + index);
  const family = random.chance(0.3) ? 6 : 4;
  return { family, about: 'grammar', text: new Writer(random, family).text() };
}

const CHAINS: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
};

class Writer {
  private readonly own: string[] = [];
  /** How many oddities: some texts are taken whole, or the others would never be put to the test after the first. */
  private readonly oddity: number;

  constructor(
    private readonly r: Random,
    private readonly family: 4 | 6,
  ) {
    this.oddity = r.of(0.01, 0.01, 0.03, 0.15);
  }

  /** The usual way, or once in a while another. */
  private odd(usual: string, ...others: readonly string[]): string {
    return this.r.chance(this.oddity) ? this.r.pick(others) : usual;
  }

  text(): string {
    const { r } = this;
    const tables = r.chance(0.2)
      ? r.sample(Object.keys(CHAINS), 2)
      : [r.of('filter', 'filter', 'filter', 'mangle', 'nat', 'raw')];
    return tables.map((table) => this.table(table)).join(r.of('', '', '\n', '# between\n'));
  }

  private table(table: string): string {
    const { r } = this;
    this.own.length = 0;
    const lines = [`*${table}${this.odd('', ' ', '\t', '  # x')}`];
    for (const chain of CHAINS[table] ?? [])
      if (r.chance(0.4))
        lines.push(
          `:${chain}${this.gap()}${r.of('ACCEPT', 'ACCEPT', table === 'nat' ? 'ACCEPT' : 'DROP')}${r.of('', ' [0:0]', '  [12:34]', ' [0:0] ', '\t[1:2]')}${this.odd('', ' x')}`,
        );
    for (let i = r.of(0, 1, 1, 2); i > 0; i--) {
      const name = r.of('OWN', 'a-b', 'X.Y', 'ZZ', 'chain_1');
      if (this.own.includes(name)) continue;
      this.own.push(name);
      lines.push(
        r.chance(0.8)
          ? `:${name}${this.gap()}-${r.of('', ' [0:0]', ' [5:6]')}`
          : `${r.of('-N', '--new-chain', '--new', '-N ')} ${name}`,
      );
    }
    const declared = lines.length;
    for (let i = r.of(1, 2, 3, 4, 5, 6); i > 0; i--) lines.push(this.line(table));
    if (r.chance(0.25)) lines.push(...this.undone(table, lines.slice(declared)));
    lines.push(this.odd('COMMIT', 'COMMIT ', 'COMMIT x', ' COMMIT'));
    return `${lines.join('\n')}\n`;
  }

  /** What takes rules away again, which the kernel then never sees. */
  private undone(table: string, lines: readonly string[]): string[] {
    const { r } = this;
    const added = lines.filter((line) => line.startsWith('-A '));
    const again = added.length > 0 ? r.pick(added) : '-A INPUT';
    const chain = /^-A\s+"?([^\s"]+)/.exec(again)?.[1] ?? 'INPUT';
    const own = this.own[0];
    return r.of<string[]>(
      ['-F'],
      ['-F', '-X'],
      [`-F ${chain}`],
      [`-D ${again.slice(3)}`],
      [`-D ${chain} 1`],
      [`-R ${chain} 1 ${r.of('-j ACCEPT', this.specification(table, chain))}`],
      [`-I ${chain} 1 ${this.specification(table, chain)}`, `-D ${chain} 1`],
      own === undefined ? [`-Z ${chain} 1`] : [`-F ${own}`, r.of(`-X ${own}`, `-E ${own} NEWNAME`)],
      [again, `-D ${chain} 2`],
      [`-P ${r.pick(CHAINS[table] ?? [])} ACCEPT -c 1 2`],
    );
  }

  private line(table: string): string {
    const { r } = this;
    const x = r.next();
    if (x < 0.05) return this.odd(r.of('', '# a comment', '#', '#-A INPUT -j DROP'), ' # x', '\t', ' ');
    const command = this.command(table);
    const counters = r.chance(0.75)
      ? ''
      : this.odd(
          r.of('[0:0] ', '[12:34] ', '[12:34]', '[1:2]  ', '[1:2]\t'),
          '[1:] ',
          '[:2] ',
          '[a:b] ',
          '[1:2',
          ' [1:2] ',
          '[18446744073709551615:1] ',
          '[1:2] [3:4] ',
          '[-1:2] ',
          '[ 1:2] ',
          '[1 :2] ',
          '[1:2]x ',
          '[] ',
          '[1]',
        );
    const family = r.chance(0.85)
      ? ''
      : this.odd(r.of('-4 ', '-6 ', '--ipv4 ', '--ipv6 ', '-v '), '-n ', '-w ', '-t filter ', `-t ${table} `);
    const end = r.chance(0.98)
      ? ''
      : r.of(
          ' -h',
          ' -V',
          ' --help',
          ' --version',
          ' -h --nosuch',
          ' -V stray',
          ' -vh',
          ' -nV',
          ' --hel',
          ' --vers',
          ' -h -j NOSUCH',
          ' -p tcp -h',
          ' -j DNAT -h',
          ' -hV',
          ' -4 -h',
          ' -h tcp',
          ' -V "open',
        );
    return `${this.odd('', ' ')}${counters}${family}${command}${end}${r.chance(0.8) ? '' : this.odd(r.of(' ', '\t', '  '), ' # x', ' \\', '\\')}`;
  }

  private command(table: string): string {
    const { r } = this;
    const builtin = CHAINS[table] ?? [];
    const chain = r.pick([...builtin, ...builtin, ...this.own]);
    const other = this.odd(this.own[0] ?? 'OTHER', 'OTHER');
    const x = r.next();
    if (x < 0.7)
      return `${r.of('-A ', '-A ', '-A ', '-A', '--append ', '--append=', '--app ', '-A  ', '-A\t')}${this.quoted(chain)} ${this.specification(table, chain)}`;
    if (x < 0.82)
      return `${r.of('-I ', '--insert ', '-I')}${chain} ${this.odd(r.of('', '1 ', '01 ', '+1 '), '2 ', '9 ', '0 ', '-1 ', '1x ')}${this.specification(table, chain)}`;
    if (x < 0.84 && r.chance(this.oddity * 6))
      return `${r.of('-R', '--replace')} ${chain} ${r.of('1', '1', '2', '9', '0', '')} ${this.specification(table, chain)}`;
    if (x < 0.88 && r.chance(this.oddity * 6))
      return `${r.of('-D', '--delete')} ${chain} ${r.chance(0.6) ? r.of('1', '2', '9', '0') : this.specification(table, chain)}`;
    if (x < 0.9 && r.chance(this.oddity * 6))
      return `${r.of('-E', '--rename-chain')} ${other} ${r.of('RENAMED', 'OWN', 'INPUT')}`;
    if (x < 0.92 && r.chance(this.oddity * 6)) return `${r.of('-N', '--new-chain')} ${r.of('FRESH', other, chain)}`;
    if (x < 0.94 && r.chance(this.oddity * 6)) return `${r.of('-X', '--delete-chain')} ${r.of('', other, chain)}`;
    if (x < 0.95) return `${r.of('-F', '--flush')} ${this.odd(r.of('', chain), other)}`;
    if (x < 0.97)
      return `${r.of('-P', '--policy')} ${r.pick(builtin)} ${this.odd('ACCEPT', 'DROP', 'QUEUE', 'NOSUCH')}`;
    if (x < 0.98) return `${r.of('-Z', '--zero')} ${r.of('', chain)}`;
    if (!r.chance(this.oddity)) return `-A ${chain} ${this.specification(table, chain)}`;
    return r.of(
      '-L',
      '-S',
      '-C INPUT -j ACCEPT',
      '-A',
      '-A INPUT -A OUTPUT',
      '--nosuch',
      'stray',
      '-A NOSUCH -j ACCEPT',
    );
  }

  private specification(table: string, chain: string): string {
    const { r } = this;
    const parts = [...this.header(chain), ...this.matches()];
    // Mostly in the usual order: a protocol brings its options along.
    const ordered = r.chance(1 - this.oddity) ? parts : r.sample(parts, parts.length);
    const all = [...ordered, ...this.target(table)];
    if (r.chance(this.oddity)) all.push(r.pick(all.length > 0 ? all : ['']));
    return all.filter((part) => part !== '').join(this.gap());
  }

  private header(chain: string): string[] {
    const { r, family } = this;
    const address = (): string =>
      family === 4
        ? r.of('10.0.0.1', '10.0.0.0/8', '10.0.0.1/255.255.0.0', '1.2.3.4/24', '10/8')
        : r.of('fd00::1', 'fd00::/8', 'fd00::1/ffff::', '::1');
    const option = (short: string, long: string, value: string): string =>
      `${r.of('', '', '', '! ', '!  ')}${this.odd(r.of(`${short} ${value}`, `${short} ${value}`, `${long} ${value}`, `${short} ${this.quoted(value)}`), `${short}${value}`, `${long}=${value}`, `${long.slice(0, -2)} ${value}`)}`;
    const list: string[] = [];
    if (r.chance(0.3)) list.push(option('-s', r.of('--source', '--src'), address()));
    if (r.chance(0.25)) list.push(option('-d', r.of('--destination', '--dst'), address()));
    if (r.chance(0.2)) {
      const inward = this.odd(String(!['OUTPUT', 'POSTROUTING'].includes(chain)), 'true', 'false') === 'true';
      list.push(
        option(inward ? '-i' : '-o', inward ? '--in-interface' : '--out-interface', r.of('eth0', 'eth+', 'lo', '+')),
      );
    }
    if (r.chance(0.06))
      list.push(
        this.odd(
          r.of('-c 1 2', '--set-counters 3 4', '-v', '--verbose', family === 4 ? '-f' : '-v'),
          '-f',
          '! -f',
          '--fragment',
          '-nv',
          '-x',
          '-b',
        ),
      );
    return list;
  }

  private matches(): string[] {
    const { r, family } = this;
    const list: string[] = [];
    const x = r.next();
    const ports = (): string =>
      r.of(
        '--dport 80',
        '--dport=80',
        '--sport 1:5',
        '! --dport 80',
        '--dp 80',
        '--destination-port 80:',
        '--source-port :5',
        '--dport  80',
        '--dport ssh',
        '--dport "80"',
      );
    if (x < 0.4)
      list.push(
        this.odd(
          r.of('-p tcp', '-p tcp', '-p  tcp', '--protocol tcp', '-p 6', '-p "tcp"', '--proto tcp'),
          '-p udp',
          '-ptcp',
          '--proto=udp',
        ),
        this.odd(
          r.of(
            '',
            ports(),
            `${r.of('-m tcp', '-mtcp', '--match tcp')} ${ports()}`,
            `${r.of('--dport 80', '--sport 5')} ${r.of('--syn', '--tcp-flags ALL SYN')}`,
            '-m multiport --dports 80,81',
          ),
          `${ports()} --sport 5`,
          '-m multiport --dport 80,81 --comment x',
        ),
      );
    else if (x < 0.5)
      list.push(
        `-p ${family === 4 ? r.of('icmp', '1', 'ICMP') : r.of('icmpv6', 'ipv6-icmp', '58')}`,
        r.of(
          '',
          family === 4
            ? r.of('--icmp-type 8', '--icmp-type echo-request', '-m icmp --icmp-type 3/1', '--icmp-t any')
            : r.of('--icmpv6-type 128', '-m icmp6 --icmpv6-type echo-request'),
        ),
      );
    else if (x < 0.55) list.push(this.odd(r.of('-p all', '! -p tcp', '-p esp', '-p 0', '-p sctp'), '-p nosuch'));
    for (let i = r.of(0, 0, 1, 1, 2); i > 0; i--) {
      list.push(
        this.odd(
          r.of(
            '-m comment --comment x',
            '-m comment --comment "a b"',
            "-m comment --comment 'a b'",
            '-m comment --comment "a \\"b\\""',
            '-m comment --comment a"b c"d',
            '-m comment --comm x',
            '-mcomment --comment=x',
            '-m comment --comment ""',
            '-m state --state NEW',
            '-m state --state NEW,ESTABLISHED',
            '-m conntrack --ctstate RELATED,ESTABLISHED',
            '-m conntrack ! --ctstate INVALID',
            '-m conntrack --ctst NEW',
            '-m conntrack --ctstate=new',
            '-m mark --mark 1',
            '-m mark --mark 0x1/0xff',
            '-m mark ! --mark 1',
            '-m limit --limit 5/sec',
            '-m limit --limit 5/s --limit-burst 7',
            '-m length --length 10:20',
            '-m addrtype --dst-type LOCAL',
            '-m pkttype --pkt-type multicast',
            '-m statistic --mode nth --every 3',
            '-m statistic --mode random --probability 0.5',
            '-m tos --tos 0x10',
            '-m dscp --dscp 5',
            '-m connmark --mark 1',
            '-m time --timestart 10:00',
          ),
          '-m nosuch',
          '-m tcp',
          '-m set --match-set s4 src',
          '--mark 1',
          '-m iprange --src-range 10.0.0.1-10.0.0.9',
          '-m owner --uid-owner 5',
          '-m ttl --ttl-eq 5',
          '-m hl --hl-eq 5',
          '-m limit --limit-burst 0',
          '-m cgroup',
          '-m recent --rcheck --name a/b',
          '-m string --string a --algo x',
          '-m owner --uid-owner 5-0',
          '-m connlabel --label 200',
          '-m udp',
          '-m limit',
          '-m limit --limit-burst 7',
          '-m comment --comm x',
          '-mcomment --comment=x',
          '-m conntrack --ctst NEW',
          '-m mark --mar 1',
        ),
      );
    }
    return list;
  }

  private target(table: string): string[] {
    const { r } = this;
    const jump = this.odd(r.of('-j ', '-j ', '--jump ', '--ju ', '-j  '), '-j', '--jump=');
    const of: Readonly<Record<string, readonly string[]>> = {
      filter: ['REJECT', 'REJECT --reject-with tcp-reset', 'REJECT --reject-w icmp-port-unreachable'],
      mangle: [
        'MARK --set-mark 1',
        'MARK --set-xmark 0x1/0x1',
        'TOS --set-tos 0x10',
        'DSCP --set-dscp 5',
        'CONNMARK --save-mark',
        'TPROXY --on-port 5',
      ],
      nat: [
        'MASQUERADE',
        'DNAT --to-destination 10.0.0.1:80',
        'DNAT --to 10.0.0.1',
        'SNAT --to-source 10.0.0.1',
        'REDIRECT --to-ports 80',
        'REDIRECT --to-port 80',
      ],
      raw: ['NOTRACK', 'CT --notrack', 'CT --zone 5', 'TRACE'],
    };
    const name = this.odd(
      r.of(
        'ACCEPT',
        'DROP',
        'RETURN',
        'LOG',
        'LOG --log-prefix "a b "',
        'LOG --log-prefix x --log-level 6',
        'LOG --log-pre x',
        'NFLOG --nflog-group 5',
        ...(table === 'filter'
          ? ['REJECT']
          : table === 'raw'
            ? ['NOTRACK']
            : table === 'mangle'
              ? ['MARK --set-mark 1', 'TOS --set-tos 0x10', 'DSCP --set-dscp 5']
              : []),
        ...this.own,
        ...this.own,
      ),
      'NOSUCH',
      'accept',
      'standard',
      'MASQUERADE',
      'NOTRACK',
      'REJECT --reject-with tcp-reset',
      ...(of[table] ?? []),
    );
    return r.chance(0.12) ? [''] : [r.chance(0.06) ? `-g ${name}` : `${jump}${name}`];
  }

  private gap(): string {
    return this.r.of(' ', ' ', ' ', ' ', ' ', '  ', '\t', ' \t');
  }

  private quoted(word: string): string {
    return this.r.chance(0.08) ? `"${word}"` : word;
  }
}
