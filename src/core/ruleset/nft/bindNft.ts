import type { NftScope } from '../../nft/operands';
import type { NftSetIndex } from '../../nft/setIndex';
import { readNftTables, type NftChanges } from '../../syntax/nft/readTables';
import type { NftBase, NftChainText, NftTableText } from '../../syntax/nft/tables';
import type { RulesSection } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';
import type { Hook, NftTableName } from '../../xtables/view';
import {
  HOOKS,
  type BaseChain,
  type Chain,
  type NativeRules,
  type NftTable,
  type Rule,
  type RuleSet,
} from '../ruleSet';
import { NftRule } from './nftRule';
import { namedSet } from './nftSets';

const HOOK_NAMES: Readonly<Record<string, Hook>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

/** The rules of nft of a section that see packets of its family. Never throws. */
export function bindNft(section: RulesSection, changes?: NftChanges): RuleSet {
  const family = section.family ?? 4;
  const native = nativeRules(section, family, changes);
  return {
    family,
    backend: 'nft',
    section,
    tables: new Map(),
    problems: [],
    needsConntrack: native.needsConntrack,
    needsDefrag: native.needsDefrag,
    native,
  };
}

/** What enables connection tracking: every expression `ct`, and every chain of type nat. */
const NEEDS_TRACKING = /(?:^|[ \t])(?:ct|dnat|snat|masquerade|redirect|notrack|synproxy)(?:[ \t;]|$)/;
const NEEDS_DEFRAG = /(?:^|[ \t])tproxy[ \t]/;

function nativeRules(section: RulesSection, family: 4 | 6, changes: NftChanges | undefined): NativeRules {
  const { nft = [], besideIptables } = section;
  const tables = new Map<NftTableName, NftTable>();
  let needsConntrack = false;
  let needsDefrag = false;
  for (const text of readNftTables(nft, changes).values()) {
    const { family: of } = text;
    if (
      (of !== 'inet' && of !== (family === 4 ? 'ip' : 'ip6')) ||
      text.dormant ||
      (besideIptables?.has(`${of} ${text.name}`) && isOfIptables(text))
    )
      continue;
    const name: NftTableName = `${of} ${text.name}`;
    tables.set(name, tableOf(text, name, family));
    for (const chain of text.chains.values()) {
      needsConntrack ||=
        chain.base?.type === 'nat' ||
        chain.rules.some(({ line, start, end }) => NEEDS_TRACKING.test(line.text.slice(start, end)));
      needsDefrag ||= chain.rules.some(({ line, start, end }) => NEEDS_DEFRAG.test(line.text.slice(start, end)));
    }
  }
  // Of two with the same priority the one that was made later goes first (net/netfilter/core.c nf_hook_entries_grow).
  const bases = [...tables.values()].flatMap(({ chains }) => [...chains.values()].filter(isBase)).reverse();
  return {
    tables,
    bases: bases.sort((a, b) => a.base.priority - b.base.priority),
    needsConntrack,
    needsDefrag,
    readFrom: { section, without: changes?.without ?? new Set() },
  };
}

/** A table whose chains are registered at hooks under the names that iptables gives them. */
function isOfIptables({ chains }: NftTableText): boolean {
  return [...chains.values()].every(({ base, name }) => !base || (HOOKS as readonly string[]).includes(name));
}

function isBase(chain: Chain<NftTableName>): chain is BaseChain {
  return chain.hook !== undefined && chain.base !== undefined;
}

