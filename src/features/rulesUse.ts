import {
  formatAddress,
  formatBlock,
  parseAddress,
  prefixLengthOf,
  sameAddress,
  type Address,
  type AddressBlock,
} from '../core/net/address';
import { packs } from '../core/knowledge/knowledge';
import type { FieldChange } from '../core/net/fields/fieldChange';
import type { InterfaceUse, RulesUse } from '../core/ruleset/host/assumptions';
import { reachingHooks } from '../core/ruleset/checkPlaces';
import { printTarget } from '../core/ruleset/printRule';
import { allTables, type Chain, type Rule, type RuleSet } from '../core/ruleset/ruleSet';
import type { Line } from '../core/syntax/tree';
import { ruleSetView } from './ruleSetView';
import { testsOf, type RuleTests } from './ruleTests';
import { speaksOf } from './speaksOf';

/** Only rules with one of these in their line are evidence: a node's 100,000 service rules have none. */
const EVIDENCE = [' -i ', ' -o ', ' --in-', ' --out', 'TPROXY', ' FORWARD '] as const;
/** The same of nftables; a line that lets something through counts in FORWARD. */
const NFT_EVIDENCE = /\b[io]if(?:name)?\b|\btproxy\b|\bdaddr\b.*\baccept\b/;
const NFT_INTERFACE = /\b[io]if(?:name)?\b/;

const SOURCE_NAT: ReadonlySet<string> = new Set(['MASQUERADE', 'SNAT']);

/** The interfaces of a row of a listing may be known although it does not show them. */
function isEvidence({ text, listed, node }: Line): boolean {
  if (node.kind === 'nft') return NFT_EVIDENCE.test(text);
  return EVIDENCE.some((word) => text.includes(word)) || (listed !== undefined && text.includes('MASQUERADE'));
}

/**
 * Whether a rule of nftables says nothing of the host that one of those read has not said: to read the words of 100,000
 * of them takes longer than to trace a packet.
 */
function saysNoMore({ family, chain, written, line }: Rule, read: Set<string>): boolean {
  if (!written) return false;
  const text = line.text.slice(written.start, written.end);
  const isForwarded = chain.hook === 'FORWARD';
  if (!isForwarded && !NFT_INTERFACE.test(text)) return true;
  const words = text.match(isForwarded ? SAYING_WITH_HOSTS : SAYING) ?? [];
  const key = `${family} ${chain.table} ${chain.name} ${words.join(' ')}`;
  if (read.has(key)) return true;
  read.add(key);
  return false;
}

/** The words that count: interfaces, networks, where packets are let through or translated. */
const SAYING =
  /"[^"]*"|\b[io]if(?:name)?\b(?: [^"\s]+)?|!=|[{}@]|\b[sd]addr\b|[\da-f.:]+\/\d+|\baccept\b|\bmasquerade\b|\bsnat\b.*/g;
/** In FORWARD single destinations count as well. */
const SAYING_WITH_HOSTS = new RegExp(`${SAYING.source}|(?<=daddr )[\\da-f.:]+`, 'g');

/** What the rules show of the host that no other part of the file does. */
export function rulesUseOf(ruleSets: readonly (RuleSet | undefined)[]): RulesUse {
  const interfaces = new Map<string, Use>();
  const tproxyMarks: { mark: number; mask: number }[] = [];
  const tproxyPorts: number[] = [];
  const forwarded: AddressBlock[] = [];
  let pod = false;
  const read = new Set<string>();
  for (const ruleSet of ruleSets) {
    if (!ruleSet) continue;
    for (const rule of rulesOnLines(ruleSet, isEvidence)) {
      noteTproxy(rule, tproxyMarks, tproxyPorts);
      if (saysNoMore(rule, read)) continue;
      for (const tests of testsOf(rule.passing())) {
        noteInterfaces(rule, tests, interfaces);
        noteForwarded(rule, tests, forwarded);
      }
    }
    for (const pack of packs) {
      const facts = pack.hostFacts?.(ruleSetView(ruleSet));
      tproxyMarks.push(...(facts?.localMarks ?? []));
      pod ||= facts?.pod === true;
    }
  }
  const places = new Map<string, ReturnType<typeof placeOf>>();
  const placing = new PlacingRules(ruleSets);
  return {
    interfaces: withoutDoubts(
      [...interfaces].map(([name, use]) => ({
        ...use,
        name,
        behind: [...use.behind.values()],
        sources: [...use.sources.values()],
      })),
    ),
    tproxyMarks: unique(tproxyMarks),
    tproxyPorts: [...new Set(tproxyPorts)],
    forwarded,
    pod,
    speaksOf: (block) => ruleSets.some((ruleSet) => ruleSet !== undefined && speaksOf(ruleSet, block)),
    placeOf: (address) => {
      const key = formatAddress(address);
      // Each host that is possible asks for it.
      if (!places.has(key)) places.set(key, placeOf(placing.naming(address), address));
      return places.get(key);
    },
  };
}

