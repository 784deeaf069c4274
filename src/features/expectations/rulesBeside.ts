const ENDING = '.iptest';
/** Endings of files with rules, those that hardly hold anything else first. */
const ENDINGS: readonly string[] = [
  '.iptables-save',
  '.ip6tables-save',
  '.iptables',
  '.ip6tables',
  '.rules',
  '.v4',
  '.v6',
  '.nft',
  '.md',
  '.log',
  '.txt',
  '.sh',
  '.conf',
];

/** Whether every line of a file of this name is an expectation. */
export function isExpectationFile(name: string): boolean {
  return name.endsWith(ENDING);
}

/**
 * The file with the rules that belongs to `web.iptest`: `web` itself, else the only other file beside it that is called
 * `web.…`; of several, the only one whose ending is one of rules. `siblings`: the names of the folder. A problem says
 * what to write.
 */
export function rulesBeside(
  name: string,
  siblings: readonly string[],
): { readonly name: string } | { readonly problem: string } {
  const base = name.slice(0, -ENDING.length);
  if (siblings.includes(base)) return { name: base };
  const candidates = siblings.filter((each) => each.startsWith(`${base}.`) && !isExpectationFile(each)).sort();
  const [only] = candidates;
  if (only === undefined)
    return { problem: `there is no file ${base} or ${base}.… with rules beside it: name one with "@file NAME"` };
  if (candidates.length === 1) return { name: only };
  const rules = candidates.filter((each) => ENDINGS.includes(each.slice(base.length)));
  const [best] = rules;
  return rules.length === 1 && best !== undefined
    ? { name: best }
    : { problem: `which file has the rules? "@file NAME" names it: ${candidates.slice(0, 5).join(', ')}` };
}

/** What a file of expectations about the rules of a file is called: one that there is already, else `web.iptest`. */
export function expectationFileFor(rules: string, siblings: readonly string[]): string {
  const leads = (name: string): boolean => {
    const found = rulesBeside(name, siblings);
    return 'name' in found && found.name === rules;
  };
  const known = siblings.filter((each) => isExpectationFile(each) && leads(each)).sort();
  const dot = rules.indexOf('.', 1);
  const short = `${dot < 0 ? rules : rules.slice(0, dot)}${ENDING}`;
  return known[0] ?? (!siblings.includes(short) && leads(short) ? short : `${rules}${ENDING}`);
}

/** Whether a file of this name may hold rules with expectations beside them. */
export function mayHaveMarked(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return /^(?:ip6?tables|rules|nftables)/.test(name) || (dot > 0 && ENDINGS.includes(name.slice(dot)));
}