function tableOf(text: NftTableText, name: NftTableName, family: 4 | 6): NftTable {
  const chains = new Map<string, NftChain>();
  const sets = new Map<string, NftSetIndex | undefined>();
  let updated: ReadonlySet<string> | undefined;
  const scope: NftScope = {
    family,
    set(wanted) {
      if (!sets.has(wanted)) {
        const found = text.sets.get(wanted);
        sets.set(wanted, found && namedSet(found, scope, () => (updated ??= updatedSets(text)).has(wanted)));
      }
      return sets.get(wanted);
    },
  };
  const ways = new Ways(text.sets);
  const reach = new Reach(text, chains, ways);
  for (const chain of text.chains.values()) chains.set(chain.name, new NftChain(name, chain, reach));
  for (const [chainName, chain] of chains)
    chain.fill(
      (text.chains.get(chainName) as NftChainText).rules.map(
        (rule, i): Rule => new NftRule(family, chain, i + 1, rule, scope, chains),
      ),
    );
  return {
    name,
    line: text.line,
    chains,
    sets: text.sets,
    leadsTo: ({ line, written: { start, end } = { start: 0, end: 0 } }) => ways.of(line.text.slice(start, end)),
  };
}

/** The sets and maps that rules of a table change while packets go by. */
function updatedSets({ chains }: NftTableText): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { rules } of chains.values())
    for (const { line, start, end } of rules)
      for (const [, name = ''] of line.text.slice(start, end).matchAll(/\b(?:add|update|delete)\s+@([\w.-]+)/g))
        names.add(name);
  return names;
}

class NftChain implements Chain<NftTableName> {
  readonly name: string;
  readonly hook: Hook | undefined;
  readonly policy: 'ACCEPT' | 'DROP' | undefined;
  readonly line: Line;
  readonly base: NftBase | undefined;
  readonly comment: string | undefined;
  rules: readonly Rule[] = [];

  constructor(
    readonly table: NftTableName,
    { name, base, policy, line, comment }: NftChainText,
    private readonly from: Reach,
  ) {
    this.name = name;
    this.hook = base && HOOK_NAMES[base.hook];
    this.policy = base ? (policy === 'drop' ? 'DROP' : 'ACCEPT') : undefined;
    this.line = line;
    this.base = base;
    this.comment = comment;
  }

  fill(rules: readonly Rule[]): void {
    this.rules = rules;
  }

  get reach(): number {
    return this.from.of(this.name);
  }
}

/** The chains that rules of a table lead to, by a jump or by a map of verdicts. */
class Ways {
  private readonly ofSets = new Map<string, readonly string[]>();

  constructor(private readonly sets: NftTableText['sets']) {}

  /** `words`: a rule as it is written. Chains of which the table has none may be among them. */
  of(words: string): readonly string[] {
    const maps = [...words.matchAll(/@([\w./-]+)/g)].flatMap(([, set = '']) => this.ofSet(set));
    return [...named(words), ...maps];
  }

  private ofSet(name: string): readonly string[] {
    let found = this.ofSets.get(name);
    if (found === undefined) {
      const elements = this.sets.get(name)?.elements ?? [];
      found = [...new Set(elements.flatMap(({ line, start, end }) => named(line.text.slice(start, end))))];
      this.ofSets.set(name, found);
    }
    return found;
  }
}

/** Which chains of a table are reached from which hooks; computed on first use. */
class Reach {
  private found: Map<string, number> | undefined;

  constructor(
    private readonly text: NftTableText,
    private readonly chains: ReadonlyMap<string, NftChain>,
    private readonly ways: Ways,
  ) {}

  of(name: string): number {
    return (this.found ??= this.find()).get(name) ?? 0;
  }

  private find(): Map<string, number> {
    const found = new Map<string, number>();
    for (const [index, hook] of HOOKS.entries()) {
      const waiting = [...this.chains.values()].filter((chain) => chain.hook === hook).map(({ name }) => name);
      const seen = new Set(waiting);
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        found.set(name, (found.get(name) ?? 0) | (1 << index));
        for (const { line, start, end } of this.text.chains.get(name)?.rules ?? []) {
          for (const to of this.ways.of(line.text.slice(start, end))) {
            if (seen.has(to) || !this.chains.has(to)) continue;
            seen.add(to);
            waiting.push(to);
          }
        }
      }
    }
    return found;
  }
}

/** The chains that verdicts jump to. */
function named(text: string): readonly string[] {
  return [...text.matchAll(/(?:jump|goto)[ \t]+"?([^ \t,;{}"]+)/g)].map(([, name = '']) => name);
}
