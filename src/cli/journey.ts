import { visible } from '../core/text/visible';
import type { Journey, JourneyLeg } from '../features/journey/journey';
import type { ReplyLeg } from '../features/journey/replyLegs';
import { replyJson } from '../features/replies';
import type { TraceInput } from '../features/traceReport/traceInput';
import { traceText } from '../features/traceReport/traceText';

/** A journey with the trace of each leg but the first, which is that of the packet itself. */
export interface TracedJourney<Traced> {
  readonly journey: Journey;
  readonly rest: readonly { readonly leg: JourneyLeg; readonly traced: Traced }[];
  readonly replies: readonly ReplyLeg[];
}

/** What `--json` says of a journey beside the result of its first packet. `resultOf` gives that of a leg. */
export function journeyJson<Traced>(
  { journey: { legs: all, end, remarks, loops }, rest, replies }: TracedJourney<Traced>,
  resultOf: (traced: Traced) => object,
): Readonly<Record<string, unknown>> {
  const labels = new Map(all.map(({ id, label }) => [id, label]));
  const legs = rest.map(({ leg: { label, note, source, when, at, dump }, traced }) => ({
    label,
    note,
    ...(source === undefined ? {} : { source }),
    ...whenOf(when),
    ...(at === undefined ? {} : { at, dump: Number(dump) + 1 }),
    ...resultOf(traced),
  }));
  return {
    ...(legs.length > 0 ? { journey: legs } : {}),
    ...(replies.length > 0
      ? {
          journeyReplies: replies.map(({ label, of, verdict, reply }) => ({
            label,
            of: of.label,
            ...whenOf(of.when),
            verdict,
            ...replyJson(reply),
          })),
        }
      : {}),
    ...(loops.length > 0 ? { journeyLoops: loops.map(({ leg, words }) => ({ leg: labels.get(leg), words })) } : {}),
    ...(remarks.length > 0 ? { journeyRemarks: remarks } : {}),
    journeyEnd: end,
  };
}

function whenOf(when: string | undefined): { readonly when?: string } {
  return when === undefined ? {} : { when };
}

/**
 * The journey as a person reads it: the legs with their traces, and how the replies come back; with `reply` the traces
 * of these too.
 */
export function journeyText<Traced extends { readonly input: TraceInput }>(
  { journey: { legs, end, remarks }, rest, replies }: TracedJourney<Traced>,
  first: string,
  reply: boolean,
): string {
  const [start] = legs;
  const parts = [start ? heading(start.id, start.label, undefined) : '', first];
  for (const {
    leg: { id, label, note, source, when, at },
    traced,
  } of rest)
    parts.push(
      `\n${heading(id, label, when, at)}`,
      note === undefined ? '' : `${note}${source === undefined ? '' : ` (${source})`}\n\n`,
      traceText(traced.input),
    );
  parts.push(`\nThe journey ends here: ${end}\n`);
  if (replies.length > 0)
    parts.push('\n## The replies, back the same way\n\n', ...replies.map((each) => replyLine(each)));
  if (reply)
    for (const each of replies) parts.push(`\n${heading(each.id, each.label, each.of.when)}`, traceText(each.input));
  if (remarks.length > 0) parts.push('\nAbout these rules:\n', ...remarks.map((remark) => `  ${visible(remark)}\n`));
  return parts.join('');
}

function heading(id: string, label: string, when: string | undefined, at?: string): string {
  return `## ${id}. ${label}${at === undefined ? '' : `, at ${at}`}${when === undefined ? '' : `, if ${when}`}\n\n`;
}

/** `2r. app 10.0.0.1:8080 → proxy: The reply comes back. Its source is translated back to …` */
function replyLine({ id, label, of: { when }, verdict, findings }: ReplyLeg): string {
  return (
    `  ${id}. ${label}${when === undefined ? '' : `, if ${when}`}: ` +
    `${[verdict, ...findings].map(visible).join(' ')}\n`
  );
}
