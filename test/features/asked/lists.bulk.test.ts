import path from 'node:path';
import { formatAddress, type Address } from '../../../src/core/net/address';
import type { Host } from '../../../src/core/net/host';
import { allTables, type Rule } from '../../../src/core/ruleset/ruleSet';
import type { Completion } from '../../../src/features/completion/completion';
import { completionsAt } from '../../../src/features/completion/completionsAt';
import { itemBlocks } from '../../../src/features/completion/itemBlocks';
import { explainAt } from '../../../src/features/explainAt';
import { fileDiagnostics } from '../../../src/features/diagnostics';
import { settingOf, tracedInFile } from '../../../src/features/fileTrace';
import { ruleSetOf, type FileModel } from '../../../src/features/fileModel';
import { findPacket } from '../../../src/features/findPacket/findPacket';
import { findWords } from '../../../src/features/findPacket/findWords';
import { blocksToMarkdown } from '../../../src/features/hover/blocks';
import { explainForModel, EXPLAIN_FIELDS } from '../../../src/features/modelTools/explainChainTool';
import { ToolInput } from '../../../src/features/modelTools/toolInput';
import { overviewOf } from '../../../src/features/overview';
import { overviewText } from '../../../src/features/overviewText';
import { quickFixes } from '../../../src/features/quickFixes';
import { semanticTokens } from '../../../src/features/semanticTokens';
import { symbolsOf, type OutlineSymbol } from '../../../src/features/symbols';
import { badgeOf } from '../../../src/features/traceReport/verdict';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { copyOf } from '../../../src/features/whatIf/copyOf';
import { groundOf, madeWords } from '../../../src/features/whatIf/ground';
import { goneLines } from '../../../src/features/whatIf/goneLines';
import { readTyped } from '../../../src/features/whatIf/readTyped';
import { splitTyped } from '../../../src/features/whatIf/splitTyped';
import { wordsOf } from '../../../src/features/whatIf/whatIf';
import { answersOf } from '../../answers';
import { contexts } from '../hover/contexts';
import { cursor, modelOfText } from '../sample';
import { fileOf } from './files';

const file = (name: string): string => path.join(import.meta.dirname, name);
const MOST = 16;

function firstOf(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `… ${lines.length - MOST} more`];
}

/**
 * What the editor offers at a mark in a rules file, as it shows it. Behind a section's `: ` is what is shown of it:
 * everything, the `labels` alone, or the first line of its `documentation`. `⟨,⟩` ends a question that a character
 * asked.
 */
answersOf(file('completions.txt'), (question, section) => {
  const [name = '', shown] = section.split(': ');
  const [, marked = '', trigger] = /^(.*?)(?: ⟨(.)⟩)?$/s.exec(question) ?? [];
  const context = contexts[name];
  if (!context) throw new Error(`there is no context ${section}`);
  const { text, line, column } = cursor(context(marked));
  const model = modelOfText(text, 'rules.v4');
  const list = completionsAt(model, line, column, trigger);
  if (!list) return ['nothing'];
  const { start, end } = list.range;
  const items = [...list.items].sort((a, b) => a.rank - b.rank);
  const heading = `[${text.split('\n')[line]?.slice(start, end) ?? ''}]${list.incomplete ? ' incomplete' : ''}`;
  if (shown === 'labels') return [[heading, ...firstOf(items.map(({ label }) => label))].join(' ')];
  if (shown === 'documentation') return firstOf(items.map((item) => documented(item, model)));
  return [
    heading,
    ...firstOf(
      items.map(
        ({ label, kind, owner, detail, insert, snippet, inFront, more }) =>
          `${label}${owner === undefined ? '' : ` (${owner})`}, ${kind}${detail === '' ? '' : `: ${detail}`}` +
          (insert === label && !snippet ? '' : ` => ${JSON.stringify(insert)}${snippet ? ' snippet' : ''}`) +
          (inFront ? ` after ${JSON.stringify(inFront.text)} at ${inFront.column}` : '') +
          (more ? ' …' : ''),
      ),
    ),
  ];
});

function documented({ label, subject }: Completion, model: FileModel): string {
  const blocks = itemBlocks(subject, model);
  return `${label}: ${blocks ? firstOf(blocksToMarkdown(blocks).split('\n'))[0] : 'nothing more'}`;
}

