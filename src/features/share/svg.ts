import { visible } from '../../core/text/visible';
import { WHAT_IF } from '../traceReport/traceText';
import { outcomeReport } from '../traceReport/makeReport';
import type { PathNode } from '../../shared/traceReport';
import { COLOURS, type PictureTheme } from './colours';
import { Drawing, EDGE, pictureOf, type Picture } from './drawing';
import { decisionPlace, otherOutcomes, type SharedTrace } from './sharedTrace';

const WIDTH = 860;
const LABEL = 120;

/** Card and path of a trace, with what was assumed, as a picture that needs nothing beside it. */
export function traceSvg({ input, assumed, file }: Omit<SharedTrace, 'journey'>, theme: PictureTheme): Picture {
  const { badge, card, path } = outcomeReport(input);
  const colours = COLOURS[theme];
  const drawing = new Drawing(WIDTH - EDGE);
  drawing.y = EDGE;
  const { parts } = drawing;
  const text = drawing.text.bind(drawing);
  const labelled = (label: string, words: string, fill = colours.text): void =>
    drawing.beside(
      () => text(EDGE, label, colours.dim),
      () => text(EDGE + LABEL, words, fill),
    );
  const others = otherOutcomes(input);
  text(EDGE, `${visible(file)}: ${input.packet}`, colours.dim);
  if (others !== '') text(EDGE, others, colours.dim);
  if (input.whatIf && input.whatIf.length > 0) {
    text(EDGE, WHAT_IF, colours.text, 700);
    for (const each of input.whatIf) text(EDGE + 12, each, colours.text);
  }
  drawing.y += 6;
  text(EDGE, badge.text, colours.tones[badge.tone], 700);
  text(EDGE, card.headline, colours.text, 700);
  drawing.y += 6;
  for (const { what } of card.provided) labelled('only if', what);
  for (const { label, parts: values } of card.rows)
    labelled(label, values.map((part) => `${part.text}${part.assumed ? ' (assumed)' : ''}`).join(''));
  for (const decision of card.decided) labelled(decision.word, decisionPlace(decision));
  drawing.y += 12;
  for (const [i, node] of path.filter(({ state }) => state !== 'off').entries()) {
    if (i > 0) {
      parts.push(`<path d="M${EDGE + 20} ${drawing.y}v14m-4 -5l4 5l4 -5" fill="none" stroke="${colours.dim}"/>`);
      drawing.y += 16;
    }
    const from = drawing.y;
    const at = parts.length;
    drawing.y += 4;
    text(EDGE + 12, nodeWords(node), node.tone ? colours.tones[node.tone] : colours.text);
    for (const change of node.changes) text(EDGE + 12, change, colours.tones.redirect);
    if (node.assumed !== undefined) text(EDGE + 12, `assumed: ${node.assumed}`, colours.dim);
    drawing.y += 4;
    parts.splice(
      at,
      0,
      `<rect x="${EDGE}" y="${from}" width="${WIDTH - 2 * EDGE}" height="${drawing.y - from}" rx="5" ` +
        `fill="${colours.box}" stroke="${node.tone ? colours.tones[node.tone] : colours.line}"/>`,
    );
  }
  if (assumed.length > 0) {
    drawing.y += 12;
    text(EDGE, 'Assumed', colours.dim, 700);
    for (const each of assumed) text(EDGE, each, colours.text);
  }
  const title = `${badge.text}: ${card.headline}`;
  return pictureOf(parts, { width: WIDTH, height: drawing.y + EDGE, title }, colours);
}

function nodeWords({ title, text, tables }: PathNode): string {
  const signs = {
    hit: ' ●',
    passed: ' ✓',
    dropped: ' ✗',
    absent: ' (not in the file)',
    skipped: ' (not visited)',
    off: '',
  };
  return [title, text, ...tables.map(({ name, state }) => `${name}${signs[state]}`)]
    .filter((each) => each !== '')
    .join(' · ');
}
