import type { Annotation } from '../../core/knowledge/annotated';
import { annotatedRules } from '../../core/knowledge/knowledge';
import { ruleCommandText } from '../../core/ruleset/ruleCommand';
import { parseSourceFile } from '../../core/syntax/parse';
import { changeOfLine, indexOfTyped } from '../../core/syntax/typedLine';
import type { Host } from '../../core/net/host';
import type { ChangedHost } from '../../core/ruleset/host/changedHost';
import { changedRules } from '../../core/ruleset/changedRules';
import type { LineProblem, RuleSet } from '../../core/ruleset/ruleSet';
import type { Columns } from '../../core/text/columns';
import type { RulesSection } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';
import { allSectionsOf, dumpFor, modelOf, modelWithRules, ruleSetOf, type Dump, type FileModel } from '../fileModel';
import { settingOf } from '../fileTrace';
import { ownFactsOf } from '../ownFacts';
import { ruleSetView } from '../ruleSetView';
import { outerColumns } from '../embeddedLine';
import { dumpLike } from '../openTables';
import { CAN_BE_TRIED, readTyped, type Typed } from './readTyped';
import { wordsOf, type WhatIf } from './whatIf';

/** What is wrong with a change, with the columns of its text that it is about, where there are some. */
interface WhatIfProblem extends Partial<Columns> {
  readonly message: string;
}

/** A change, and what came of it. */
export interface MadeWhatIf {
  readonly of: WhatIf;
  readonly words: string;
  /** Why it has no effect, or a part of it. */
  readonly problems: readonly WhatIfProblem[];
  /** There are problems, and yet other commands of it have an effect. */
  readonly partly: boolean;
  /** What was taken for granted, as the file does not show it; a sentence each. */
  readonly notes: readonly string[];
}

/** A change in words, with what was taken for granted, and that it has no effect where it has none. */
export function madeWords({ words, problems: [problem], partly, notes }: MadeWhatIf): string {
  if (problem) return `${words} (${partly ? 'a part has' : 'has'} no effect: ${problem.message})`;
  return notes.length > 0 ? `${words} (${notes.join(' ')})` : words;
}

/** A file with changes that nobody has made. */
export interface Ground {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly made: readonly MadeWhatIf[];
}

/**
 * The file as it would be: without the lines that are off, and after the commands, one by one. Only rules and the host
 * are others; the file is the same object. What cannot be made has no effect, and says why. `overrides`: what is said
 * of the host besides, as in `SettingOptions`.
 */
