import fc from 'fast-check';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  sharedWaysText,
  waysHtml,
  waysMarkdown,
  waysMermaid,
  type SharedWays,
} from '../../../src/features/share/sharedWays';
import { waysSvg } from '../../../src/features/share/waysSvg';
import type { WayLeg, WayReport } from '../../../src/shared/ways';
import { answersOf } from '../../answers';
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

const LEG: WayLeg = {
  id: '1',
  from: 'client',
  to: 'app :80',
  when: undefined,
  note: undefined,
  source: undefined,
  sent: [{ text: 'tcp 10.0.0.9 → 10.0.0.7:80' }],
  packet: 'in eth0 tcp 10.0.0.9 > 10.0.0.7:80',
  changes: [],
  badge: { text: 'DELIVERED :80', tone: 'accept' },
  decided: [],
  outcomes: 1,
  loops: false,
  reply: undefined,
};

const WAY: WayReport = {
  id: 'in',
  name: 'Inbound',
  title: 'Client → app',
  packet: LEG.packet,
  badge: LEG.badge,
  legs: [LEG],
  loops: [],
  end: '',
};

/** Small ways, of which each has more to say than the one before. */
const SMALL: Readonly<Record<string, Partial<SharedWays['report']> & { readonly whatIf?: readonly string[] }>> = {
  'one leg': { ways: [WAY] },
  'what a leg may have': {
    ways: [
      {
        ...WAY,
        badge: { text: 'REDIRECT :15006', tone: 'redirect', conditional: true },
        legs: [
          {
            ...LEG,
            to: 'proxy :15006',
            when: 'a Service has endpoints',
            note: 'The proxy sends it.',
            source: 'documented',
            sent: [{ text: 'tcp ' }, { text: '10.0.0.9', assumed: { why: 'nothing states it' } }],
            changes: ['dport 80 → 15006', 'mark 1'],
            badge: { text: 'REDIRECT :15006', tone: 'redirect', conditional: true },
            decided: [
              { word: 'decided by', line: 7, place: 'IN rule 2', target: 'REDIRECT' },
              { word: 'let through by', line: undefined, place: 'INPUT rule 1', target: '' },
            ],
            outcomes: 3,
            reply: { id: '1r', comesBack: true, text: 'comes back by eth0', why: 'It is translated back.' },
          },
          { ...LEG, id: '2', from: 'proxy', note: 'Nobody knows why.', badge: { text: 'DROPPED', tone: 'drop' } },
        ],
        loops: ['The proxy gets back what it has sent.'],
        end: 'Nobody receives it.',
      },
    ],
    assumed: ['The address is assumed.'],
    remarks: ['There are two proxies.'],
    whatIf: ['line 6 off', 'line 7 off'],
  },
  'replies and lines': {
    ways: [
      {
        ...WAY,
        legs: [
          { ...LEG, reply: { id: '1r', comesBack: false, text: 'does not come back', why: 'It is dropped.' } },
          {
            ...LEG,
            id: '1b',
            when: 'it is not new',
            loops: true,
            reply: { id: '1br', comesBack: false, unsure: true, text: 'may not come back', why: '' },
          },
          { ...LEG, id: '1c' },
        ],
      },
    ],
  },
  'three ways': {
    ways: [WAY, { ...WAY, name: 'Outbound', legs: [LEG, { ...LEG, id: '2' }] }, { ...WAY, name: 'Its own Service' }],
  },
  'no ways': { ways: [], remarks: ['These rules are of no program that is known here.'] },
};

/** Each form of a few small ways, with a line for each element. */
answersOf(path.join(import.meta.dirname, 'ways.txt'), (form, section) => {
  const { whatIf = [], ways: some = [], assumed = [], remarks = [] } = SMALL[section] ?? {};
  const text = FORMS[form]?.({ report: { ways: some, assumed, remarks }, file: 'rules.v4', whatIf }) ?? '';
  return text
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll('><', '>\n<')
    .trimEnd()
    .split('\n');
});
