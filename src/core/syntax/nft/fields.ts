import type { NftToken } from './tokens';

/**
 * A field that was read: `name` in its full form (`meta mark` for `mark`), `words` what parameters it has, `to` the
 * token after it.
 */
export interface ReadField {
  readonly name: string;
  readonly words: readonly string[];
  readonly to: number;
}

/** Header fields by protocol. Source: nft(8), PAYLOAD EXPRESSIONS; nftables src/proto.c and src/exthdr.c. */
const HEADERS: Readonly<Record<string, ReadonlySet<string>>> = {
  ether: words('daddr saddr type'),
  vlan: words('id dei pcp type'),
  arp: words('htype ptype hlen plen operation saddr daddr'),
  ip: words('version hdrlength dscp ecn length id frag-off ttl protocol checksum saddr daddr option'),
  ip6: words('version dscp ecn flowlabel length nexthdr hoplimit saddr daddr'),
  icmp: words('type code checksum id sequence mtu gateway'),
  icmpv6: words('type code checksum parameter-problem packet-too-big id sequence max-delay taddr daddr mtu'),
  igmp: words('type mrt checksum group'),
  tcp: words('sport dport sequence ackseq doff reserved flags window checksum urgptr'),
  udp: words('sport dport length checksum'),
  udplite: words('sport dport checksum csumcov'),
  sctp: words('sport dport vtag checksum'),
  dccp: words('sport dport type'),
  th: words('sport dport'),
  ah: words('nexthdr hdrlength reserved spi sequence'),
  esp: words('spi sequence'),
  comp: words('nexthdr flags cpi'),
  gre: words('flags version protocol'),
  hbh: words('nexthdr hdrlength'),
  frag: words('nexthdr frag-off more-fragments id reserved'),
  rt: words('nexthdr hdrlength type seg-left mtu classid nexthop'),
  dst: words('nexthdr hdrlength'),
  mh: words('nexthdr hdrlength type'),
  srh: words('flags tag sid seg-left'),
};

/** Source: nft(8), META EXPRESSIONS. */
const META = words(
  'length nfproto l4proto protocol priority mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace ' +
    'rtclassid ibrname obrname ibridgename obridgename pkttype cpu iifgroup oifgroup cgroup random ipsec iifkind ' +
    'oifkind time hour day ibrpvid ibrvproto sdif sdifname broute ibrhwaddr secmark secpath',
);
/** Those that may stand without `meta`. */
const UNQUALIFIED = words(
  'mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport obriport ibridgename ' +
    'obridgename pkttype cpu iifgroup oifgroup cgroup',
);
const CT = words(
  'state direction status mark expiration helper label l3proto saddr daddr protocol proto-src proto-dst bytes ' +
    'packets avgpkt zone id secmark event timeout count',
);
const FIB_PARTS = words('saddr daddr mark iif oif');
const FIB_RESULTS = words('oif oifname type');

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/**
 * Whether words name a field, from a token on. A name of a protocol is a value where no field of it follows: `meta
 * l4proto tcp tcp dport 80`.
 */
export class HeaderFieldReader {
  constructor(
    private readonly tokens: readonly NftToken[],
    private readonly from: number,
  ) {}

  read(): ReadField | undefined {
    const first = this.word(0);
    if (first === undefined) return undefined;
    const second = this.word(1) ?? '';
    if (first.startsWith('@')) return { name: 'raw', words: first.slice(1).split(/,[ \t]*/), to: this.from + 1 };
    switch (first) {
      case 'meta':
        return META.has(second) ? this.found(`meta ${second}`, 2) : undefined;
      case 'ct':
        return this.ct();
      case 'fib':
        return this.fib();
      case 'socket':
        return second === 'cgroupv2' && this.word(2) === 'level'
          ? this.found('socket cgroupv2', 4)
          : second === ''
            ? undefined
            : this.found(`socket ${second}`, 2);
      case 'numgen':
        return this.numgen();
      case 'symhash':
        return second === 'mod' ? this.found('symhash', this.word(3) === 'offset' ? 5 : 3) : undefined;
      case 'jhash':
        return this.jhash();
      case 'osf':
        return this.found('osf', second === 'ttl' ? 4 : 2);
      case 'exthdr':
        return this.found('exthdr', 2);
      case 'tcp':
        if (second !== 'option') break;
        return this.found(
          'tcp option',
          /^(?:size|left|right|count|length|kind|tsval|tsecr|left\d?|right\d?)$/.test(this.word(3) ?? '') ? 4 : 3,
        );
      case 'rt':
        if ((second === 'ip' || second === 'ip6') && this.word(2) === 'nexthop') return this.found('rt nexthop', 3);
        if (second === 'ipsec') return this.found('rt ipsec', 2);
        break;
      case 'ipsec':
        return second === 'in' || second === 'out' ? this.found('ipsec', this.word(2) === 'spnum' ? 6 : 4) : undefined;
      default:
    }
    if (HEADERS[first]?.has(second)) return this.found(`${first} ${second}`, 2);
    return UNQUALIFIED.has(first) ? this.found(`meta ${first}`, 1) : undefined;
  }

  private word(ahead: number): string | undefined {
    const token = this.tokens[this.from + ahead];
    return token?.kind === 'word' ? token.text : undefined;
  }

  private found(name: string, count: number): ReadField | undefined {
    const to = this.from + count;
    if (to > this.tokens.length) return undefined;
    return { name, words: this.tokens.slice(this.from, to).map(({ text }) => text), to };
  }

  private ct(): ReadField | undefined {
    let ahead = 1;
    const direction = this.word(ahead);
    if (direction === 'original' || direction === 'reply') ahead++;
    const family = this.word(ahead);
    if (family === 'ip' || family === 'ip6') ahead++;
    const key = this.word(ahead) ?? '';
    return CT.has(key) ? this.found(`ct ${key}`, ahead + 1) : undefined;
  }

  private fib(): ReadField | undefined {
    let ahead = 1;
    while (FIB_PARTS.has(this.word(ahead) ?? '')) {
      ahead++;
      if (this.word(ahead) !== '.') break;
      ahead++;
    }
    return ahead > 1 && FIB_RESULTS.has(this.word(ahead) ?? '') ? this.found('fib', ahead + 1) : undefined;
  }

  private numgen(): ReadField | undefined {
    if (this.word(2) !== 'mod' || !/^\d+$/.test(this.word(3) ?? '')) return undefined;
    return this.found('numgen', this.word(4) === 'offset' ? 6 : 4);
  }

  private jhash(): ReadField | undefined {
    let ahead = 1;
    while (this.word(ahead) !== undefined && this.word(ahead) !== 'mod') ahead++;
    if (this.word(ahead) !== 'mod') return undefined;
    ahead += 2;
    if (this.word(ahead) === 'seed') ahead += 2;
    if (this.word(ahead) === 'offset') ahead += 2;
    return this.found('jhash', ahead);
  }
}