/** The rules on lines of a kind. A line of 300 addresses by 300 has 90,000 rules: it is read once. */
function* rulesOnLines(
  ruleSet: RuleSet,
  wanted: (line: Line) => boolean,
  inChain: (chain: Chain) => boolean = () => true,
): Generator<Rule, undefined> {
  let line: Line | undefined;
  let is = false;
  for (const table of allTables(ruleSet)) {
    for (const chain of table.chains.values()) {
      if (!inChain(chain)) continue;
      for (const rule of chain.rules) {
        if (rule.line !== line) is = wanted((line = rule.line));
        if (is) yield rule;
      }
    }
  }
  return undefined;
}

interface Use extends Omit<InterfaceUse, 'name' | 'behind' | 'sources'> {
  /** By how iptables-save writes them. */
  readonly behind: Map<string, AddressBlock>;
  readonly sources: Map<string, { readonly address: Address; readonly line: number }>;
}

/** At most this many networks and addresses of one interface are taken note of. */
const MOST_TIED = 64;
/** And this many networks that are forwarded to. */
const MOST_FORWARDED = 10_000;

/** A network that rules tie to an interface has to be one: no single address, and not half the internet. */
const SHORTEST_TIED = { 4: 8, 6: 16 } as const;

/**
 * `-s 172.17.0.0/16 ! -o br0` in POSTROUTING says whose network 172.17.0.0/16 is, `-o eth1 -j MASQUERADE` where the way
 * out is, `-i lan -s 10.0.0.0/24 -j ACCEPT` what is reached by lan.
 */
function noteInterfaces(rule: Rule, header: RuleTests, interfaces: Map<string, Use>): void {
  const { chain, target, line } = rule;
  for (const side of [header.inInterface, header.outInterface]) {
    if (!side || side.value.endsWith('+') || side.value === 'lo' || side.value === '') continue;
    const isOut = side === header.outInterface;
    const out = isOut && chain.hook === 'POSTROUTING';
    const known = interfaces.get(side.value) ?? {
      network: undefined,
      translated: false,
      behind: new Map(),
      sources: new Map(),
    };
    const tied =
      out && side.inverted && header.source && !header.source.inverted ? formatBlock(header.source.value) : undefined;
    const name = target.kind === 'extension' ? target.extension.name : '';
    const translates = out && !side.inverted && SOURCE_NAT.has(name);
    interfaces.set(side.value, {
      ...known,
      network: tied ?? known.network,
      translated: known.translated === true || translates,
    });
    const source = translates ? singleSource(rule) : undefined;
    if (source && known.sources.size < MOST_TIED && !known.sources.has(formatAddress(source)))
      known.sources.set(formatAddress(source), { address: source, line: line.index });
    // A rule that drops says what does not come from there.
    const network = isOut ? header.destination : header.source;
    if (
      side.inverted ||
      !network ||
      network.inverted ||
      !(name === 'ACCEPT' || translates) ||
      !isNetwork(network.value)
    )
      continue;
    if (known.behind.size < MOST_TIED) known.behind.set(formatBlock(network.value), network.value);
  }
}

/** The one address that NAT gives as the source; of several nothing shows that they are addresses of this host. */
function singleSource({ target, written, line }: Rule): Address | undefined {
  if (written) {
    const [, v6, v4] = NFT_SOURCE.exec(line.text.slice(written.start, written.end)) ?? [];
    return parseAddress(v6 ?? v4 ?? '');
  }
  for (const change of changesOf(target)) {
    if (change.field !== 'source' || change.kind !== 'among' || change.values.kind !== 'addresses') continue;
    for (const [first, last] of change.values.spans) if (sameAddress(first, last)) return first;
  }
  return undefined;
}

/** `snat to 192.0.2.10:5000-5001`, one address. */
const NFT_SOURCE = /\bsnat (?:ip6? )?to (?:\[([\da-f:.]+)\](?::[\d-]+)?|([\da-f.]+|[\da-f:]+)(?::[\d-]+)?)(?= |$)/;

function changesOf(target: Rule['target']): readonly FieldChange[] {
  return (target.kind === 'extension' && target.extension.changes?.(target.data)) || [];
}

function isNetwork({ address, mask }: AddressBlock): boolean {
  const length = prefixLengthOf(mask) ?? 0;
  return length >= SHORTEST_TIED[address.family] && length <= (address.family === 4 ? 30 : 126);
}

/** A network that rules let come by several interfaces is tied to none. */
function withoutDoubts(interfaces: readonly InterfaceUse[]): readonly InterfaceUse[] {
  const owners = new Map<string, Set<string>>();
  for (const { name, behind = [] } of interfaces)
    for (const block of behind) owners.set(formatBlock(block), (owners.get(formatBlock(block)) ?? new Set()).add(name));
  return interfaces.map((use) => ({
    ...use,
    behind: (use.behind ?? []).filter((block) => owners.get(formatBlock(block))?.size === 1),
  }));
}

