import { visible } from '../../core/text/visible';
import { WHAT_IF } from '../traceReport/traceText';
import { outcomeReport } from '../traceReport/makeReport';
import type { TraceInput } from '../traceReport/traceInput';
import { allAssumed, decisionPlace, otherOutcomes, type SharedJourney, type SharedTrace } from './sharedTrace';

/**
 * A trace as a sequence diagram of Mermaid: the packet from hook to hook, or, where it is part of a journey, from
 * program to program and back. Assumptions are notes below.
 */
export function traceMermaid(shared: SharedTrace): string {
  const { input, journey } = shared;
  const drawn = journey.legs.length > 1 ? ofJourney(journey) : ofPacket(input);
  const lines = [...drawn.lines];
  const over = drawn.participants.length > 1 ? `P0,P${drawn.participants.length - 1}` : 'P0';
  const note = (words: string): void => void lines.push(`Note over ${over}: ${mermaidText(words)}`);
  const others = otherOutcomes(input);
  const { whatIf = [] } = input;
  if (whatIf.length > 0) note(`${WHAT_IF} ${whatIf.join(', ')}`);
  if (others !== '') note(others);
  for (const each of allAssumed(shared)) note(`assumed: ${each}`);
  return `${[
    'sequenceDiagram',
    ...drawn.participants.map((name, i) => `  participant P${i} as ${mermaidText(name)}`),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')}\n`;
}

interface Drawn {
  readonly participants: readonly string[];
  readonly lines: readonly string[];
}

function ofPacket(input: TraceInput): Drawn {
  const { path, card, badge } = outcomeReport(input);
  const nodes = path.filter(({ state }) => state !== 'off');
  const lines = nodes.flatMap((node, i) => {
    const arrow = node.kind === 'drop' ? '-x' : '->>';
    const words = i === 0 ? input.packet : node.changes.join(', ') || node.text || 'unchanged';
    const assumed =
      node.assumed === undefined ? [] : [`Note over P${i + 1}: ${mermaidText(`assumed: ${node.assumed}`)}`];
    return [`P${i}${arrow}P${i + 1}: ${mermaidText(words)}`, ...assumed];
  });
  const last = nodes.length;
  lines.push(`Note over P${last}: ${mermaidText(`${badge.text}: ${card.headline}`)}`);
  for (const decision of card.decided)
    lines.push(`Note over P${last}: ${mermaidText(`${decision.word} ${decisionPlace(decision)}`)}`);
  return {
    participants: ['sender', ...nodes.map(({ title, text }) => (text === '' ? title : `${title} ${text}`))],
    lines,
  };
}

function ofJourney({ legs, replies, remarks }: SharedJourney): Drawn {
  const participants: string[] = [];
  const idOf = (name: string): string => {
    // `proxy :15006` and `proxy` are the same program.
    const program = name.split(' ')[0] as string;
    const known = participants.findIndex((each) => each.split(' ')[0] === program);
    return `P${known >= 0 ? known : participants.push(name) - 1}`;
  };
  const line = (label: string, arrow: string, words: string): string => {
    const [from = '', to = from] = label.split(' → ');
    return `${idOf(from)}${arrow}${idOf(to)}: ${mermaidText(words)}`;
  };
  const lines = [
    ...legs.map(({ id, label, when, input }) => {
      const { badge } = outcomeReport(input);
      return line(
        label,
        badge.tone === 'drop' ? '-x' : '->>',
        `${id}. ${ifWords(when)}${input.packet} (${badge.text})`,
      );
    }),
    ...replies.map(({ id, label, when, text }) => line(label, '-->>', `${id}. ${ifWords(when)}${text}`)),
  ];
  return { participants, lines: [...lines, ...remarks.map((each) => `Note over P0: ${mermaidText(each)}`)] };
}

function ifWords(when: string | undefined): string {
  return when === undefined ? '' : `if ${when}: `;
}

/** Whatever Mermaid, Markdown or HTML may act on is written as the number of its character. */
export function mermaidText(text: string): string {
  return visible(text).replace(/[^\p{L}\p{M}\p{N} .,/→≠_:-]|-(?=[->x)])/gu, (found) => `#${found.codePointAt(0)};`);
}
