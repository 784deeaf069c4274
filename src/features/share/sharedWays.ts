import type { WayLeg, WayReply, WayReport, WaysReport } from '../../shared/ways';
import { visible } from '../../core/text/visible';
import { markdownBlock, markdownCode, markdownText } from '../../core/text/markdown';
import { WHAT_IF } from '../traceReport/traceText';
import { waysText } from '../ways/waysText';
import { escaped } from './escaped';
import { htmlPage, list, paragraphs } from './htmlPage';
import { mermaidText } from './mermaid';
import { decisionPlace } from './sharedTrace';

/** All ways in and out, with what their reader does not see: the file, and what is tried on it. */
export interface SharedWays {
  readonly report: WaysReport;
  readonly file: string;
  readonly whatIf: readonly string[];
}

/** As a terminal shows them. */
export function sharedWaysText({ report, whatIf }: SharedWays): string {
  const tried = whatIf.length > 0 ? `${WHAT_IF}\n${whatIf.map((each) => `  ${visible(each)}\n`).join('')}\n` : '';
  return `${tried}${waysText(report)}`;
}

/** For a message or an issue: how each way ends, and its packets as a code block. */
export function waysMarkdown({ report, file, whatIf }: SharedWays): string {
  const { ways, assumed, remarks } = report;
  const tried =
    whatIf.length === 0
      ? ''
      : `> **${markdownText(WHAT_IF)}**\n${whatIf.map((each) => `> - ${markdownCode(each)}\n`).join('')}\n`;
  const parts = ways.map(
    (way) =>
      `**${markdownText(`${way.name}: ${way.title}`)}** ${markdownText(badgeText(way))}\n\n` +
      markdownBlock(
        'text',
        waysText({ ways: [way], assumed: [], remarks: [] })
          .split('\n')
          // The first line is above the block, and blank ones at its ends say nothing.
          .slice(2)
          .filter((line, i, all) => line !== '' || i < all.length - 1),
      ),
  );
  const notes = [...remarks, ...assumed.map((each) => `assumed: ${each}`)];
  const last = notes.length > 0 ? `\n${notes.map((each) => `- ${markdownText(each)}\n`).join('')}` : '';
  const first = `${tried}Ways in and out of ${markdownCode(file)}`;
  return `${[first, ...parts].join('\n\n')}\n${last}`;
}

/** All of them in one diagram, as it is one text that is pasted: each below a note with its name. */
export function waysMermaid({ report, whatIf }: SharedWays): string {
  const stations: string[] = [];
  const idOf = (name: string): string => {
    const known = stations.indexOf(name);
    return `P${known >= 0 ? known : stations.push(name) - 1}`;
  };
  const body = report.ways.flatMap((way) => wayLines(way, idOf));
  const over = stations.length > 1 ? `P0,P${stations.length - 1}` : 'P0';
  const note = (words: string): string => `Note over ${over}: ${mermaidText(words)}`;
  const lines = [
    ...(whatIf.length > 0 ? [note(`${WHAT_IF} ${whatIf.join(', ')}`)] : []),
    ...body.map((line) => (typeof line === 'string' ? line : note(line.words))),
    ...report.remarks.map(note),
    ...report.assumed.map((each) => note(`assumed: ${each}`)),
  ];
  return `${[
    'sequenceDiagram',
    ...stations.map((name, i) => `  participant P${i} as ${mermaidText(name)}`),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')}\n`;
}

/** Lines of a diagram, or words that go over all of it. */
function wayLines(way: WayReport, idOf: (name: string) => string): readonly (string | { readonly words: string })[] {
  return [
    { words: `${way.name}: ${way.title} (${badgeText(way)})` },
    ...way.legs.flatMap((leg) => {
      const [from, to] = [idOf(stationOf(leg.from)), idOf(stationOf(leg.to))];
      const arrow = leg.badge.tone === 'drop' ? '-x' : '->>';
      const sent = `${leg.id}. ${whenText(leg)}${sentText(leg)} (${badgeText(leg)})`;
      return [`${from}${arrow}${to}: ${mermaidText(sent)}`, ...(leg.reply ? [replyLine(leg.reply, from, to)] : [])];
    }),
    ...way.loops.map((words) => ({ words })),
    ...(way.end === '' ? [] : [{ words: way.end }]),
  ];
}

function replyLine({ id, text, comesBack }: WayReply, from: string, to: string): string {
  return `${to}${comesBack ? '-->>' : '--x'}${from}: ${mermaidText(`${id}. ${text}`)}`;
}

/** A page of HTML without scripts, see `htmlPage`. */
export function waysHtml({ report, file, whatIf }: SharedWays): string {
  return htmlPage(`${file}: inbound, outbound`, [
    `<h1>Ways in and out of ${escaped(file)}</h1>`,
    whatIf.length > 0 ? `<p><strong>${escaped(WHAT_IF)}</strong></p>${list(whatIf)}` : '',
    ...report.ways.map(
      (way) =>
        `<section><h2>${escaped(`${way.name}: ${way.title}`)}</h2>` +
        `<p><strong class="${way.badge.tone}">${escaped(badgeText(way))}</strong></p>` +
        `${way.legs.map(legHtml).join('')}${paragraphs([...way.loops, way.end])}</section>`,
    ),
    paragraphs(report.remarks),
    report.assumed.length > 0 ? `<h2>Assumed</h2>${list(report.assumed)}` : '',
  ]);
}

function legHtml(leg: WayLeg): string {
  const { id, from, to, changes, badge, decided, note, source, reply, outcomes } = leg;
  const row = (label: string, value: string): string => `<dt>${escaped(label)}</dt><dd>${value}</dd>`;
  const rows = [
    row('packet', `<code>${escaped(sentText(leg))}</code>`),
    ...(changes.length > 0 ? [row('becomes', escaped(changes.join(', ')))] : []),
    ...decided.map((each) => row(each.word, escaped(decisionPlace(each)))),
    ...(note === undefined ? [] : [row('why', escaped(`${note}${source === undefined ? '' : ` (${source})`}`))]),
    row('reply', escaped(reply ? [reply.text, reply.why].filter((each) => each !== '').join('. ') : 'no reply')),
  ];
  return (
    `<div class="card"><p>${escaped(`${id}. ${whenText(leg)}${from} → ${to}`)} ` +
    `<strong class="${badge.tone}">${escaped(badgeText(leg))}</strong>` +
    `${outcomes > 1 ? escaped(` one of ${outcomes} outcomes`) : ''}</p><dl>${rows.join('')}</dl></div>`
  );
}

/** `proxy :15006`, `proxy 127.0.0.1:15090` and `proxy` are the same program. */
function stationOf(name: string): string {
  return /^(.+) \S*:\d+$/.exec(name)?.[1] ?? name;
}

export function badgeText({ badge }: Pick<WayLeg, 'badge'>): string {
  return `${badge.text}${badge.conditional ? '?' : ''}`;
}

export function sentText({ sent }: WayLeg): string {
  return sent.map(({ text, assumed }) => `${text}${assumed ? ' (assumed)' : ''}`).join('');
}

function whenText({ when }: WayLeg): string {
  return when === undefined ? '' : `if ${when}: `;
}
