import type { Recorded } from '../kernel/fixtures';
import type { Option } from '../../src/core/xtables/option';
import { matchNamed, targetNamed } from '../../src/core/xtables/registry';

/**
 * What the recorded answers show of one option: a rule with it that matched, one that did not, one with `!` before it.
 */
export interface Evidence {
  yes: boolean;
  no: boolean;
  inverted: boolean;
}

/**
 * For each `match tcp --dport`, `target MARK --set-xmark`, `match eui64` (no options): what the kernel was asked about
 * it.
 */
export function evidenceOf(recorded: readonly Recorded[]): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>();
  for (const { question, kernel } of recorded) {
    const family = question.rules === undefined ? 6 : 4;
    for (const rule of rulesOf(question.rules ?? question.rules6 ?? '')) {
      const matched = kernel.some(({ matchedRules }) =>
        matchedRules.some(({ table, chain, num }) => table === rule.table && chain === rule.chain && num === rule.num),
      );
      // Of a built-in chain without targets every rule is asked.
      const refused = kernel.some(
        ({ matchedRules, verdicts }) =>
          verdicts.some(({ hook, table, by }) => hook === rule.chain && table === rule.table && by === 'policy') &&
          !matchedRules.some(
            ({ hook, table, chain, num }) =>
              hook === rule.chain && table === rule.table && chain === rule.chain && num === rule.num,
          ),
      );
      if (!matched && !refused) continue;
      for (const { key, inverted } of optionsOf(rule.text, family)) {
        const evidence = found.get(key) ?? { yes: false, no: false, inverted: false };
        if (inverted) evidence.inverted = true;
        else {
          evidence.yes ||= matched;
          evidence.no ||= refused;
        }
        found.set(key, evidence);
      }
    }
  }
  return found;
}

interface RuleText {
  readonly table: string;
  readonly chain: string;
  readonly num: number;
  readonly text: string;
}

function rulesOf(text: string): readonly RuleText[] {
  const rules: RuleText[] = [];
  const count = new Map<string, number>();
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    if (!line.startsWith('-A ')) continue;
    const chain = line.split(' ')[1] as string;
    const num = (count.get(`${table} ${chain}`) ?? 0) + 1;
    count.set(`${table} ${chain}`, num);
    rules.push({ table, chain, num, text: line });
  }
  return rules;
}

function* optionsOf(line: string, family: 4 | 6): Iterable<{ readonly key: string; readonly inverted: boolean }> {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  let current: { readonly kind: string; readonly name: string; readonly options: readonly Option[] } | undefined;
  for (const [i, word] of words.entries()) {
    const inverted = words[i - 1] === '!';
    if (word === '-m' || word === '-j') {
      const name = words[i + 1] as string;
      const extension = word === '-m' ? matchNamed(name, family) : targetNamed(name, family);
      current = extension && { kind: extension.kind, name: extension.name, options: extension.options };
      if (current) yield { key: `${current.kind} ${current.name}`, inverted: false };
    } else if (/^-[psdiof]$/.test(word)) yield { key: `rule ${word}`, inverted };
    else if (word.startsWith('--') && current) {
      const option = current.options.find(({ name, aliases }) => name === word || aliases.includes(word));
      if (option) yield { key: `${current.kind} ${current.name} ${option.name}`, inverted };
    }
  }
}
