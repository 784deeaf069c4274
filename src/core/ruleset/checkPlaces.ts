import type { Line, Problem } from '../syntax/tree';
import type { PlaceLimit, RuleTraits } from './ruleTraits';
import type { Columns } from '../text/columns';
import { ofLegacy, ofNft, type Backend, type Complaint } from '../xtables/backend';
import type { Hook, TableName } from '../xtables/view';
import { MOST_JUMPS, nftReach } from './nftReach';
import { HOOKS, type Chain, type Rule } from './ruleSet';

export type ReportPlace = (
  line: Line,
  at: Columns,
  code: string,
  message: string,
  severity?: Problem['severity'],
) => void;

/** A rule with matches or a target that the kernel accepts in some places only. */
export interface LimitedRule extends Rule {
  readonly chain: Chain<TableName>;
  readonly traits: RuleTraits;
}

/** A chain whose reach is being found. */
interface OpenReach extends Chain {
  reach: number;
}

/**
 * What the kernel checks when a table is committed: that no chain reaches itself, that no rule jumps to a built-in
 * chain, and that matches and targets are reached only from hooks that they accept (`mark_source_chains` and
 * `xt_check_*`). Sets `reach`.
 */
export function checkPlaces(
  chains: Iterable<OpenReach>,
  limited: readonly LimitedRule[],
  backend: Backend,
  report: ReportPlace,
): void {
  const jumps = new Map<Chain, readonly Rule[]>();
  const loops = new Set<Rule>();
  for (const chain of chains) chain.reach = 0;
  for (const chain of chains) if (chain.hook) follow(chain, 1 << HOOKS.indexOf(chain.hook), jumps, loops);
  for (const rule of loops) {
    const back = `this jump loops back to chain "${rule.chain.name}"`;
    report(rule.line, targetPlace(rule), 'loop', `${back}: the kernel refuses loops`);
    if (rule.jump) rule.jump.refused = `${back}, and the kernel refuses loops`;
  }
  const asNft = backend === 'nft' && loops.size === 0 ? nftReach(chains) : undefined;
  for (const rule of asNft?.tooDeep ?? [])
    addComplaint(
      rule,
      targetPlace(rule),
      ofNft(
        `this jump makes a loop, or is number ${MOST_JUMPS + 1} in a row, also through rules that no packet reaches`,
      ),
      report,
    );
  let chain: Chain | undefined;
  let end = 0;
  for (const rule of limited) {
    if (rule.chain !== chain) {
      chain = rule.chain;
      end = reachedRules(chain);
    }
    const reach = rule.number <= end ? chain.reach : 0;
    checkLimits(rule, reach, asNft?.hooks.get(chain) ?? 0, backend, report);
  }
}

/**
 * Of one rule. `reach`: the hooks from which a packet comes to it, as in `Chain.reach`; `nft`: those from which
 * nf_tables comes to its chain.
 */
export function checkLimits(
  rule: LimitedRule,
  reach: number,
  nft: number,
  backend: Backend,
  report: ReportPlace,
): void {
  for (const limit of rule.traits.limits) {
    if (reach & ~limit.hooks)
      reportHooks(rule, limit, { severity: 'error', code: 'wrong-chain', message: wrongChain(limit, reach) }, report);
    else if (nft & ~limit.hooks)
      reportHooks(rule, limit, ofNft(`${wrongChain(limit, nft)}, after a rule that lets no packet through`), report);
    if (limit.extension.check) checkSurroundings(rule, limit, reach, backend, report);
  }
}

/** The hooks from which a packet can come to a chain. */
export function reachingHooks({ reach }: { readonly reach: number }): readonly Hook[] {
  return HOOKS.filter((_, i) => reach & (1 << i));
}

/** A chain on the way down, with the jumps out of it that are still to be followed. */
interface ChainVisit {
  readonly chain: OpenReach;
  readonly jumps: readonly Rule[];
  next: number;
}