export function groundOf(model: FileModel, dump: Dump, whatIf: readonly WhatIf[], overrides?: unknown): Ground {
  const rules = new ChangingRules(model, dump);
  const hosts: { readonly place: number; readonly change: (host: Host) => ChangedHost }[] = [];
  const listed =
    overrides !== undefined || ownFactsOf(model, dump).file.sections.some(({ kind }) => kind === 'interfaces');
  const problems = whatIf.map((): WhatIfProblem[] => []);
  const notes = whatIf.map((): string[] => []);
  const worked = whatIf.map(() => 0);
  const works = (place: number, commands: number): void => {
    worked[place] = (worked[place] ?? 0) + commands;
  };
  const family = dump.section.family ?? 4;
  for (const [place, each] of whatIf.entries())
    if (each.kind === 'off' && !rules.takeOut(each))
      problems[place]?.push({ message: `Line ${each.line + 1} holds no rule of these rule sets.` });
  const before = new Map<number, number>();
  for (const [place, each] of whatIf.entries()) {
    if (each.kind === 'off') continue;
    const typed = readTyped(each.text, place, family);
    if (!typed) {
      problems[place]?.push({ message: `This cannot be tried; what can be are ${CAN_BE_TRIED}.` });
      continue;
    }
    before.set(place, typed.before);
    for (const part of typed.rules)
      if (rules.run(part)) works(place, part.lines.length);
      else problems[place]?.push({ message: `The file has no IPv${part.family} rules that this could change.` });
    if (typed.nft.length > 0 && rules.runNft(typed.nft)) works(place, typed.nft.length);
    else if (typed.nft.length > 0)
      problems[place]?.push({ message: 'The file has no rules of nft that this could change.' });
    for (const annotation of typed.annotations) {
      const after = rules.annotate(annotation, place);
      if (after.problems.length === 0) works(place, 1);
      for (const message of after.problems) problems[place]?.push({ message });
      notes[place]?.push(...after.notes);
    }
    for (const { make, named } of typed.host)
      // A file that lists no interfaces does not rule out one of that name.
      hosts.push({ place, change: listed || named === undefined ? make : (host) => make(withInterface(host, named)) });
  }
  for (const problem of rules.problems()) {
    const place = changeOfLine(problem.line);
    if (place === undefined) continue;
    problems[place]?.push(inTyped(problem, before.get(place) ?? 0, whatIf[place]?.text ?? ''));
    works(place, -1);
  }
  if (hosts.length > 0) {
    let { host } = settingOf(model, dump, { overrides }).setting;
    for (const { place, change } of hosts) {
      const after = change(host);
      if (typeof after === 'string') problems[place]?.push({ message: after });
      else {
        host = after;
        works(place, 1);
      }
    }
  }
  const changed = modelWithRules(model, rules.changed(), {
    of: model,
    host: (host) => hosts.reduce((each, { change }) => madeOn(each, change), host),
    saying: (tables) => {
      const said = modelOf(model.file, tables);
      const like = dumpLike(said, dump);
      return like ? groundOf(said, like, whatIf, overrides).model : said;
    },
  });
  return {
    model: changed,
    dump: changed.dumps[model.dumps.indexOf(dump)] ?? dump,
    made: whatIf.map((of, i) => ({
      of,
      words: wordsOf(of),
      problems: problems[i] ?? [],
      partly: (problems[i]?.length ?? 0) > 0 && (worked[i] ?? 0) > 0,
      notes: notes[i] ?? [],
    })),
  };
}

function withInterface(host: Host, name: string): Host {
  const { interfaces } = host;
  if (interfaces.some((each) => each.name === name)) return host;
  const index = Math.max(0, ...interfaces.map((each) => each.index)) + 1;
  return { ...host, interfaces: [...interfaces, { name, index, mac: undefined, mtu: 1500, addresses: [] }] };
}

function madeOn(host: Host, change: (host: Host) => ChangedHost): Host {
  const after = change(host);
  return typeof after === 'string' ? host : after;
}

/** The rules of the sections that a packet may meet, while changes are made to them. */
class ChangingRules {
  private readonly sections: readonly RulesSection[];
  private readonly without = new Map<RulesSection, Set<Line>>();
  private readonly commands = new Map<RulesSection, Line[]>();
  private made = new Map<RulesSection, RuleSet>();

  constructor(
    private readonly model: FileModel,
    private readonly dump: Dump,
  ) {
    this.sections = [...new Set(([4, 6] as const).flatMap((family) => this.ofFamily(family)))];
  }

  private ofFamily(family: 4 | 6): readonly RulesSection[] {
    const found = dumpFor(this.model, this.dump, family);
    return found ? allSectionsOf(found) : [];
  }

  /** Whether there is a rule on the line. */
  takeOut({ line: index, text }: Extract<WhatIf, { readonly kind: 'off' }>): boolean {
    let found = false;
    for (const section of this.sections) {
      const here = linesOf(section).filter((line) => line.index === index && isRule(line));
      // A line that is read in other words (of a log, of a loop) may hold several.
      const exact = here.filter((line) => line.text === text);
      const own = exact.length > 0 ? exact : here;
      if (own.length === 0) continue;
      found = true;
      const known = this.without.get(section) ?? new Set();
      for (const line of own) known.add(line);
      this.without.set(section, known);
      this.made.delete(section);
    }
    return found;
  }

  /** Whether there are rules for it. */
  run({ family, backend, lines }: Typed['rules'][number]): boolean {
    const sections = this.ofFamily(family);
    const ours = sections.filter(({ form }) => form !== 'nft');
    const section = ours.find((each) => backend !== undefined && each.backend === backend) ?? ours[0];
    if (!section) return false;
    this.add(section, lines);
    return true;
  }

