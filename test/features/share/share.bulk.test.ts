import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, type TypedTrace } from '../../../src/features/share/commandLine';
import { COLOURS, PICTURE_THEMES } from '../../../src/features/share/colours';
import { traceHtml } from '../../../src/features/share/html';
import { traceMermaid } from '../../../src/features/share/mermaid';
import { ALONE, type SharedTrace } from '../../../src/features/share/sharedTrace';
import { traceSvg } from '../../../src/features/share/svg';
import { TraceSession } from '../../../src/features/traceSession/traceSession';
import { modelOfText, sampleText } from '../sample';
import { traceOf } from '../../traceReport/traceOf';
import { runs } from '../../runs';
import { skeleton } from './skeleton';

const ASSUMED = ['The file states no address of eth0: 192.0.2.1/24 is assumed.'];
const RULES = (name: string): string =>
  [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    `:${name} - [0:0]`,
    `-A INPUT -j ${name}`,
    `-A ${name} -p tcp -j DROP`,
    'COMMIT',
    '',
  ].join('\n');

function shared(name = 'WEB', words = ASSUMED, file = 'rules.v4'): SharedTrace {
  return { input: traceOf(RULES(name), 'in eth0 tcp 198.51.100.9 > :80 own'), assumed: words, file, journey: ALONE };
}

/** Each form that is shown by something that acts on text. */
const FORMS: Readonly<Record<string, (trace: SharedTrace) => string>> = {
  mermaid: traceMermaid,
  html: traceHtml,
  ...Object.fromEntries(
    PICTURE_THEMES.map((theme) => [`svg, ${theme}`, (trace: SharedTrace) => traceSvg(trace, theme).svg]),
  ),
};

describe.each(Object.entries(FORMS))('%s', (form, make) => {
  test('says what it comes to, who decided, and what was assumed', () => {
    const text = make(shared()).replaceAll(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    for (const words of ['DROPPED', 'WEB rule 1', '198.51.100.9', '192.0.2.1/24 is assumed'])
      expect(text).toContain(words);
  });

  test('loads nothing and runs nothing', () => {
    const text = make(shared()).replace('http://www.w3.org/2000/svg', '');
    expect(text).not.toMatch(/https?:|<script|<foreignObject|@import|url\(|\son\w+=/i);
  });

  test('nothing of a file is more than text in it', () => {
    const plain = skeleton(form, make(shared('A', ['x'], 'f')));
    const hostile = fc.constantFrom(
      ...'<>&"\'`#;:%\\/-{}[]()|=\n\r\t\0\x1b\u202e\u200b x'.split(''),
      '-->',
      '</title>',
      ']]>',
      '<script>',
      '%%',
      '&#60;',
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (parts) => {
        // Short enough to stay on its line of the picture.
        const words = parts.join('').slice(0, 12);
        expect(skeleton(form, make(shared('A', [`x${words}`], `f${words}`)))).toEqual(plain);
      }),
      { numRuns: runs(200) },
    );
  });

  test('nor is the name of a chain', () => {
    // A name with a quote is not a name for iptables-restore: another trace, of the same elements.
    const kinds = new Set(skeleton(form, make(shared('A'))).map(kind));
    for (const name of ['<b>a', 'a">b', "a'>b", 'a;b#c', '&lt;x', '%%a%%', '```a`', 'a-->b', '<script>', 'a\u202eb'])
      expect(
        skeleton(form, make(shared(name)))
          .map(kind)
          .filter((each) => !kinds.has(each)),
      ).toEqual([]);
  });
});

/** Participants and arrows without their numbers. */
function kind(element: string): string {
  return element.replace(/P\d+/g, 'P');
}

test('colours of pictures have a contrast of at least 4.5, in high contrast of 7', () => {
  const light = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [theme, { back, box, text, dim, tones }] of Object.entries(COLOURS))
    for (const ground of [back, box])
      for (const colour of [text, dim, ...Object.values(tones)]) {
        const [low = 0, high = 0] = [light(ground), light(colour)].sort((a, b) => a - b);
        expect((high + 0.05) / (low + 0.05), `${colour} on ${ground}`).toBeGreaterThanOrEqual(
          theme.startsWith('high') ? 7 : 4.5,
        );
      }
});

test('long words stay within the picture', () => {
  const { svg, width } = traceSvg(shared('W', ['x'.repeat(3000), '漢'.repeat(300)]), 'light');
  const lines = [...svg.matchAll(/<text x="(\d+)"[^>]*>([^<]*)</g)];
  expect(lines.length).toBeGreaterThan(20);
  for (const [, x, words = ''] of lines)
    expect(Number(x) + words.replace(/&#\d+;/g, '-').length * 7.8).toBeLessThan(width);
});

describe('the command line', () => {
  const plain: TypedTrace = {
    file: 'rules.v4',
    packet: 'in eth0 tcp > :80 syn',
    dump: undefined,
    overrides: undefined,
    tables: {},
    journey: false,
    reply: false,
    whatIf: [],
    answered: 0,
  };
  test.each<[string, Partial<TypedTrace>, string]>([
    ['a packet', {}, "iptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn'"],
    ['a file that looks like an option', { file: '-x' }, "iptables-lens trace ./-x --packet 'in eth0 tcp > :80 syn'"],
    ['quotes', { file: "it's $(rm) `x`" }, "iptables-lens trace 'it'\\''s $(rm) `x`' --packet 'in eth0 tcp > :80 syn'"],
    ['a line feed', { file: 'a\nb' }, "iptables-lens trace 'a\\x0ab' --packet 'in eth0 tcp > :80 syn'"],
    ['another rule set', { dump: 2 }, "iptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn' --dump 2"],
    [
      'all of it',
      { journey: true, reply: true },
      "iptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn' --journey --reply",
    ],
    [
      'tables',
      { tables: { INPUT: 'nat' } },
      "iptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn' --table INPUT=nat",
    ],
    [
      'a host',
      { overrides: { a: 1 } },
      `iptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn' --host <(printf %s '{"a":1}')`,
    ],
    [
      'answers',
      { answered: 2 },
      "# 2 questions were answered in the view: here every outcome is followed\niptables-lens trace rules.v4 --packet 'in eth0 tcp > :80 syn'",
    ],
  ])('%s', (_, part, line) => {
    expect(commandLine({ ...plain, ...part })).toBe(`${line}\n`);
  });
});

describe('what the trace view shares', () => {
  const session = new TraceSession('file:///istio-sidecar.md', 'istio-sidecar.md');
  session.setModel(modelOfText(sampleText('istio-sidecar.md'), 'istio-sidecar.md'));
  const { shared: given } = session;

  test.each([
    ['text', given?.text()],
    ['markdown', given?.markdown()],
    ['mermaid', given?.mermaid()],
    ['html', given?.html()],
    ['picture', given?.picture('dark').svg],
  ])('%s has what is assumed', (_, text = '') => {
    expect(text).toContain('assumed');
  });

  test('the report and the diagram have the whole journey', () => {
    expect(given?.what).toBe('trace');
    expect(given?.mermaid()).toMatch(/P0->>P1: 1\. .*\n +P1->>P2: 2\. .*\n +P2-->>P1: 2r\. .*\n +P1-->>P0: 1r\. /);
    expect(given?.html()).toMatch(/<h3>1\. client →[^]*<table>[^]*<h3>2\. Envoy[^]*<table>[^]*<li>1r\. /);
    expect(given?.command()).toMatch(/^iptables-lens trace istio-sidecar\.md --packet '.*' --journey\n$/);
  });
});