/** Depth first with an explicit stack: chains may be nested deeper than the call stack. */
function follow(start: OpenReach, bit: number, jumps: Map<Chain, readonly Rule[]>, loops: Set<Rule>): void {
  const path: ChainVisit[] = [];
  const onPath = new Set<Chain>();
  const enter = (chain: OpenReach): void => {
    chain.reach |= bit;
    const own = jumpsOf(chain, jumps);
    if (own.length === 0) return;
    onPath.add(chain);
    path.push({ chain, jumps: own, next: 0 });
  };
  enter(start);
  while (path.length > 0) {
    const top = path[path.length - 1] as ChainVisit;
    const rule = top.jumps[top.next++];
    if (rule === undefined) {
      onPath.delete(top.chain);
      path.pop();
      continue;
    }
    const next = rule.jump?.to as OpenReach | undefined;
    if (next === undefined || next.hook) continue;
    if ((next.reach & bit) === 0) enter(next);
    else if (onPath.has(next)) loops.add(rule);
  }
}

const NO_JUMPS: readonly Rule[] = [];

/**
 * The rules of a chain that jump and can be reached, found once however many hooks reach it. Most chains of a large
 * dump have one rule or two.
 */
function jumpsOf(chain: Chain, known: Map<Chain, readonly Rule[]>): readonly Rule[] {
  const { rules } = chain;
  if (rules.length < 8 && !rules.some(({ endsChain }) => endsChain))
    return rules.some(({ jump }) => jump) ? rules : NO_JUMPS;
  let own = known.get(chain);
  if (own === undefined) {
    own = rules.slice(0, reachedRules(chain)).filter(({ jump }) => jump);
    known.set(chain, own);
  }
  return own;
}

/** How many rules a packet can come to: those up to the first that lets none through. */
export function reachedRules({ rules }: Chain): number {
  const end = rules.findIndex(({ endsChain }) => endsChain);
  return end < 0 ? rules.length : end + 1;
}

/** What the extension itself requires of the rule around it. */
function checkSurroundings(
  rule: LimitedRule,
  { extension, match }: PlaceLimit,
  reach: number,
  backend: Backend,
  report: ReportPlace,
): void {
  const { data, word } = partOf(rule, match);
  const place = {
    family: rule.family,
    table: rule.chain.table,
    hooks: reachingHooks({ reach }),
    matches: rule.matches.map((each) => ({ name: each.extension.name, data: each.data })),
  };
  for (const problem of extension.check?.(data, place) ?? []) {
    const columns = problem.at
      ? { start: problem.at.optionWord.start, end: (problem.at.valueWord ?? problem.at.optionWord).end }
      : word;
    const complaint: Complaint =
      problem.severity === 'warning'
        ? { severity: 'warning', code: 'suspicious-option', message: problem.message }
        : ofLegacy(problem.legacyOnly && backend, 'bad-options', problem.message);
    addComplaint(rule, columns ?? wholeRule(rule), complaint, report);
  }
}

function reportHooks(
  rule: LimitedRule,
  { extension, match }: PlaceLimit,
  complaint: Complaint,
  report: ReportPlace,
): void {
  // The wrong table was reported already, and another table has other chains.
  if (extension.tables && !extension.tables.includes(rule.chain.table)) return;
  addComplaint(rule, partOf(rule, match).word ?? wholeRule(rule), complaint, report);
}

function wrongChain({ extension, hooks }: PlaceLimit, reach: number): string {
  const what = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
  return (
    `${what} can be used in ${extension.hooks?.join(', ')} only; this rule is reached from ` +
    `${reachingHooks({ reach: reach & ~hooks }).join(', ')}`
  );
}

function addComplaint({ line }: Rule, at: Columns, { code, message, severity }: Complaint, report: ReportPlace): void {
  report(line, at, code, message, severity);
}

/** The data of such a match or target and its place, which are read from the rule only when they are needed. */
function partOf(
  { matches, target }: Rule,
  match: number | undefined,
): { readonly data?: unknown; readonly word?: Columns | undefined } {
  return (match === undefined ? (target.kind === 'extension' ? target : undefined) : matches[match]) ?? {};
}

function targetPlace(rule: Rule): Columns {
  return rule.jump ?? wholeRule(rule);
}

function wholeRule({ line }: Rule): Columns {
  return { start: line.contentStart, end: line.text.length };
}