  /** Commands of nft; whether there are rules of it. Those of a table inet are among those of both families. */
  runNft(lines: readonly Line[]): boolean {
    const sections = this.sections.filter(({ form }) => form === 'nft');
    for (const section of sections) this.add(section, lines);
    return sections.length > 0;
  }

  private add(section: RulesSection, lines: readonly Line[]): void {
    this.commands.set(section, [...(this.commands.get(section) ?? []), ...lines]);
    this.made.delete(section);
  }

  /** The rules of each family with another value of an annotation: a pod has one for both. */
  annotate(
    annotation: Annotation,
    place: number,
  ): { readonly problems: readonly string[]; readonly notes: readonly string[] } {
    const made = this.sections.flatMap((section) => {
      const ruleSet = this.after(section);
      const rules = ruleSetView(ruleSet);
      const after = annotatedRules({ ...annotation, rules });
      return after ? [{ section, after, family: rules.family }] : [];
    });
    for (const { section, after, family } of made) {
      if ('problem' in after || after.commands.length === 0) continue;
      const { lines } = parseSourceFile(after.commands.map((each) => ruleCommandText(each, family)).join('\n'));
      for (const line of lines) line.index = indexOfTyped(place);
      this.add(section, lines);
    }
    const changed = made.filter(({ after }) => 'commands' in after && after.commands.length > 0);
    if (changed.length > 0)
      return {
        problems: [],
        notes: unique(changed.flatMap(({ after }) => ('note' in after ? after.note : undefined) ?? [])),
      };
    const problems = unique(made.flatMap(({ after }) => ('problem' in after ? after.problem : [])));
    if (problems.length > 0) return { problems, notes: [] };
    return {
      problems: [
        made.length > 0
          ? 'The rules are those of this value already.'
          : `These rules are not of a program that reads ${annotation.name}.`,
      ],
      notes: [],
    };
  }

  /** What is wrong with a command is reported at the change, not at the rules. */
  changed(): ReadonlyMap<RulesSection, RuleSet> {
    return new Map(
      this.touched().map((section) => {
        const after = this.after(section);
        const problems = after.problems.filter(({ line }) => changeOfLine(line) === undefined);
        return [section, problems.length === after.problems.length ? after : { ...after, problems }];
      }),
    );
  }

  private touched(): readonly RulesSection[] {
    return [...new Set([...this.without.keys(), ...this.commands.keys()])];
  }

  problems(): readonly LineProblem[] {
    const all = this.touched().flatMap((section) =>
      this.after(section).problems.filter(
        ({ line, severity, code }) =>
          changeOfLine(line) !== undefined && (severity === 'error' || code === 'no-such-rule'),
      ),
    );
    // The same line of nft is run on the rules of both families.
    return all.filter(
      (each, i) => all.findIndex(({ line, message }) => line === each.line && message === each.message) === i,
    );
  }

  private after(section: RulesSection): RuleSet {
    let made = this.made.get(section);
    if (!made) {
      const without = this.without.get(section) ?? new Set();
      made = changedRules(ruleSetOf(section), without, this.commands.get(section) ?? []);
      this.made.set(section, made);
    }
    return made;
  }
}

function linesOf({ lines, nft = [] }: RulesSection): readonly Line[] {
  return nft.length > 0 ? [...lines, ...nft.flatMap((each) => each.lines)] : lines;
}

function isRule({ node }: Line): boolean {
  return node.kind === 'command' || (node.kind === 'nft' && (node.part === 'rule' || node.part === 'command'));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** `before`: columns that were put before what was typed. Of several lines none is told from the others. */
function inTyped({ line, message, ...columns }: LineProblem, before: number, text: string): WhatIfProblem {
  const { start, end } = outerColumns(line, columns);
  return end <= before || text.includes('\n')
    ? { message }
    : { message, start: Math.max(0, start - before), end: end - before };
}
