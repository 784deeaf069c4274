import { outcomeReport } from '../traceReport/makeReport';
import { outcomeTabs } from '../traceReport/outcomeTabs';
import { percent } from '../traceReport/questions';
import { WHAT_IF } from '../traceReport/traceText';
import { tokensText } from '../traceReport/ruleTokens';
import { selectPath, type TraceInput } from '../traceReport/traceInput';
import type { OutcomeReport, Row } from '../../shared/traceReport';
import { escaped } from './escaped';
import { htmlPage, list, paragraphs } from './htmlPage';
import { decisionPlace, type SharedTrace } from './sharedTrace';

/**
 * A report that needs nothing beside it: a page of HTML without scripts, with the card, what was assumed, the steps of
 * each outcome, and the whole journey. It may load nothing, says its own policy.
 */
export function traceHtml({ input, assumed, file, journey }: SharedTrace): string {
  const { badge, card } = outcomeReport(input);
  const legs = journey.legs.length > 1 ? journey.legs : [];
  const body = [
    `<h1>${escaped(`${badge.text}: ${card.headline}`)}</h1>`,
    `<p class="dim">${escaped(file)}: <code>${escaped(input.packet)}</code></p>`,
    input.whatIf && input.whatIf.length > 0 ? `<p><strong>${escaped(WHAT_IF)}</strong></p>${list(input.whatIf)}` : '',
    packetHtml(input, assumed),
    legs.length > 0 ? '<h2>The whole journey</h2>' : '',
    ...legs.map(
      (leg) =>
        `<section><h3>${escaped(legTitle(leg))}</h3>${paragraphs([leg.note ?? ''])}` +
        `<p><code>${escaped(leg.input.packet)}</code></p>${packetHtml(leg.input, leg.assumed)}</section>`,
    ),
    journey.replies.length > 0
      ? '<h3>The replies, back the same way</h3>' +
        list(journey.replies.map((reply) => `${legTitle(reply)}: ${reply.text}`))
      : '',
    paragraphs(journey.remarks),
  ];
  return htmlPage(`${file}: ${input.packet}`, body);
}

/** `2b. proxy → own pod, if the proxy picks this pod as the endpoint`. */
function legTitle({
  id,
  label,
  when,
}: {
  readonly id: string;
  readonly label: string;
  readonly when: string | undefined;
}): string {
  return `${id}. ${label}${when === undefined ? '' : `, if ${when}`}`;
}

/** Every outcome of a packet with its card and steps, and what was assumed. */
function packetHtml(input: TraceInput, assumed: readonly string[]): string {
  const tabs = outcomeTabs(input);
  const more = input.traced.outcomes.length - tabs.length;
  const outcomes = tabs.map((tab, i) => {
    const outcome = outcomeReport(selectPath(input, i));
    const chance = tab.probability === undefined ? '' : ` (${percent(tab.probability)})`;
    const conditions = tab.assumptions.map(({ text, reason }) => `if ${text} (${reason})`);
    return (
      `${tabs.length > 1 ? `<h4>Outcome ${i + 1}${escaped(chance)}</h4>${list(conditions)}` : ''}` +
      `${cardHtml(outcome)}<details${tabs.length === 1 ? ' open' : ''}>` +
      `<summary>Steps</summary>${stepsHtml(outcome)}</details>`
    );
  });
  return [
    tabs.length > 1 ? `<p>${tabs.length} outcomes are possible, because something is not known.</p>` : '',
    ...outcomes,
    more > 0 ? `<p>${more} more outcomes are not shown.</p>` : '',
    assumed.length > 0 ? `<h4>Assumed</h4>${list(assumed)}` : '',
  ].join('');
}

function cardHtml({ badge, card }: OutcomeReport): string {
  const row = (label: string, value: string): string => `<dt>${escaped(label)}</dt><dd>${value}</dd>`;
  const rows = [
    ...card.provided.map(({ what, reason }) => row('only if', escaped(`${what} (${reason})`))),
    ...card.rows.map(({ label, parts }) =>
      row(
        label,
        parts
          .map(({ text, style, assumed }) => {
            const shown = style === 'code' ? `<code>${escaped(text)}</code>` : escaped(text);
            return assumed ? `<span class="assumed" title="${escaped(assumed.why)}">${shown}</span> (assumed)` : shown;
          })
          .join(''),
      ),
    ),
    ...card.decided.map((decision) => row(decision.word, escaped(decisionPlace(decision)))),
  ];
  return (
    `<div class="card"><p><strong class="${badge.tone}">${escaped(badge.text)}</strong> ` +
    `${escaped(card.headline)}</p><dl>${rows.join('')}</dl></div>`
  );
}

function stepsHtml({ groups }: OutcomeReport): string {
  return groups
    .map(
      ({ title, result, rows }) =>
        `<table><caption>${escaped(result === '' ? title : `${title}: ${result}`)}</caption>` +
        `<tbody>${rows.map(rowHtml).join('')}</tbody></table>`,
    )
    .join('');
}

function rowHtml(row: Row): string {
  if (row.kind === 'fold') return `<tr class="no"><td></td><td>${escaped(row.text)}</td><td></td></tr>`;
  const text = row.kind === 'rule' ? tokensText(row.tokens) : row.text;
  const assumed = row.kind === 'note' && row.assumed !== undefined ? ` (assumed: ${row.assumed})` : '';
  return (
    `<tr class="${row.mark}"><td>${row.line ?? ''}</td>` +
    `<td style="padding-left:${Math.min(row.depth, 20) * 1.5 + 0.5}em"><code>${escaped(text)}</code></td>` +
    `<td>${escaped(`${row.why}${assumed}`)}</td></tr>`
  );
}
