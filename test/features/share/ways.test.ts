import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  sharedWaysText,
  waysHtml,
  waysMarkdown,
  waysMermaid,
  type SharedWays,
} from '../../../src/features/share/sharedWays';
import { runs } from '../../runs';
import { sampleText } from '../sample';
import { Bench } from '../sessionBench';
import { skeleton } from './skeleton';

const FORMS: Readonly<Record<string, (ways: SharedWays) => string>> = {
  text: sharedWaysText,
  markdown: waysMarkdown,
  mermaid: waysMermaid,
  html: waysHtml,
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

/** Without what each form puts in the place of characters that it acts on. */
function plain(text: string): string {
  return text
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
    expect(text.indexOf('line 6 off')).toBeLessThan(text.indexOf('Inbound:'));
  });

  test('nothing of a file is more than text in it', () => {
    if (form !== 'mermaid' && form !== 'html') return;
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
        const words = parts.join('');
        expect(skeleton(form, make(ways(`x${words}`, `f${words}`)))).toEqual(expected);
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('what the view offers while it shows all ways', () => {
  const { shared } = bench.session;

  test.each([
    ['text', shared?.text()],
    ['Markdown', shared?.markdown()],
    ['Mermaid', shared?.mermaid()],
    ['HTML', shared?.html()],
  ])('%s has them, and not the packet alone', (_, text = '') => {
    for (const { name } of report.ways) expect(plain(text)).toContain(name);
  });

  test('the command line traces them, and there is no picture', () => {
    expect(shared?.command()).toBe('iptables-lens trace notes.md --ways\n');
    expect(shared?.picture).toBeUndefined();
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