function noteForwarded({ chain, target }: Rule, { destination }: RuleTests, forwarded: AddressBlock[]): void {
  if (
    forwarded.length >= MOST_FORWARDED ||
    chain.hook !== 'FORWARD' ||
    !destination ||
    destination.inverted ||
    prefixLengthOf(destination.value.mask) === 0
  )
    return;
  if (target.kind === 'extension' && target.extension.name === 'ACCEPT') forwarded.push(destination.value);
}

/**
 * `-d X` in chains that only INPUT reaches says that X is an address of this host, and in chains that only FORWARD
 * reaches that it is not.
 */
function placeOf(
  rules: Iterable<Rule>,
  address: Address,
): { readonly own: boolean; readonly line: number } | undefined {
  let found: { readonly own: boolean; readonly line: number } | undefined;
  for (const rule of rules) {
    const names = testsOf(rule).some(
      ({ destination }) =>
        destination &&
        !destination.inverted &&
        sameAddress(destination.value.address, address) &&
        prefixLengthOf(destination.value.mask) === (address.family === 4 ? 32 : 128),
    );
    if (!names) continue;
    const own = onlyHook(rule.chain) === 'INPUT';
    // Rules of both kinds leave it open.
    if (found && found.own !== own) return undefined;
    found ??= { own, line: rule.line.index };
  }
  return found;
}

/** INPUT or FORWARD, where nothing else jumps to a chain. */
function onlyHook(chain: Chain): 'INPUT' | 'FORWARD' | undefined {
  const [hook, other] = reachingHooks(chain);
  return other === undefined && (hook === 'INPUT' || hook === 'FORWARD') ? hook : undefined;
}

/** Once this many addresses were searched line by line, all of them are indexed. */
const MOST_SEARCHED = 3;
/** An address as a rule writes it. */
const WRITTEN = /\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]*:[\da-fA-F:]*:[\da-fA-F.]*/g;

function addressesOn(text: string): readonly string[] {
  return (text.match(WRITTEN) ?? []).map((each) => {
    const address = each.includes(':') ? parseAddress(each) : undefined;
    return address ? formatAddress(address) : each;
  });
}

/** The rules of chains that only INPUT or only FORWARD reaches, by the addresses on their lines. */
class PlacingRules {
  private searched = 0;
  private filed: Map<string, Rule[]> | undefined;

  constructor(private readonly ruleSets: readonly (RuleSet | undefined)[]) {}

  /** Those whose line has the address on it. One of IPv6 may be written in several ways. */
  naming(address: Address): Iterable<Rule> {
    const text = formatAddress(address);
    if (address.family === 4 && !this.filed && this.searched++ < MOST_SEARCHED)
      return this.search((line) => line.includes(text), 4);
    return (this.filed ??= this.file()).get(text) ?? [];
  }

  private *search(wanted: (text: string) => boolean, family: 4 | 6 | undefined): Generator<Rule, undefined> {
    for (const ruleSet of this.ruleSets)
      if (ruleSet && (family === undefined || ruleSet.family === family))
        yield* rulesOnLines(
          ruleSet,
          ({ text }) => wanted(text),
          (chain) => onlyHook(chain) !== undefined,
        );
    return undefined;
  }

  private file(): Map<string, Rule[]> {
    const filed = new Map<string, Rule[]>();
    const add = (text: string, rule: Rule): void => {
      const list = filed.get(text);
      if (list) list.push(rule);
      else filed.set(text, [rule]);
    };
    let line: Line | undefined;
    let written = new Set<string>();
    for (const rule of this.search(() => true, undefined)) {
      if (rule.line !== line) {
        line = rule.line;
        written = new Set(addressesOn(line.text));
        for (const text of written) add(text, rule);
        continue;
      }
      // The other rules of a line are as many as its addresses multiplied: only their own destination is theirs.
      const { destination } = rule.header;
      const text = destination && formatAddress(destination.value.address);
      if (text !== undefined && written.has(text)) add(text, rule);
    }
    return filed;
  }
}

function noteTproxy(rule: Rule, marks: { mark: number; mask: number }[], ports: number[]): void {
  const { written, line } = rule;
  if (written) {
    const text = line.text.slice(written.start, written.end);
    const [, port] = /\btproxy (?:ip6? )?to (?:\S*:)?(\d+)/.exec(text) ?? [];
    if (port === undefined) return;
    ports.push(Number(port));
    for (const [, mark] of text.matchAll(/\bmeta mark set (0x[\da-f]{1,8}|\d{1,10})\b/g))
      marks.push({ mark: Number(mark), mask: 0xffffffff });
    return;
  }
  const { target, family } = rule;
  if (target.kind !== 'extension' || target.extension.name !== 'TPROXY') return;
  const port = /--on-port (\d+)/.exec(printTarget(target, family));
  if (port) ports.push(Number(port[1]));
  for (const change of changesOf(target))
    if (change.field === 'mark' && change.kind === 'masked' && change.flip !== 0)
      marks.push({ mark: change.flip, mask: change.clear });
}

function unique(marks: readonly { mark: number; mask: number }[]): readonly { mark: number; mask: number }[] {
  return marks.filter(({ mark, mask }, i) => marks.findIndex((each) => each.mark === mark && each.mask === mask) === i);
}
