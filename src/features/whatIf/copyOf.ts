import { printRule } from '../../core/ruleset/printRule';
import type { Chain, Rule, RuleSet, Table } from '../../core/ruleset/ruleSet';
import { changeOfLine } from '../../core/syntax/typedLine';
import type { Line } from '../../core/syntax/tree';
import { allSectionsOf, ruleSetOf, type FileModel } from '../fileModel';
import type { FileEdit } from './fileEdit';
import type { Ground } from './ground';
import { inSafeOrder, inserted, removed, scriptEdits } from './lineEdits';
import { nftEdits } from './nftCopy';
import type { WhatIf } from './whatIf';

/** What is tried, as a change of the text. */
export interface WhatIfCopy {
  readonly edits: readonly FileEdit[];
  /** What the text does not hold: settings of the host, and rules that have no place in it. */
  readonly left: readonly WhatIf[];
}

/** The edits that make the file what is tried; none where its rules are not written one by one. */
export function copyOf(ground: Ground, model: FileModel): WhatIfCopy {
  const edits: FileEdit[] = [];
  const written = new Set<number>();
  const offs = new Set<Line>();
  model.dumps.forEach((dump, i) => {
    const now = ground.model.dumps[i];
    allSectionsOf(dump).forEach((section, part) => {
      const changed = now && allSectionsOf(now)[part];
      if (!changed || changed === section) return;
      const after = withEffective(ruleSetOf(changed), ground.made);
      const own =
        section.form === 'nft'
          ? nftEdits(ruleSetOf(section), after, model.file.lines)
          : section.form === 'commands'
            ? commandEdits(after)
            : dumpEdits(ruleSetOf(section), after);
      // A table inet is among the rules of both families.
      if (!own || edits.some(({ line, text }) => own.some((each) => each.line === line && each.text === text))) return;
      edits.push(...own);
      for (const line of after.changed?.commands ?? []) written.add(placeOf(line));
      for (const line of after.changed?.without ?? []) offs.add(line);
    });
  });
  const offLines = new Set([...offs].map(({ index }) => index));
  return {
    edits,
    left: ground.made.flatMap(({ of, problems }, i) =>
      problems.length > 0 || (of.kind === 'off' ? offLines.has(of.line) : written.has(i)) ? [] : [of],
    ),
  };
}

/** Without the commands of a change that come to nothing: a script would stop there. */
function withEffective(ruleSet: RuleSet, made: Ground['made']): RuleSet {
  const { changed } = ruleSet;
  if (!changed) return ruleSet;
  const counts = new Map<number, number>();
  for (const line of changed.commands) counts.set(placeOf(line), (counts.get(placeOf(line)) ?? 0) + 1);
  // Of a loop some commands may have an effect.
  const commands = changed.commands.filter((line) => {
    const failed = made[placeOf(line)]?.problems.length ?? 0;
    return failed === 0 || failed < (counts.get(placeOf(line)) ?? 0);
  });
  return { ...ruleSet, changed: { ...changed, commands } };
}

function placeOf(line: Line): number {
  return changeOfLine(line) ?? -1;
}

function commandEdits({ section, changed }: RuleSet): readonly FileEdit[] | undefined {
  const last = section.lines.at(-1);
  if (!changed || !last || section.lines.some((line) => 'toOuter' in line)) return undefined;
  return scriptEdits(changed, last, prefixOf(last));
}

