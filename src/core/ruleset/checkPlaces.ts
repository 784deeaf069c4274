import type { Line } from '../syntax/tree';
import type { Columns } from '../text/columns';
import type { Hook } from '../xtables/view';
import type { Chain, Rule, RuleSet, Table } from './ruleSet';

type Report = (line: Line, at: Columns, code: string, message: string) => void;

/**
 * What the kernel checks when a table is committed: that no chain reaches itself, that no rule jumps to a built-in chain, and
 * that matches and targets are reached only from hooks that they take (`mark_source_chains` and `xt_check_*`).
 */
export function checkPlaces(ruleSet: RuleSet, report: Report): void {
  for (const table of ruleSet.tables.values()) {
    const reached = reachableHooks(table, report);
    for (const chain of table.chains.values()) {
      const hooks = reached.get(chain.name);
      if (hooks === undefined) continue;
      for (const rule of chain.rules) checkRule(rule, hooks, report);
    }
  }
}

/** For each chain the hooks from which a packet can come to it; chains that nothing jumps to are left out. */
export function reachableHooks(table: Table, report?: Report): ReadonlyMap<string, ReadonlySet<Hook>> {
  const reached = new Map<string, Set<Hook>>();
  const loops = new Set<Rule>();
  for (const chain of table.chains.values()) if (chain.hook) follow(table, chain, chain.hook, reached, loops);
  if (report) {
    for (const rule of loops) {
      const at = rule.target.kind === 'jump' ? rule.target.word : { start: 0, end: rule.line.text.length };
      report(rule.line, at, 'loop', `this jump leads back to chain "${rule.chain.name}": the kernel refuses loops`);
    }
  }
  return reached;
}

/** Depth first with an explicit stack: chains may be nested deeper than the call stack. */
function follow(table: Table, start: Chain, hook: Hook, reached: Map<string, Set<Hook>>, loops: Set<Rule>): void {
  const path: { chain: Chain; index: number }[] = [];
  const onPath = new Set<string>();
  const enter = (chain: Chain): void => {
    const hooks = reached.get(chain.name) ?? new Set<Hook>();
    reached.set(chain.name, hooks.add(hook));
    onPath.add(chain.name);
    path.push({ chain, index: 0 });
  };
  enter(start);
  while (path.length > 0) {
    const top = path[path.length - 1] as { chain: Chain; index: number };
    const rule = top.chain.rules[top.index++];
    if (rule === undefined) {
      onPath.delete(top.chain.name);
      path.pop();
      continue;
    }
    if (rule.target.kind !== 'jump') continue;
    const next = table.chains.get(rule.target.chain);
    if (next === undefined) continue;
    if (onPath.has(next.name)) loops.add(rule);
    else if (!reached.get(next.name)?.has(hook)) enter(next);
  }
}

function checkRule(rule: Rule, hooks: ReadonlySet<Hook>, report: Report): void {
  const parts = [...rule.matches.map(({ extension, word }) => ({ extension, word })), ...(rule.target.kind === 'extension' ? [rule.target] : [])];
  for (const { extension, word } of parts) {
    if (extension.hooks === undefined) continue;
    const wrong = [...hooks].filter((hook) => !extension.hooks?.includes(hook));
    if (wrong.length === 0) continue;
    const what = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
    report(rule.line, word ?? { start: rule.line.contentStart, end: rule.line.text.length }, 'wrong-chain',
      `${what} works in ${extension.hooks.join(', ')} only; this rule is reached from ${wrong.join(', ')}`);
  }
  if (rule.target.kind === 'jump' && isBuiltin(rule, rule.target.chain)) {
    report(rule.line, rule.target.word, 'unknown-target', `"${rule.target.chain}" is a built-in chain: rules cannot jump to it`);
  }
}

function isBuiltin(rule: Rule, name: string): boolean {
  return ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].includes(name) && rule.chain.name !== '';
}
