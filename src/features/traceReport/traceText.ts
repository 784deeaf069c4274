import { markdownBlock, markdownCode, markdownText } from '../../core/text/markdown';
import { visible } from '../../core/text/visible';
import { selectedPath, grouped, selectPath, type TraceInput } from './traceInput';
import type { CardPart, OutcomeReport, Row, StepGroup } from '../../shared/traceReport';
import { outcomeTabs } from './outcomeTabs';
import { percent } from './questions';
import { tokensText } from './ruleTokens';
import { explainDecision } from './whyDecided';
import { decisiveEvent } from './verdict';
import { changeWords, packetChanges, packetWords } from './packetWords';
import { outcomeReport } from './makeReport';

/** The first words of whatever is given to others of what nobody has made. */
export const WHAT_IF = 'What if: this is not what the file says. Tried, and made by nobody:';

/** Marks before the rules; each is one column wide in a terminal. */
const SIGNS = {
  no: '·',
  yes: '✓',
  jump: '↳',
  return: '↰',
  accept: '✓',
  drop: '✗',
  nat: '●',
  unknown: '?',
  info: ' ',
  absent: ' ',
  end: '✓',
} as const;

/**
 * The whole trace as a person reads it, in plain text: the packet, every hook and table with its rules and why each did
 * not match, what changed in the packet, and the verdict. Where several paths are possible, one after the other.
 */
export function traceText(input: TraceInput, assumed: readonly string[] = []): string {
  const tabs = outcomeTabs(input);
  const lines = [...tried(input), input.packet, ''];
  if (tabs.length === 1) lines.push(...pathLines(selectPath(input, 0)));
  else {
    lines.push(`${tabs.length} outcomes are possible, because something is not known.`);
    tabs.forEach((tab, selected) => {
      const chance = tab.probability === undefined ? '' : ` (${percent(tab.probability)})`;
      lines.push('', `== ${selected + 1}. ${tab.badge.text}${chance}`);
      for (const { text, reason, line } of tab.assumptions)
        lines.push(`   if ${text}${line === undefined ? '' : `, line ${line}`} (${reason})`);
      lines.push('', ...pathLines(selectPath(input, selected)));
    });
  }
  const more = input.traced.outcomes.length - tabs.length;
  if (more > 0 || input.traced.truncated)
    lines.push('', `${more > 0 ? grouped(more) : 'Some'} more outcomes are not shown.`);
  if (assumed.length > 0) lines.push('', 'Assumed:', ...assumed.map((each) => `  ${each}`));
  return `${lines.map(visible).join('\n')}\n`;
}

/**
 * The same for a message or an issue: the card as a list, the steps as a code block. `assumed`: what neither the file
 * nor the packet states, a sentence each.
 */
export function traceMarkdown(input: TraceInput, assumed: readonly string[] = []): string {
  const outcome = outcomeReport(input);
  const { card } = outcome;
  const items = [
    ...card.provided.map(({ what }) => `only if ${markdownText(what)}`),
    ...card.rows.map(({ label, parts }) => `${label}: ${parts.map(partMarkdown).join('')}`),
    ...card.decided.map(
      ({ word, line, place, target }) =>
        `${word} ${line === undefined ? '' : `line ${line}, `}${markdownText(place)}` +
        `${target === '' ? '' : ` ${markdownText(target)}`}`,
    ),
    ...assumed.map((each) => `assumed: ${markdownText(each)}`),
  ];
  const steps = markdownBlock('text', [...stepLines(outcome), ...packetLines(input)]);
  const notes = noteLines(input)
    .map((note) => `\n${markdownText(note)}\n`)
    .join('');
  const [what, ...changes] = tried(input);
  const first =
    what === undefined
      ? ''
      : `> **${markdownText(what)}**\n${changes.map((each) => `> - ${markdownCode(each.trim())}\n`).join('')}\n`;
  return (
    `${first}${markdownCode(input.packet)}\n\n**${markdownText(outcome.badge.text)}** ` +
    `${markdownText(card.headline)}\n\n${items.map((item) => `- ${item}\n`).join('')}${notes}\n${steps}\n`
  );
}

/** Says first that it is not so; nothing where it is. */
function tried({ whatIf = [] }: TraceInput): readonly string[] {
  return whatIf.length === 0 ? [] : [WHAT_IF, ...whatIf.map((each) => `  ${each}`)];
}

/** A value that is not a fact says so where it stands. */
function partMarkdown({ text, style, assumed }: CardPart): string {
  // Blanks at the ends are part of the row, and Markdown requires them outside of a code span.
  const words = text.replace(/\S(?:.*\S)?/s, style === 'code' ? markdownCode : markdownText);
  return assumed ? `${words} (assumed)` : words;
}

function pathLines(input: TraceInput): readonly string[] {
  const outcome = outcomeReport(input);
  return [
    ...stepLines(outcome),
    ...packetLines(input),
    '',
    `${outcome.badge.text}: ${outcome.verdictText}`,
    ...noteLines(input),
  ];
}

/** What the packet looks like in the end, where it is not what came. */
function packetLines(input: TraceInput): readonly string[] {
  const { events, end } = selectedPath(input);
  const start = events[0];
  if (start?.kind !== 'start') return [];
  const changes = packetChanges(start.packet, end.packet).map(changeWords);
  return changes.length === 0
    ? []
    : [
        '',
        `${'final packet'.padEnd(TITLE)}${packetWords(end.packet)}`,
        `${'changed'.padEnd(TITLE)}${changes.join(', ')}`,
      ];
}

function noteLines(input: TraceInput): readonly string[] {
  const walked = selectedPath(input);
  const index = decisiveEvent(walked);
  return index === undefined ? [] : explainDecision(walked, index).map(({ title, text }) => `${title} ${text}`);
}

function stepLines({ groups }: OutcomeReport): readonly string[] {
  const rules = groups.filter(({ quiet }) => !quiet).flatMap(({ rows }) => rows.map((row) => left(row).length));
  const column = rules.reduce((widest, length) => Math.min(Math.max(widest, length), WIDEST), 0);
  return groups.flatMap((group) =>
    group.quiet
      ? group.rows.map((row) => quietLine(group, row))
      : [titleLine(group), ...group.rows.map((row) => rowLine(row, column))],
  );
}

/** Reasons are in one column, unless a rule is longer than this. */
const WIDEST = 96;

/** Chains that are called from deeper than this are indented no further. */
const DEEPEST = 20;

/** What happens between the tables comes after its title, in this column. */
const TITLE = 26;

function titleLine({ title, result }: StepGroup): string {
  return `${title}${result === '' || result === 'ACCEPT' ? '' : `: ${result}`}`;
}

function quietLine({ title }: StepGroup, row: Row): string {
  const why = row.kind === 'fold' || row.why === '' ? '' : ` (${row.why})`;
  return `${title.padEnd(TITLE - 1)} ${row.kind === 'rule' ? tokensText(row.tokens) : row.text}${why}`;
}

function rowLine(row: Row, column: number): string {
  const text = left(row);
  return row.kind === 'fold' || row.why === '' ? text : `${text.padEnd(column)}   ${row.why}`;
}

function left(row: Row): string {
  const indent = '  '.repeat(Math.min(row.depth, DEEPEST));
  if (row.kind === 'fold') return `        ${indent}⋮ ${row.text}`;
  const text = row.kind === 'rule' ? tokensText(row.tokens) : row.text;
  return `${(row.line === undefined ? '' : String(row.line)).padStart(6)}  ${indent}${SIGNS[row.mark]} ${text}`;
}