/** What is said of a name, in a file or, in the section `names`, without one. */
answersOf(file('names.txt'), (name, section) => {
  const input = ToolInput.read({ name }, EXPLAIN_FIELDS);
  if ('problem' in input) return [input.problem];
  const known = section === 'names' ? undefined : { name: 'rules', model: fileOf(section).model };
  const said = explainForModel(known, input);
  if (typeof said !== 'string') return [said.problem];
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line));
});

/** What is known of the rule or chain of a line that ends so, or of the word at a mark in it. */
answersOf(file('places.txt'), (marked, section) => {
  const { model, text } = fileOf(section);
  const at = marked.indexOf('‸');
  const wanted = marked.replace('‸', '');
  const lineNumber = text.split('\n').findIndex((line) => line.endsWith(wanted));
  const start = (text.split('\n')[lineNumber]?.length ?? 0) - wanted.length;
  const { text: hover, ...known } = explainAt(model, lineNumber, at < 0 ? undefined : start + at);
  return [
    hover === null ? 'no hover' : (hover.split('\n')[0] ?? ''),
    ...Object.entries(known).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
  ];
});

/**
 * A packet for the rule that a line ends with, or for each rule: an expression, and with what answers; or why there is
 * none.
 */
answersOf(file('found.txt'), (wanted, section) => {
  const { dump, text } = fileOf(section);
  const rules = allTables(ruleSetOf(dump.section)).flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules: own }) => own),
  );
  if (wanted === 'each rule')
    return rules.map((rule) => `${rule.line.index + 1}: ${foundFor(section, rule).join(' | ')}`);
  const at = text.split('\n').findIndex((line) => line.endsWith(wanted));
  const rule = rules.find(({ line }) => line.index === at);
  return rule ? foundFor(section, rule) : ['no rule'];
});

function foundFor(section: string, rule: Rule): readonly string[] {
  const { model, dump } = fileOf(section);
  const { setting, addressesKnown } = settingOf(model, dump);
  const found = findPacket(setting.host, ruleSetOf(dump.section), rule, {
    addressesKnown,
    onEveryHost: (request) => tracedInFile(model, dump, request),
  });
  const words = findWords(found, rule);
  return [
    ...(words === undefined ? [] : [words]),
    ...(found.kind === 'found' ? [found.expression, ...answered(found.answers ?? {})] : []),
    ...('nearest' in found && found.nearest !== undefined ? [found.nearest] : []),
  ];
}

function answered(answers: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(answers).map(([key, value]) => `${key}: ${value ? 'yes' : 'no'}`);
}

/** What comes of changes that nobody has made, `⏎` between them, and of a packet behind ` | `. */
answersOf(file('changes.txt'), (question, section) => {
  const { model, dump } = fileOf(section);
  const [typed = '', packet] = question.split(' | ');
  const ground = groundOf(model, dump, splitTyped(typed, model.file));
  const { edits, left } = copyOf(ground, model);
  return [
    ...ground.made.flatMap((made) => [
      madeWords(made),
      ...made.problems.slice(1).map(({ message }) => `also: ${message}`),
    ]),
    ...edits.map(({ line, text }) => `${line}: ${text === undefined ? 'gone' : JSON.stringify(text)}`),
    ...left.map((each) => `not in the copy: ${wordsOf(each)}`),
    ...goneLines(ground, model).map((line) => `not there: line ${line}`),
    ...(packet === undefined ? [] : [badges(ground, packet)]),
  ];
});

/** What was typed is read as: commands for rules, annotations, and what of a host they make another one. */
answersOf(file('typed.txt'), (text, section) => {
  const typed = readTyped(text, 0, section === 'IPv6' ? 6 : 4);
  if (!typed) return ['nothing that can be tried'];
  const { model, dump } = fileOf('firewall on its host');
  const { host } = settingOf(model, dump).setting;
  return [
    ...typed.rules.flatMap(({ family, backend, lines }) =>
      lines.map((line) => `IPv${family}${backend ? `, ${backend}` : ''}: ${line.text.slice(line.contentStart)}`),
    ),
    ...typed.nft.map((line) => `nft: ${line.text}`),
    ...typed.annotations.map(({ name, value }) => `${name} = ${JSON.stringify(value)}`),
    ...typed.host.flatMap(({ make, named }) => {
      const after = make(host);
      return [
        ...(named === undefined ? [] : [`of ${named}`]),
        ...(typeof after === 'string' ? [`! ${after}`] : hostChanges(host, after)),
      ];
    }),
    ...(typed.before > 0 ? [`after ${typed.before} columns`] : []),
  ];
});

