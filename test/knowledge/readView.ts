import type { ChainView, JumpView, RuleSetView, RuleView } from '../../src/core/knowledge/knowledge';

const builtins = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

/** Reads iptables-save text into the plain view. Enough for fixtures: one rule a line, double quotes, no errors. */
export function readView(save: string, family: 4 | 6 = 4): RuleSetView {
  const chains = new Map<string, { table: string; name: string; policy: string | undefined; rules: RuleView[] }>();
  let table = '';
  const chainOf = (name: string) => {
    const known = chains.get(`${table} ${name}`) ?? { table, name, policy: undefined, rules: [] };
    chains.set(`${table} ${name}`, known);
    return known;
  };
  save.split('\n').forEach((line, index) => {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.startsWith(':')) {
      const [name = '', policy] = line.slice(1).split(' ');
      chainOf(name).policy = policy === '-' ? undefined : policy;
    } else if (line.startsWith('-A ')) {
      const words = splitWords(line);
      const chain = chainOf(words[1] ?? '');
      const jump = words.findIndex((word) => word === '-j' || word === '-g');
      chain.rules.push({
        table,
        chain: chain.name,
        number: chain.rules.length + 1,
        line: index,
        written: line,
        saved: line,
        target: jump < 0 ? undefined : words[jump + 1],
        words: words.slice(2),
      });
    }
  });
  const all = [...chains.values()];
  const jumpsTo = (to: { table: string; name: string }): readonly JumpView[] =>
    all
      .filter((each) => each.table === to.table)
      .flatMap((each) =>
        each.rules.filter((rule) => rule.target === to.name).map((rule) => ({ chain: rule.chain, line: rule.line })),
      );
  const views: readonly ChainView[] = all.map((each) => ({
    ...each,
    builtin: builtins.has(each.name),
    jumpedFrom: builtins.has(each.name) ? [] : jumpsTo(each),
  }));
  return { family, chains: views };
}

function splitWords(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word,
  );
}

/** The rule at a 1-based place in a chain; throws where there is none, so that a test cannot pass by accident. */
export function ruleAt(view: RuleSetView, table: string, chain: string, number: number): RuleView {
  const rule = view.chains.find((each) => each.table === table && each.name === chain)?.rules[number - 1];
  if (rule === undefined) throw new Error(`no rule ${number} in ${table} ${chain}`);
  return rule;
}

/** The rule whose text holds this; throws where none or several do. */
export function ruleWith(view: RuleSetView, part: string): RuleView {
  const rules = view.chains.flatMap((chain) => chain.rules).filter((rule) => rule.saved.includes(part));
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new Error(`${rules.length} rules hold “${part}”`);
  return rule;
}
