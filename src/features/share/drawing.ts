import { visible } from '../../core/text/visible';
import type { Colours } from './colours';
import { escaped } from './escaped';

export interface Picture {
  readonly svg: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** Around everything, in pixels. */
export const EDGE = 24;
const LINE = 20;
const SIZE = 13;
/** Of a character, in pixels: monospaced fonts have 0.6 of their size, some a little more. */
const ADVANCE = SIZE * 0.62;
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace';

/** Something drawn from top to bottom: lines of text, and shapes beside them. */
export class Drawing {
  /** Elements of SVG. */
  readonly parts: string[] = [];
  /** Where the next thing goes. */
  y = 0;

  /** `width`: the text that is too long for it is broken. */
  constructor(private readonly width: number) {}

  /** `end`: where the lines have to end at the latest. */
  text(x: number, words: string, fill: string, weight = 400, end = this.width): void {
    for (const line of wrapped(words, (end - x) / ADVANCE)) {
      this.y += LINE;
      this.parts.push(
        `<text x="${x}" y="${this.y - 6}" fill="${fill}" font-weight="${weight}">${escaped(line)}</text>`,
      );
    }
  }

  /** Two texts that begin on the same line. */
  beside(left: () => void, right: () => void): void {
    const top = this.y;
    left();
    const end = this.y;
    this.y = top;
    right();
    this.y = Math.max(this.y, end);
  }

  /** Text that ends at the right, on one line. */
  right(words: string, fill: string): void {
    this.y += LINE;
    this.parts.push(
      `<text x="${this.width}" y="${this.y - 6}" text-anchor="end" fill="${fill}" font-weight="700">` +
        `${escaped(visible(words))}</text>`,
    );
  }
}

/** The pixels that a text takes on one line. */
export function textWidth(words: string): number {
  return widthOf(visible(words)) * ADVANCE;
}

/** A picture of what was drawn, which needs nothing beside it. */
export function pictureOf(
  parts: readonly string[],
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
  { back }: Colours,
): Picture {
  return {
    svg:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ` +
      `${height}" role="img" font-family="${FONT}" font-size="${SIZE}"><title>${escaped(title)}</title><rect ` +
      `width="${width}" height="${height}" fill="${back}"/>${parts.join('')}</svg>\n`,
    width,
    height,
  };
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