/** In a dump each changed rule has its line. */
function dumpEdits(before: RuleSet, after: RuleSet): readonly FileEdit[] | undefined {
  const { section } = before;
  if (section.lines.some((line) => 'toOuter' in line) || after.changed?.commands.some(renames)) return undefined;
  const edits: FileEdit[] = [];
  for (const table of after.tables.values()) {
    const known = before.tables.get(table.name);
    if (known === table) continue;
    const head = section.lines.find(({ node }) => node.kind === 'table' && node.name.text === table.name);
    if (!known || !head) {
      const made = tableLines(table);
      const last = section.lines.findLast(({ node }) => node.kind === 'commit');
      if (known || (made.length > 0 && !last)) return undefined;
      if (last) edits.push(...made.map((text) => inserted(last.index + 1, `${prefixOf(last)}${text}`, last)));
      continue;
    }
    const chains = new Set([...known.chains.keys(), ...table.chains.keys()]);
    let place = [...known.chains.values()].reduce(
      (last, { line }) => (line && line.index > last.index ? line : last),
      head,
    );
    for (const name of chains) {
      const was = known.chains.get(name);
      const now = table.chains.get(name);
      if (was === now) continue;
      const own = chainEdits(was, now, place);
      if (!own) return undefined;
      edits.push(...own.edits);
      place = own.last;
    }
  }
  return inSafeOrder(edits);
}

/** Then lines name a chain that has another name, its own rules and jumps to it. */
function renames({ node }: Line): boolean {
  return node.kind === 'command' && node.operation === 'E';
}

function chainEdits(
  was: Chain | undefined,
  now: Chain | undefined,
  place: Line,
): { readonly edits: readonly FileEdit[]; readonly last: Line } | undefined {
  const edits: FileEdit[] = [];
  if (was && !inOrder(was)) return undefined;
  if (!was && now) edits.push(inserted(place.index + 1, `${prefixOf(place)}:${now.name} - [0:0]`, place));
  if (was && !now && was.line) edits.push(removed(was.line));
  if (was && now && was.policy !== now.policy) {
    if (!was.line) return undefined;
    const written = was.line.text.replace(/\b(?:ACCEPT|DROP)\b/, now.policy ?? '');
    edits.push(removed(was.line), inserted(was.line.index, written, was.line));
  }
  const left = new Set(now?.rules.map(({ line }) => line));
  for (const line of new Set(was?.rules.map((rule) => rule.line))) if (!left.has(line)) edits.push(removed(line));
  let behind = was?.rules.at(0) === undefined ? lastLineOf(was, place) : undefined;
  const waiting: Rule[] = [];
  const put = (at: number, beside: Line): void => {
    for (const rule of waiting.splice(0)) edits.push(inserted(at, written(rule, beside), beside));
  };
  for (const rule of now?.rules ?? []) {
    if (changeOfLine(rule.line) !== undefined) waiting.push(rule);
    else {
      put(rule.line.index, rule.line);
      behind = rule.line;
    }
  }
  const last = behind ?? was?.rules.at(-1)?.line ?? place;
  put(last.index + 1, last);
  return { edits, last: place };
}

/** The line after which rules of a chain without any go: they come after all declarations. */
function lastLineOf(chain: Chain | undefined, place: Line): Line {
  const { line } = chain ?? {};
  return line && line.index > place.index ? line : place;
}

/** A table that is not in the text yet; nothing where it is as the kernel makes it. */
function tableLines({ name, chains }: Table): readonly string[] {
  const all = [...chains.values()];
  if (all.every(({ hook, policy, rules }) => hook !== undefined && policy === 'ACCEPT' && rules.length === 0))
    return [];
  return [
    `*${name}`,
    ...all.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`),
    ...all.flatMap(({ rules }) => rules.map((rule) => printRule(rule))),
    'COMMIT',
  ];
}

/** Each rule was appended by a line of its own place. */
function inOrder({ rules }: Chain): boolean {
  return rules.every(
    ({ line }, i) =>
      line.text.startsWith('-A', behindCounters(line)) && (i === 0 || (rules[i - 1]?.line.index ?? 0) <= line.index),
  );
}

function written(rule: Rule, beside: Line): string {
  return `${prefixOf(beside)}${behindCounters(beside) > beside.contentStart ? '[0:0] ' : ''}${printRule(rule)}`;
}

function prefixOf({ text, contentStart }: Line): string {
  return text.slice(0, contentStart);
}

function behindCounters({ text, contentStart }: Line): number {
  return contentStart + (/^\[\d+:\d+\]\s*/.exec(text.slice(contentStart))?.[0].length ?? 0);
}
