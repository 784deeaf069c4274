import { visible } from '../../core/text/visible';
import type { CardDecision } from '../../shared/traceReport';
import type { WayLeg, WayReport, WaysReport } from '../../shared/ways';

/** Every way with its legs and replies, as a terminal shows it. */
export function waysText({ ways, assumed, remarks }: WaysReport): string {
  const parts = ways.map(wayText);
  if (remarks.length > 0) parts.push(`About these rules:\n${lines(remarks)}`);
  if (assumed.length > 0) parts.push(`Assumed:\n${lines(assumed)}`);
  return parts.join('\n');
}

function wayText({ name, title, badge, legs, loops, end }: WayReport): string {
  return [
    `## ${visible(name)}: ${visible(title)}  [${badge.text}${badge.conditional ? '?' : ''}]\n\n`,
    ...legs.map(legText),
    ...(loops.length > 0 ? [`\n${lines(loops.map((each) => `! ${each}`))}`] : []),
    end === '' ? '' : `\n  ${visible(end)}\n`,
  ].join('');
}

function legText({ id, from, to, when, note, source, sent, changes, badge, decided, outcomes, reply }: WayLeg): string {
  const several = outcomes > 1 ? `, one of ${outcomes} outcomes` : '';
  return [
    `  ${id.padEnd(3)} ${visible(from)} → ${visible(to)}${when === undefined ? '' : `, if ${visible(when)}`}  ` +
      `[${badge.text}${badge.conditional ? '?' : ''}]${several}\n`,
    `      ${visible(sent.map(({ text }) => text).join(''))}` +
      `${changes.length > 0 ? ` · ${visible(changes.join(', '))}` : ''}\n`,
    ...decided.map((each) => `      ${decidedText(each)}\n`),
    note === undefined ? '' : `      ${visible(note)}${source === undefined ? '' : ` (${visible(source)})`}\n`,
    reply
      ? `  ${reply.id.padEnd(3)} ${reply.comesBack ? '✓' : reply.unsure ? '?' : '✗'} the reply ` +
        `${visible(reply.text)}\n${reply.why === '' ? '' : `      ${visible(reply.why)}\n`}`
      : `  ${`${id}r`.padEnd(3)} – no reply\n`,
  ].join('');
}

function decidedText({ word, line, place, target }: CardDecision): string {
  return visible(`${word} ${line === undefined ? '' : `line ${line}, `}${place} ${target}`.trimEnd());
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `  ${visible(text)}\n`).join('');
}
