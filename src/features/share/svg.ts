import { visible } from '../../core/text/visible';
import { WHAT_IF } from '../traceReport/traceText';
import { outcomeReport } from '../traceReport/makeReport';
import type { PathNode } from '../../shared/traceReport';
import { COLOURS, type PictureTheme } from './colours';
import { escaped } from './escaped';
import { decisionPlace, otherOutcomes, type SharedTrace } from './sharedTrace';

export interface Picture {
  readonly svg: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

const WIDTH = 860;
const EDGE = 24;
const LINE = 20;
const SIZE = 13;
/** Of a character, in pixels: monospaced fonts have 0.6 of their size, some a little more. */
const ADVANCE = SIZE * 0.62;
const LABEL = 120;
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace';

/** Card and path of a trace, with what was assumed, as a picture that needs nothing beside it. */
export function traceSvg({ input, assumed, file }: Omit<SharedTrace, 'journey'>, theme: PictureTheme): Picture {
  const { badge, card, path } = outcomeReport(input);
  const colours = COLOURS[theme];
  const drawn: string[] = [];
  let y = EDGE;
  const text = (x: number, words: string, fill: string, weight = 400): void => {
    for (const line of wrapped(words, (WIDTH - EDGE - x) / ADVANCE)) {
      y += LINE;
      drawn.push(`<text x="${x}" y="${y - 6}" fill="${fill}" font-weight="${weight}">${escaped(line)}</text>`);
    }
  };
  const labelled = (label: string, words: string, fill = colours.text): void => {
    const at = y;
    text(EDGE, label, colours.dim);
    y = at;
    text(EDGE + LABEL, words, fill);
  };
  const others = otherOutcomes(input);
  text(EDGE, `${visible(file)}: ${input.packet}`, colours.dim);
  if (others !== '') text(EDGE, others, colours.dim);
  if (input.whatIf && input.whatIf.length > 0) {
    text(EDGE, WHAT_IF, colours.text, 700);
    for (const each of input.whatIf) text(EDGE + 12, each, colours.text);
  }
  y += 6;
  text(EDGE, badge.text, colours.tones[badge.tone], 700);
  text(EDGE, card.headline, colours.text, 700);
  y += 6;
  for (const { what } of card.provided) labelled('only if', what);
  for (const { label, parts } of card.rows)
    labelled(label, parts.map((part) => `${part.text}${part.assumed ? ' (assumed)' : ''}`).join(''));
  for (const decision of card.decided) labelled(decision.word, decisionPlace(decision));
  y += 12;
  for (const [i, node] of path.filter(({ state }) => state !== 'off').entries()) {
    if (i > 0) {
      drawn.push(`<path d="M${EDGE + 20} ${y}v14m-4 -5l4 5l4 -5" fill="none" stroke="${colours.dim}"/>`);
      y += 16;
    }
    const from = y;
    const at = drawn.length;
    y += 4;
    text(EDGE + 12, nodeWords(node), node.tone ? colours.tones[node.tone] : colours.text);
    for (const change of node.changes) text(EDGE + 12, change, colours.tones.redirect);
    if (node.assumed !== undefined) text(EDGE + 12, `assumed: ${node.assumed}`, colours.dim);
    y += 4;
    drawn.splice(
      at,
      0,
      `<rect x="${EDGE}" y="${from}" width="${WIDTH - 2 * EDGE}" height="${y - from}" rx="5" ` +
        `fill="${colours.box}" stroke="${node.tone ? colours.tones[node.tone] : colours.line}"/>`,
    );
  }
  if (assumed.length > 0) {
    y += 12;
    text(EDGE, 'Assumed', colours.dim, 700);
    for (const each of assumed) text(EDGE, each, colours.text);
  }
  const height = y + EDGE;
  const title = `${badge.text}: ${card.headline}`;
  return {
    svg:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ` +
      `${height}" role="img" font-family="${FONT}" font-size="${SIZE}"><title>${escaped(title)}</title><rect ` +
      `width="${WIDTH}" height="${height}" fill="${colours.back}"/>${drawn.join('')}</svg>\n`,
    width: WIDTH,
    height,
  };
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

/** Lines of at most that many columns, broken at blanks; a word that is longer is broken in itself. */
function wrapped(words: string, columns: number): readonly string[] {
  const most = Math.max(8, Math.floor(columns));
  const lines: string[] = [];
  let line = '';
  for (const word of visible(words).split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > most) {
      lines.push(line);
      line = '';
    } else if (line !== '') {
      line += ' ';
    }
    for (const character of word) {
      if (widthOf(line) + widthOf(character) > most) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line];
}

/** In columns: signs of East Asia and pictures have two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) as number) >= 0x1100 && !/[\u2000-\u2bff]/.test(character) ? 2 : 1;
  return width;
}
