import type { KernelStep, KernelVerdict } from '../../core/net/kernelTrace/traceLine';
import { printRule } from '../../core/ruleset/printRule';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import type { TraceEvent } from '../../core/netfilter/events';

/**
 * The rules of a chain that a step of the kernel may mean: by number, by handle where the file has them, else by text,
 * which several rules may share. Empty: the chain has no such rule. undefined: the two cannot be compared.
 */
export function rulesNamed(step: KernelStep, chain: Chain): readonly Rule[] | undefined {
  if (step.number !== undefined) {
    const rule = chain.rules[step.number - 1];
    return rule ? [rule] : [];
  }
  const { byHandle, byText } = namesOf(chain);
  const handled = step.handle === undefined ? undefined : byHandle.get(step.handle);
  if (handled) return [handled];
  const same = step.text === undefined ? undefined : byText.get(plain(step.text));
  if (same) return same;
  return isComparable(step, chain) ? [] : undefined;
}

interface RuleNames {
  readonly byHandle: ReadonlyMap<number, Rule>;
  readonly byText: ReadonlyMap<string, readonly Rule[]>;
}

/** An edit gives a chain another list of rules. */
const NAMES = new WeakMap<readonly Rule[], RuleNames>();

function namesOf({ rules }: Chain): RuleNames {
  const known = NAMES.get(rules);
  if (known) return known;
  const byHandle = new Map<number, Rule>();
  const byText = new Map<string, Rule[]>();
  for (const rule of rules) {
    const handle = /#\s*handle\s+(\d{1,10})\s*$/.exec(rule.line.text)?.[1];
    if (handle !== undefined) byHandle.set(Number(handle), rule);
    const text = plain(printRule(rule.passing()));
    const same = byText.get(text);
    if (same) same.push(rule);
    else byText.set(text, [rule]);
  }
  const names = { byHandle, byText };
  NAMES.set(rules, names);
  return names;
}

/** Whether the text of a step is in the language in which the rules of the chain are written. */
function isComparable({ text }: KernelStep, { rules: [first] }: Chain): boolean {
  return text !== undefined && (first === undefined || text.startsWith('-A ') === (first.written === undefined));
}

/** Without what counts and without what may be written in another order. */
function plain(text: string): string {
  return text
    .replace(/\bcounter packets \d+ bytes \d+/g, 'counter')
    .replace(/\{([^{}]*)\}/g, (_, inner: string) => `{${inner.split(',').map(trimmed).sort().join(',')}}`)
    .replace(/\s+/g, ' ')
    .trim();
}

function trimmed(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

type RuleEvent = Extract<TraceEvent, { readonly kind: 'rule' }>;

/** What a kernel writes as the verdict of a rule that matched; undefined: it may be one of several. */
export function verdictOf({
  rule,
  effect,
  chosen,
}: RuleEvent): { readonly verdict: KernelVerdict; readonly to?: string } | undefined {
  if (rule.target.kind === 'jump' && effect === undefined)
    return { verdict: rule.target.goto ? 'GOTO' : 'JUMP', to: rule.target.chain };
  // What the program decides is not the verdict of the rule.
  if (chosen?.of.kind === 'queue') return { verdict: 'QUEUE' };
  switch (effect?.kind) {
    case 'verdict':
      return { verdict: effect.verdict };
    case 'jump':
      return { verdict: effect.goto ? 'GOTO' : 'JUMP', to: effect.chain };
    case 'reject':
      return { verdict: 'DROP' };
    case 'nat':
    case 'redirect':
    case 'masquerade':
      return { verdict: 'ACCEPT' };
    case 'continue':
    case 'untrack':
    case 'template':
      return { verdict: 'CONTINUE' };
    case 'stolen':
      return { verdict: 'STOLEN' };
    case 'queue':
      return { verdict: 'QUEUE' };
    default:
      return undefined;
  }
}
