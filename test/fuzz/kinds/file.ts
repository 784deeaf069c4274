import { hasRules } from '../../../src/core/syntax/detect';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printSourceFile } from '../../../src/core/syntax/print';
import { canonicalText, printRuleSet } from '../../../src/features/canonical';
import { lensesOf } from '../../../src/features/codeLens';
import { completionsAt } from '../../../src/features/completion/completionsAt';
import { itemBlocks } from '../../../src/features/completion/itemBlocks';
import { checkRules, fileDiagnostics, type Diagnostic } from '../../../src/features/diagnostics';
import { modelOf, ruleSetOf, type FileModel } from '../../../src/features/fileModel';
import { blocksToMarkdown, blocksToText } from '../../../src/features/hover/blocks';
import { hoverAt } from '../../../src/features/hover/hover';
import { chainDefinition, chainMentions } from '../../../src/features/navigation';
import { quickFixes } from '../../../src/features/quickFixes';
import { regionsOf } from '../../../src/features/regions';
import { symbolsOf } from '../../../src/features/symbols';
import { must, numberOf, partOf, textOf, type FuzzKind, type Json } from '../kind';
import { anyText } from '../texts';

const NAMES = ['notes.md', 'x.log', 'rules.v4', 'a.iptables', 'iptables-save.txt', ''];

/** Any text as a file: everything that an editor asks of it, at random places. */
export const fileKind: FuzzKind = {
  name: 'file',
  summary:
    'mutated dumps, grammar lines, noise and long runs: printing, diagnostics, outline, hover, completion, fixes',
  generate: (random, corpus) => ({
    text: anyText(random, corpus),
    name: random.pick(NAMES),
    places: Array.from({ length: 4 }, () => random.int(0, 1_000_000)),
  }),
  check(input) {
    const text = textOf(partOf(input, 'text'));
    const name = textOf(partOf(input, 'name'));
    const file = parseSourceFile(text, { fileName: name });
    must(printSourceFile(file) === text, () => 'printing does not give the text back');
    hasRules(text);
    const model = modelOf(file);
    const problems = fileDiagnostics(model, name);
    problems.forEach((problem) => checkPlace(problem, model));
    for (const problem of problems.slice(0, 3))
      for (const { edits } of quickFixes(file, problem))
        must(edits.length > 0, () => `${problem.code}: a fix that changes nothing`);
    symbolsOf(model);
    regionsOf(model);
    lensesOf(model, { dumps: true });
    for (const { section } of model.dumps.slice(0, 3)) printRuleSet(ruleSetOf(section));
    if (name.endsWith('.iptables')) {
      for (const family of [4, 6] as const) checkRules(text, family);
      canonicalText(text, 4);
    }
    askAt(model, partOf(input, 'places'));
  },
};

function checkPlace({ line, column, endColumn, code, fix }: Diagnostic, { file }: FileModel): void {
  const at = file.lines[line - 1];
  must(
    at !== undefined && column >= 1 && column <= endColumn && endColumn <= at.text.length + at.eol.length + 1,
    () => `${code} stands at ${line}:${column}-${endColumn}, where there is nothing`,
  );
  for (const edit of fix?.edits ?? [])
    must(
      edit.column <= edit.endColumn && edit.endColumn <= (file.lines[edit.line - 1]?.text.length ?? 0) + 1,
      () => `the fix of ${code} changes what is not there`,
    );
}

function askAt(model: FileModel, places: Json | undefined): void {
  const { lines } = model.file;
  for (const place of Array.isArray(places) ? (places as readonly Json[]) : []) {
    const line = numberOf(place) % lines.length;
    const column = Math.floor(numberOf(place) / lines.length) % ((lines[line]?.text.length ?? 0) + 1);
    const hover = hoverAt(model, line, column);
    if (hover) {
      blocksToMarkdown(hover.blocks);
      blocksToText(hover.blocks);
    }
    const list = completionsAt(model, line, column);
    for (const { subject } of list?.items.slice(0, 2) ?? []) itemBlocks(subject, model);
    chainDefinition(model, line, column);
    chainMentions(model, line, column);
  }
}
