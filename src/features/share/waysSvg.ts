import type { WayLeg, WayReply, WayReport } from '../../shared/ways';
import { wayLines, whenOf } from '../../shared/wayLines';
import { visible } from '../../core/text/visible';
import { WHAT_IF } from '../traceReport/traceText';
import { COLOURS, type Colours, type PictureTheme } from './colours';
import { Drawing, EDGE, pictureOf, textWidth, type Picture } from './drawing';
import { badgeText, sentText, type SharedWays } from './sharedWays';
import { decisionPlace } from './sharedTrace';

/** Of the frame around a way, in pixels. */
const FRAME = 600;
const GAP = 16;
const PAD = 16;
/** The line from station to station, and the text beside it. */
const RAIL = PAD + 6;
const BESIDE = RAIL + 18;

/** All ways in and out as a picture: each in a frame, from station to station, with the replies. */
export function waysSvg({ report, file, whatIf }: SharedWays, theme: PictureTheme): Picture {
  const colours = COLOURS[theme];
  const { ways, assumed, remarks } = report;
  const columns = Math.min(2, Math.max(1, ways.length));
  const width = 2 * EDGE + columns * FRAME + (columns - 1) * GAP;
  const page = new Drawing(width - EDGE);
  page.y = EDGE;
  const title = `Ways in and out of ${visible(file)}`;
  page.text(EDGE, title, colours.text, 700);
  if (whatIf.length > 0) page.text(EDGE, WHAT_IF, colours.text, 700);
  for (const each of whatIf) page.text(EDGE + 12, each, colours.text);
  for (const remark of remarks) page.text(EDGE, remark, colours.tones.unknown);
  page.y += 10;
  const ends = Array.from({ length: columns }, () => page.y);
  for (const way of ways) {
    const drawn = new WayDrawing(way, colours);
    // Each goes where there is room first, so that both columns come to about the same length.
    const column = ends.indexOf(Math.min(...ends));
    const y = ends[column] ?? 0;
    page.parts.push(drawn.at(EDGE + column * (FRAME + GAP), y));
    ends[column] = y + drawn.height + GAP;
  }
  page.y = Math.max(...ends);
  if (assumed.length > 0) page.text(EDGE, 'Assumed', colours.dim, 700);
  for (const each of assumed) page.text(EDGE, each, colours.text);
  return pictureOf(page.parts, { width, height: page.y + EDGE, title }, colours);
}

class WayDrawing {
  private readonly drawing = new Drawing(FRAME - PAD);

  constructor(
    way: WayReport,
    private readonly colours: Colours,
  ) {
    this.head(way);
    const [usual, ...others] = wayLines(way.legs);
    this.line(usual);
    for (const legs of others) {
      this.rule('4 4');
      this.drawing.text(PAD, `or, if ${whenOf(legs)}`, colours.dim);
      this.line(legs);
    }
    if (way.end !== '') this.drawing.text(PAD, way.end, colours.dim);
    this.drawing.y += 10;
  }

  get height(): number {
    return this.drawing.y;
  }

  /** As an element of SVG. */
  at(x: number, y: number): string {
    const { box, line } = this.colours;
    return (
      `<g transform="translate(${x} ${y})"><rect width="${FRAME}" height="${this.height}" rx="6" fill="${box}" ` +
      `stroke="${line}"/>${this.drawing.parts.join('')}</g>`
    );
  }

  private head(way: WayReport): void {
    const { drawing, colours } = this;
    drawing.y = 6;
    this.withBadge(PAD, way.name, badgeText(way), colours.text, colours.tones[way.badge.tone], 700);
    drawing.text(PAD, way.title, colours.dim);
    this.rule();
    for (const words of way.loops) drawing.text(PAD, words, colours.tones.drop);
  }

  private rule(dashes = ''): void {
    this.drawing.y += 6;
    this.drawing.parts.push(
      `<path d="M${PAD} ${this.drawing.y}H${FRAME - PAD}" stroke="${this.colours.line}"` +
        `${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>`,
    );
    this.drawing.y += 4;
  }

  /** A text with a verdict at the right of its first line. */
  private withBadge(x: number, words: string, badge: string, fill: string, tone: string, weight = 400): void {
    const { drawing } = this;
    drawing.beside(
      () => drawing.text(x, words, fill, weight, FRAME - PAD - textWidth(badge) - 12),
      () => drawing.right(badge, tone),
    );
  }

  private line(legs: readonly WayLeg[]): void {
    const [first] = legs;
    if (first) this.station(first.from, this.colours.dim);
    for (const leg of legs) {
      const tone = this.colours.tones[leg.badge.tone];
      this.hop(leg, tone);
      this.station(leg.to, leg.loops ? this.colours.tones.drop : tone);
    }
  }

  private station(name: string, tone: string): void {
    const { drawing, colours } = this;
    const middle = drawing.y + 10;
    drawing.parts.push(
      `<circle cx="${RAIL}" cy="${middle}" r="5" fill="${colours.back}" stroke="${tone}" stroke-width="2"/>`,
    );
    drawing.text(BESIDE, name, colours.text, 700);
  }

  private hop(leg: WayLeg, tone: string): void {
    const { drawing, colours } = this;
    const top = drawing.y;
    if (leg.note !== undefined) drawing.text(BESIDE, leg.note, colours.dim);
    this.withBadge(BESIDE, `↓ ${leg.id} ${sentText(leg)}`, badgeText(leg), colours.text, tone);
    for (const change of leg.changes) drawing.text(BESIDE + 16, change, colours.tones.unknown);
    const decided = [
      ...leg.decided.map(decisionPlace),
      ...(leg.outcomes > 1 ? [`one of ${leg.outcomes} outcomes`] : []),
    ];
    if (decided.length > 0) drawing.text(BESIDE + 16, decided.join(' · '), colours.dim);
    this.reply(leg.reply);
    drawing.y += 4;
    drawing.parts.push(`<path d="M${RAIL} ${top - 3}V${drawing.y + 3}" stroke="${tone}" stroke-width="2"/>`);
  }

  private reply(reply: WayReply | undefined): void {
    const { drawing, colours } = this;
    if (!reply) return drawing.text(BESIDE, '↑ no reply', colours.dim);
    const { id, comesBack, unsure, text, why } = reply;
    const tones = colours.tones;
    const [sign, tone] = comesBack ? ['✓', tones.accept] : unsure ? ['?', tones.unknown] : ['✗', tones.drop];
    this.withBadge(BESIDE, `↑ ${id} ${text}`, sign, comesBack ? colours.text : tone, tone);
    if (why !== '') drawing.text(BESIDE + 16, why, colours.dim);
  }
}
