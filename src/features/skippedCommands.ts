import type { Proviso, Walked } from '../core/netfilter/events';
import type { RulesSection, SourceFile } from '../core/syntax/sourceFile';
import { Command } from '../core/syntax/command';
import type { FileProblem, Line } from '../core/syntax/tree';
import { joined } from '../core/text/counted';
import { Visit } from './visit';

/** A command of a script that may be run on the machine and is not read, with what it may do to rules. */
interface Skipped {
  /** 0-based. */
  readonly index: number;
  readonly commands: readonly Line[];
}

/**
 * A script may do more than is read of it: what runs under a condition, or in a loop over what only the machine knows.
 * What a packet of a family does depends on that where such a command concerns a chain that the packet has visited.
 */
export function skippedProvisos(
  file: SourceFile,
  sections: readonly RulesSection[],
  family: 4 | 6,
  walked: Walked,
): readonly Proviso[] {
  const [first] = sections;
  const skipped = first ? skippedFor(file, sections, first) : [];
  if (skipped.length === 0) return [];
  const visit = new Visit(walked.events);
  const lines = skipped.filter((each) => matters(each, family, visit)).map(({ index }) => index + 1);
  const numbers = [...new Set(lines)].sort((a, b) => a - b);
  if (numbers.length === 0) return [];
  return [
    {
      what: `${linesNotRead(numbers)} nothing for it`,
      reason: `what ${numbers.length === 1 ? 'it does' : 'they do'} is known only on the machine`,
      unseen: true,
    },
  ];
}

/** `line 8, which is not read, changes`; of more than three lines the first two and how many follow. */
export function linesNotRead(numbers: readonly number[]): string {
  if (numbers.length === 1) return `line ${numbers[0]}, which is not read, changes`;
  const words = numbers.map(String);
  const shown = words.length > 3 ? [...words.slice(0, 2), `${words.length - 2} more`] : words;
  return `lines ${joined(shown)}, which are not read, change`;
}

/** Found once for a rule set: each path of each packet asks. */
const known = new WeakMap<RulesSection, { readonly file: SourceFile; readonly skipped: readonly Skipped[] }>();

function skippedFor(file: SourceFile, sections: readonly RulesSection[], first: RulesSection): readonly Skipped[] {
  let found = known.get(first);
  if (found?.file !== file) known.set(first, (found = { file, skipped: skippedIn(file, sections) }));
  return found.skipped;
}

/** Those of the scripts that made these rules: of several scripts in a file, each command belongs to the nearest. */
function skippedIn(file: SourceFile, sections: readonly RulesSection[]): readonly Skipped[] {
  const open = file.problems.filter(
    (each): each is FileProblem & { readonly mayRun: readonly Line[] } => !!each.mayRun,
  );
  if (open.length === 0) return [];
  const own = new Set(sections.flatMap((section) => section.parts ?? [section]));
  const scripts = file.sections
    .filter((section) => section.kind === 'rules')
    .flatMap((section) => section.parts ?? [section])
    .filter(({ form, lines }) => form === 'commands' && lines.length > 0)
    .map((section) => ({ section, from: section.lines[0]?.index ?? 0, to: section.lines.at(-1)?.index ?? 0 }));
  const nearest = (index: number): RulesSection | undefined => {
    let best: { readonly section: RulesSection; readonly away: number } | undefined;
    for (const { section, from, to } of scripts) {
      const away = Math.max(from - index, index - to, 0);
      if (!best || away < best.away || (away === best.away && own.has(section))) best = { section, away };
    }
    return best?.section;
  };
  return open
    .filter(({ line }) => own.has(nearest(line.index) as RulesSection))
    .map(({ line, mayRun }) => ({ index: line.index, commands: mayRun }));
}

const IS_OPEN = /[$`]/;

function matters({ index, commands }: Skipped, family: 4 | 6, visit: Visit): boolean {
  if (commands.length === 0) return visit.meetsAny;
  return commands.some(({ node }) => {
    if (!(node instanceof Command) || (node.family ?? family) !== family) return false;
    const table = node.table?.text ?? 'filter';
    const chain = node.chain?.text;
    // A variable that nothing sets may be any table or chain.
    if (IS_OPEN.test(table)) return visit.meetsAny;
    if (chain === undefined) return node.operation === 'F' && visit.meetsChain(table, undefined);
    if (IS_OPEN.test(chain)) return visit.meetsChain(table, undefined) || visit.meetsMade(table);
    switch (node.operation) {
      case 'A':
        return visit.meetsAppended(table, chain, index) || visit.meetsMade(table, chain);
      case 'I':
        return visit.meetsChain(table, chain) || visit.meetsMade(table, chain);
      case 'R':
      case 'D':
      case 'F':
        return visit.meetsChain(table, chain);
      case 'P':
        return visit.meetsPolicy(table, chain) || visit.meetsMade(table, chain);
      default:
        return false;
    }
  });
}
