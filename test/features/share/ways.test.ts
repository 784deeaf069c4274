import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  sharedWaysText,
  waysHtml,
  waysMarkdown,
  waysMermaid,
  type SharedWays,
} from '../../../src/features/share/sharedWays';
import { waysSvg } from '../../../src/features/share/waysSvg';
import { runs } from '../../runs';
import { sampleText } from '../sample';
import { Bench } from '../sessionBench';
import { skeleton } from './skeleton';

const FORMS: Readonly<Record<string, (ways: SharedWays) => string>> = {
  text: sharedWaysText,
  markdown: waysMarkdown,
  mermaid: waysMermaid,
  html: waysHtml,
  'svg, dark': (ways) => waysSvg(ways, 'dark').svg,
};

const bench = new Bench(sampleText('istio-sidecar.md')).send({ type: 'show-ways', shown: true });
const { shown } = bench.state.ways;
if (!shown) throw new Error('there are no ways');
const report = shown;

function ways(words: string, file = 'rules.v4'): SharedWays {
  return {
    report: {
      remarks: [words],
      assumed: [words],
      ways: report.ways.map((way) => ({
        ...way,
        title: words,
        loops: [words],
        end: words,
        legs: way.legs.map((leg) => ({ ...leg, from: `a${words}`, to: `b${words}`, note: words, source: words })),
      })),
    },
    file,
    whatIf: [words],
  };
}

/** Without what each form puts in the place of characters that it acts on; lines of a picture joined. */
function plain(text: string): string {
  const drawn = text.startsWith('<svg')
    ? [...text.matchAll(/>([^<]*)<\/text>/g)].map(([, line]) => line).join(' ')
    : text;
  return drawn
    .replace(/&?#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\\(?=[^\w\s])/g, '');
}

describe.each(Object.entries(FORMS))('all ways as %s', (form, make) => {
  test('each way, its packets, how they end, the replies and what was assumed', () => {
    const text = plain(make({ report, file: 'rules.v4', whatIf: [] }));
    for (const { name, title, badge, legs } of report.ways)
      for (const words of [
        name,
        title,
        badge.text,
        ...legs.flatMap((leg) => [leg.id, leg.badge.text, leg.reply?.text ?? '']),
      ])
        expect(text).toContain(words);
    expect(report.assumed.length).toBeGreaterThan(0);
    for (const each of report.assumed) expect(text).toContain(plain(each));
    expect(text).not.toContain('What if');
  });

  test('what is tried is said first', () => {
    const text = plain(make(ways('line 6 off')));
    expect(text).toContain('this is not what the file says');
    expect(text.indexOf('line 6 off')).toBeLessThan(text.indexOf('Inbound'));
  });

  test('nothing of a file is more than text in it', () => {
    if (form === 'text' || form === 'markdown') return;
    const expected = skeleton(form, make(ways('x', 'f')));
    const hostile = fc.constantFrom(
      ...'<>&"\'`#;%\\/-{}[]()|=\n\r\t\0\x1b\u202e\u200b x'.split(''),
      '-->',
      '</title>',
      '<script>',
      '%%',
      '&#60;',
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (parts) => {
        // Short enough to stay on its line of the picture.
        const words = parts.join('').slice(0, 12);
        expect(skeleton(form, make(ways(`x${words}`, `f${words}`)))).toEqual(expected);
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('the picture of all ways', () => {
  const long = 'x'.repeat(300);
  const crowded: SharedWays = {
    ...ways(long),
    report: {
      ...ways(long).report,
      ways: report.ways.map((way) => ({
        ...way,
        name: long,
        legs: way.legs.map((leg) => ({
          ...leg,
          sent: [{ text: long }],
          reply: leg.reply && { ...leg.reply, text: long, why: '漢'.repeat(90) },
        })),
      })),
    },
  };

  test.each([
    ['as it is', { report, file: 'rules.v4', whatIf: [] }],
    ['with long words', crowded],
  ])('%s: texts stay in their frames, and off the verdicts at their right', (_, shared) => {
    const { svg, width, height } = waysSvg(shared, 'light');
    const frames = [
      ...svg.matchAll(/<g transform="translate\((\d+) (\d+)\)"><rect width="(\d+)" height="(\d+)"(.*?)<\/g>/g),
    ];
    expect(frames).toHaveLength(report.ways.length);
    for (const [, x, y, wide, high, inside = ''] of frames) {
      expect(Number(x) + Number(wide)).toBeLessThan(width);
      expect(Number(y) + Number(high)).toBeLessThan(height);
      const texts = [...inside.matchAll(/<text x="(\d+)" y="(\d+)"( text-anchor="end")?[^>]*>([^<]*)</g)].map(
        ([, at, line, end, words = '']) => {
          const size = [...words.replace(/&#\d+;/g, '-')].reduce(
            (sum, sign) => sum + (sign > '\u1100' && sign > '\u2bff' ? 15.6 : 7.8),
            0,
          );
          return {
            line: Number(line),
            from: end ? Number(at) - size : Number(at),
            to: end ? Number(at) : Number(at) + size,
          };
        },
      );
      expect(texts.length).toBeGreaterThan(4);
      for (const each of texts) {
        expect(each.from).toBeGreaterThan(0);
        expect(each.to).toBeLessThan(Number(wide));
        expect(each.line).toBeLessThan(Number(high));
        for (const other of texts)
          if (other !== each && other.line === each.line)
            expect(each.to <= other.from || other.to <= each.from).toBe(true);
      }
    }
  });

  test.each([
    [0, 648],
    [1, 648],
    [2, 1264],
    [6, 1264],
  ])('%i ways are %i pixels wide', (count, width) => {
    const some = { ...report, ways: report.ways.slice(0, count) };
    expect(waysSvg({ report: some, file: 'f', whatIf: [] }, 'light').width).toBe(width);
  });

  test('each column goes on where there is room', () => {
    const { height } = waysSvg({ report, file: 'f', whatIf: [] }, 'light');
    const all = report.ways.map(
      (way) => waysSvg({ report: { ...report, ways: [way] }, file: 'f', whatIf: [] }, 'light').height,
    );
    expect(height).toBeLessThan(all.reduce((sum, each) => sum + each, 0) * 0.7);
  });
});

describe('what the view offers while it shows all ways', () => {
  const { shared } = bench.session;

  test.each([
    ['text', shared?.text()],
    ['Markdown', shared?.markdown()],
    ['Mermaid', shared?.mermaid()],
    ['HTML', shared?.html()],
    ['a picture', shared?.picture('light').svg],
  ])('%s has them, and not the packet alone', (_, text = '') => {
    for (const { name } of report.ways) expect(plain(text)).toContain(name);
  });

  test('the command line traces them', () => {
    expect(shared?.command()).toBe('iptables-lens trace notes.md --ways\n');
    expect(shared?.what).toBe('ways');
  });

  test('with what is tried', () => {
    const tried = new Bench(sampleText('istio-sidecar.md'))
      .send({ type: 'what-if', text: 'iptables -t nat -F ISTIO_INBOUND' })
      .send({ type: 'show-ways', shown: true });
    expect(plain(tried.session.shared?.text() ?? '')).toContain('iptables -t nat -F ISTIO_INBOUND');
    expect(tried.session.shared?.command()).toBe(
      "iptables-lens trace notes.md --ways --what-if 'iptables -t nat -F ISTIO_INBOUND'\n",
    );
  });
});
