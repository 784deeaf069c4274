import { Shape } from '../../syntax/shape';
import type { RulesSection } from '../../syntax/sourceFile';
import type { TableName } from '../../xtables/view';
import { BUILTIN_CHAINS } from '../ruleSet';
import { ALL_TABLES, evidenceOf, type Evidence, type TablesOfChain } from './tableEvidence';

/** Lines of a list that are in one table, and which it is. */
export interface TableGroup {
  readonly evidence: readonly Evidence[];
  /** The chains that the lines are about, each once. */
  readonly chains: readonly string[];
  /** The likeliest. */
  readonly table: TableName;
  /** Every table that would accept them, the likelier first. */
  readonly candidates: readonly TableName[];
  readonly certain: boolean;
  readonly why: string;
}

/**
 * The lines of a list that does not name its tables, sorted by the tables that they are taken to be of. Chains that
 * jump to each other are in one table, and so is a list with policies, as `iptables -S` prints it. Linear in the lines.
 */
export function tableGroups(section: RulesSection, known: TablesOfChain): readonly TableGroup[] {
  const evidence: Evidence[] = [];
  for (const line of section.lines) {
    const found = evidenceOf(line, section.family ?? 4, known);
    if (found) evidence.push(found);
  }
  if (evidence.length === 0) return [];
  const oneTable = evidence.some(({ policy }) => policy) || section.lines.some(({ shape }) => shape === Shape.Commit);
  const groups =
    oneTable && common(evidence).length > 0
      ? [evidence]
      : components(evidence).flatMap((group) => (common(group).length > 0 ? [group] : segments(group)));
  return groups.map((group) => ({
    evidence: group,
    chains: [...new Set(group.map(({ chain }) => chain))],
    ...decide(group, oneTable),
  }));
}

function common(group: readonly Evidence[]): readonly TableName[] {
  let left = ALL_TABLES;
  for (const { tables } of group) {
    if (tables.length < ALL_TABLES.length) left = left.filter((table) => tables.includes(table));
    if (left.length === 0) break;
  }
  return left;
}

function decide(
  group: readonly Evidence[],
  listed: boolean,
): Pick<TableGroup, 'table' | 'candidates' | 'certain' | 'why'> {
  const all = common(group);
  // Whatever security accepts, filter accepts as well, and security is rarely used.
  const left = all.length > 1 ? all.filter((table) => table !== 'security') : all;
  const [first = 'filter'] = left;
  if (left.length <= 1) return { table: first, candidates: all, certain: true, why: certainWhy(group, first, listed) };
  const exact = listed ? left.find((table) => showsAllOf(table, group)) : undefined;
  if (exact)
    return {
      table: exact,
      candidates: all,
      certain: true,
      why: `only ${exact} has ${policiesOf(group).join(', ')} and no other chain`,
    };
  const likely = group.find((each) => each.likely && left.includes(each.likely));
  // Rules of INPUT are rarely in nat, and rules of PREROUTING and POSTROUTING rarely in raw.
  const table = likely?.likely ?? first;
  const chain = group.find(({ builtin }) => builtin)?.chain ?? group[0]?.chain ?? '';
  const others = left.filter((each) => each !== table).join(' or ');
  const candidates = [table, ...all.filter((each) => each !== table)];
  return {
    table,
    candidates,
    certain: false,
    why: likely
      ? `${targetWord(likely)} is usually there; nothing says that it is not ${others}`
      : `nothing says which table ${chain} is in; it may be ${others} as well`,
  };
}

function policiesOf(group: readonly Evidence[]): readonly string[] {
  return [...new Set(group.filter(({ policy }) => policy).map(({ chain }) => chain))];
}

/** A list shows every built-in chain of its table. Kernels before 2.6.35 have no INPUT in nat. */
function showsAllOf(table: TableName, group: readonly Evidence[]): boolean {
  const shown = policiesOf(group);
  const chains = BUILTIN_CHAINS[table].filter(
    (chain) => shown.includes(chain) || !(table === 'nat' && chain === 'INPUT'),
  );
  return chains.length === shown.length && chains.every((chain) => shown.includes(chain));
}

/** The one thing that leaves only this table, or several things together. */
function certainWhy(group: readonly Evidence[], table: TableName, listed: boolean): string {
  const alone = group.find(
    ({ tables, why }) => why !== undefined && tables.every((each) => each === table || each === 'security'),
  );
  if (alone?.why !== undefined) return `${alone.why} is in ${table} only`;
  const chains = [
    ...new Set(group.filter(({ policy, builtin }) => (listed ? policy : builtin)).map(({ chain }) => chain)),
  ];
  if (chains.length > 1) return `only ${table} has all of ${chains.join(', ')}`;
  const words = [...new Set(group.flatMap(({ why }) => (why === undefined ? [] : [why])))].slice(0, 3);
  return `only ${table} allows ${words.join(' and ')}`;
}

function targetWord({ line }: Evidence): string {
  return /(?:-j|--jump) (\S{1,40})/.exec(line.text)?.[1] ?? 'the target';
}

/**
 * Chains with the jumps between them. Rules of a built-in chain belong together as long as one table accepts them all.
 */
function components(evidence: readonly Evidence[]): readonly (readonly Evidence[])[] {
  const parents: number[] = evidence.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root] as number;
    while (parents[i] !== root) [parents[i], i] = [root, parents[i] as number];
    return root;
  };
  const join = (a: number, b: number): void => void (parents[find(a)] = find(b));
  const byChain = new Map<string, number>();
  let run: { readonly chain: string; readonly at: number; tables: readonly TableName[] } | undefined;
  evidence.forEach(({ chain, builtin, jump, tables }, i) => {
    if (builtin) {
      const both: readonly TableName[] =
        run?.chain === chain ? run.tables.filter((table) => tables.includes(table)) : [];
      if (run && both.length > 0) {
        join(i, run.at);
        run.tables = both;
      } else run = { chain, at: i, tables };
    } else {
      const at = byChain.get(chain);
      if (at === undefined) byChain.set(chain, i);
      else join(i, at);
    }
    if (jump === undefined) return;
    const at = byChain.get(jump);
    if (at === undefined) byChain.set(jump, i);
    else join(i, at);
  });
  const groups = new Map<number, Evidence[]>();
  evidence.forEach((each, i) => {
    const root = find(i);
    const group = groups.get(root);
    if (group) group.push(each);
    else groups.set(root, [each]);
  });
  return [...groups.values()];
}

/**
 * Chains of one name in two tables, as grep gives them: a dump goes table by table, so each run of lines that one table
 * accepts is of that table.
 */
function segments(group: readonly Evidence[]): readonly (readonly Evidence[])[] {
  const found: Evidence[][] = [];
  let left: readonly TableName[] = [];
  for (const each of group) {
    // Rules of INPUT are rarely in nat.
    const tables: readonly TableName[] =
      each.chain === 'INPUT' && each.tables.length > 1 ? each.tables.filter((table) => table !== 'nat') : each.tables;
    const both = left.filter((table) => tables.includes(table));
    if (both.length > 0) {
      found.at(-1)?.push(each);
      left = both;
    } else {
      found.push([each]);
      left = tables;
    }
  }
  return found;
}