/** Parts of a host that another one does not have, and the other way round. */
function hostChanges(before: Host, after: Host): readonly string[] {
  const text = (part: object): string =>
    JSON.stringify(part, (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'words' in value ? formatAddress(value as Address) : value,
    );
  const parts = ({ interfaces, routes, policyRules, sysctls, listeners, sets }: Host): readonly string[] => [
    ...interfaces.map((each) => `interface ${text(each)}`),
    ...routes.map((each) => `route ${text(each)}`),
    ...policyRules.map((each) => `rule ${text(each)}`),
    ...[...sysctls].map(([name, value]) => `${name} = ${value}`),
    ...listeners.map((each) => `listener ${text(each)}`),
    ...[...(sets ?? [])].map(([name, set]) => `set ${name} ${set.entries.length}`),
  ];
  const [old, now] = [parts(before), parts(after)];
  return [
    ...old.filter((each) => !now.includes(each)).map((each) => `- ${each}`),
    ...now.filter((each) => !old.includes(each)).map((each) => `+ ${each}`),
  ];
}

function badges({ model, dump }: Pick<ReturnType<typeof groundOf>, 'model' | 'dump'>, expression: string): string {
  const { input, problems } = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  if (!input) return problems.map(({ message }) => message).join('; ');
  return [...new Set(input.traced.outcomes.map((walked) => badgeOf(walked).text))].join(' or ');
}

/** A rules file of one line: its problems and how they are mended, its outline and its overview. */
answersOf(file('texts.txt'), (text, section) => {
  const model = modelOfText(text, section.startsWith('notes') ? 'notes.md' : 'rules.v4');
  const outline = (symbol: OutlineSymbol, depth: string): readonly string[] => [
    `${depth}${symbol.kind} ${symbol.name}${symbol.detail === '' ? '' : ` (${symbol.detail})`} ${symbol.from}–${symbol.to}, at ${symbol.selection.line}:${symbol.selection.start}–${symbol.selection.end}`,
    ...symbol.children.flatMap((child) => outline(child, `${depth}  `)),
  ];
  return [
    ...fileDiagnostics(model, 'rules.v4').flatMap((problem) => [
      `${problem.line}:${problem.column}–${problem.endColumn} ${problem.severity} ${problem.code}: ${problem.message}`,
      ...quickFixes(model.file, problem).flatMap(({ title, edits }) => [
        `  fix: ${title}`,
        ...edits.map((edit) => `    ${edit.line}:${edit.column}–${edit.endColumn} ${JSON.stringify(edit.newText)}`),
      ]),
    ]),
    ...symbolsOf(model).flatMap((symbol) => outline(symbol, '')),
    ...overviewText(overviewOf(model))
      .split('\n')
      .filter((line) => line !== ''),
  ];
});

/** The coloured words of a text, a line each: `word:Type`; a section names what is around the text. */
answersOf(file('tokens.txt'), (asked, section) => {
  const inside: Readonly<Record<string, (text: string) => string>> = {
    'a table of nft': (text) => `table inet t {\n${text}\n}\n`,
    'a chain of nft': (text) => `table inet t {\nchain c {\n${text}\n}\n}\n`,
    'a rule of filter': (text) => `*filter\n:INPUT ACCEPT [0:0]\n:web - [0:0]\n${text}\nCOMMIT\n`,
  };
  const text = inside[section]?.(asked) ?? `${asked}\n`;
  const lines = text.split('\n');
  const first = lines.indexOf(asked.split('\n')[0] ?? '');
  const tokens = semanticTokens(modelOfText(text, 'notes.md'), first, first + asked.split('\n').length - 1);
  return asked.split('\n').map((_, i) =>
    tokens
      .filter(({ line }) => line === first + i)
      .map(({ line, start, end, type }) => `${lines[line]?.slice(start, end)}:${type.replace('iptables', '')}`)
      .join('  '),
  );
});
