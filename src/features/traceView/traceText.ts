import { courseOf, type TraceInput } from './course';
import type { OutcomeModel, Row, StepGroup } from './model';
import { outcomeTabs, percent } from './questions';
import { tokensText } from './ruleTokens';
import { explainDecision } from './whyDecided';
import { decisiveEvent } from './verdict';
import { changeWords, packetChanges, packetWords } from './packetWords';
import { traceModel } from './traceModel';

/** Marks in front of the steps; each is one column wide in a terminal. */
const SIGNS = { no: '·', yes: '✓', jump: '↳', return: '↰', accept: '✓', drop: '✗', nat: '●', unknown: '?', info: ' ' } as const;

/**
 * The whole trace as a person reads it, in plain text: the packet, every hook and table with its rules and why each did not match,
 * what changed in the packet, and the verdict. Where several courses are possible, one after the other.
 */
export function traceText(input: TraceInput): string {
  const tabs = outcomeTabs(input);
  const parts = [`${input.packet}\n`];
  if (tabs.length === 1) parts.push(courseText({ ...input, selected: 0 }));
  else {
    parts.push(`${tabs.length} courses are possible, because something is not known.\n`);
    tabs.forEach((tab, selected) => {
      const chance = tab.probability === undefined ? '' : ` (${percent(tab.probability)})`;
      parts.push(`--- ${selected + 1}. ${tab.badge.text}${chance}\n`);
      for (const { text, reason, line } of tab.assumptions) parts.push(`    if ${text}${line === undefined ? '' : `, line ${line}`} (${reason})\n`);
      parts.push(courseText({ ...input, selected }));
    });
  }
  const more = input.traced.outcomes.length - tabs.length;
  if (more > 0 || input.traced.truncated) parts.push(`${more > 0 ? more : 'Some'} more courses are not shown.\n`);
  return parts.join('\n');
}

/** The same for a message or an issue: the verdict as prose, the steps as a code block. */
export function traceMarkdown(input: TraceInput): string {
  const { outcome } = traceModel(input);
  const steps = [...stepLines(outcome), ...endLines(input)].join('\n');
  return `\`${input.packet}\`\n\n**${outcome.badge.text}** ${outcome.verdictText}\n\n\`\`\`text\n${steps}\n\`\`\`\n`;
}

function courseText(input: TraceInput): string {
  const { outcome } = traceModel(input);
  return `${[...stepLines(outcome), ...endLines(input), '', `${outcome.badge.text}: ${outcome.verdictText}`, ...noteLines(input)].join('\n')}\n`;
}

/** What the packet looks like in the end, and how that differs from what came. */
function endLines(input: TraceInput): readonly string[] {
  const { events, end } = courseOf(input);
  const start = events[0];
  if (start?.kind !== 'start') return [];
  const changes = packetChanges(start.packet, end.packet);
  return changes.length === 0 ? [] : ['', `packet: ${packetWords(end.packet)}`, ...changes.map((change) => `        ${changeWords(change)}`)];
}

function noteLines(input: TraceInput): readonly string[] {
  const walked = courseOf(input);
  const index = decisiveEvent(walked);
  return index === undefined ? [] : explainDecision(walked, index).map(({ title, text }) => `${title} ${text}`);
}

function stepLines({ groups }: OutcomeModel): readonly string[] {
  const width = Math.max(0, ...groups.flatMap(({ rows }) => rows.map((row) => left(row).length)));
  const column = Math.min(width, WIDEST) + 3;
  return groups.flatMap((group) => [...titleLines(group), ...group.rows.map((row) => rowLine(row, column, group))]);
}

/** Reasons stand in one column, unless a rule is longer than this. */
const WIDEST = 96;

function titleLines({ quiet, title, result }: StepGroup): readonly string[] {
  return quiet ? [] : [`${title}${result === '' || result === 'ACCEPT' ? '' : `: ${result}`}`];
}

function rowLine(row: Row, column: number, { quiet, title }: StepGroup): string {
  if (row.kind === 'fold') return left(row);
  if (quiet) return `${title === '' ? '' : `${title}: `}${left(row).trimStart()}${row.why === '' || row.why === 'default' ? '' : ` (${row.why})`}`;
  const text = left(row);
  return row.why === '' ? text : `${text.padEnd(column)}${row.why}`;
}

function left(row: Row): string {
  const indent = '  '.repeat(row.depth);
  if (row.kind === 'fold') return `        ${indent}… ${row.text}`;
  const sign = SIGNS[row.mark];
  const text = row.kind === 'rule' ? tokensText(row.tokens) : row.text;
  return `${(row.line === undefined ? '' : String(row.line)).padStart(6)}  ${indent}${sign} ${text}`;
}
