// @vitest-environment happy-dom
import * as fc from 'fast-check';
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import { traceMermaid } from '../../../src/features/share/mermaid';
import { ALONE, type SharedTrace } from '../../../src/features/share/sharedTrace';
import { scenariosFor } from '../../../src/features/scenarios';
import { TraceSession } from '../../../src/features/traceSession/traceSession';
import { modelOfText, sampleText } from '../sample';
import { traceOf } from '../../traceReport/traceOf';
import { runs } from '../../runs';

/** What Mermaid itself reads of a sequence diagram. */
interface Sequence {
  readonly getActors: () => ReadonlyMap<string, { readonly description: string }>;
  readonly getMessages: () => readonly { readonly message?: unknown; readonly from?: string; readonly to?: string }[];
}

/** Rejects where Mermaid cannot read it. */
async function drawn(text: string): Promise<{ readonly actors: readonly string[]; readonly said: readonly string[] }> {
  // It throws at what it cannot read, and knows the kinds of diagrams from then on.
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const { getActors, getMessages } = db as unknown as Sequence;
  return {
    actors: [...getActors.call(db)].map(([id]) => id),
    said: getMessages.call(db).map(({ message }) => (typeof message === 'string' ? plain(message) : '')),
  };
}

/** Mermaid turns numbers of characters into marks of its own until it draws them. */
function plain(text: string): string {
  return text.replace(/ﬂ°°(\d+)¶ß|#(\d+);/g, (_, marked?: string, written?: string) =>
    String.fromCodePoint(Number(marked ?? written)),
  );
}

const participants = (text: string): number => text.match(/^ {2}participant /gm)?.length ?? 0;
const statements = (text: string): number => text.match(/^ {2}(?:Note over|P\d+-)/gm)?.length ?? 0;

describe('Mermaid reads each diagram as it was meant', () => {
  test.each(['istio-sidecar.md', 'kube-node.iptables-save', 'docker-host.iptables-save', 'nat-gateway.md'])(
    'of the packets of %s, journeys included',
    async (name) => {
      const model = modelOfText(sampleText(name), name);
      const dump = model.defaultDump;
      if (!dump) throw new Error('no rules');
      const scenarios = scenariosFor(model, dump);
      expect(scenarios.length).toBeGreaterThan(1);
      for (const { id } of scenarios) {
        const session = new TraceSession('file:///x', name);
        session.setModel(model);
        session.handle({ type: 'choose-scenario', id });
        const text = session.shared?.mermaid() ?? '';
        const { actors, said } = await drawn(text);
        expect(actors).toEqual(Array.from({ length: participants(text) }, (_, i) => `P${i}`));
        expect(actors.length).toBeGreaterThan(1);
        expect(said).toHaveLength(statements(text));
        expect(said.every((each) => each !== '')).toBe(true);
      }
    },
  );

  const shared = (chain: string, words: string): SharedTrace => ({
    input: traceOf(
      [
        '*filter',
        ':INPUT ACCEPT [0:0]',
        `:${chain} - [0:0]`,
        `-A INPUT -j ${chain}`,
        `-A ${chain} -p tcp -j DROP`,
        'COMMIT',
        '',
      ].join('\n'),
      'in eth0 tcp 198.51.100.9 > :80 own',
    ),
    assumed: [words],
    file: words,
    journey: ALONE,
  });

  test.each([
    '<b>a',
    'a;b#c',
    '%%a%%',
    'a-->b',
    'end',
    'note',
    'P0',
    'a->>b',
    'loop',
    'box',
    '{a}',
    '@{x}',
    'a:b',
    '"a"',
    '#35;',
    'activate',
  ])('with a chain named %s', async (chain) => {
    const text = traceMermaid(shared(chain, 'x'));
    const plainly = await drawn(traceMermaid(shared('WEB', 'x')));
    const { actors, said } = await drawn(text);
    // A name that iptables-restore refuses makes a shorter path, of the same kind.
    expect(actors).toEqual(Array.from({ length: participants(text) }, (_, i) => `P${i}`));
    expect(said).toHaveLength(statements(text));
    if (actors.length === plainly.actors.length) expect(said.length).toBe(plainly.said.length);
  });

  test('with whatever stands in a file', async () => {
    const part = fc.constantFrom(
      ...'<>&"\'`#;:%\\/-{}[]()|=@$\n\r\t ,.~^+*'.split(''),
      '-->',
      '->>',
      '%%{init: {}}%%',
      'end',
      'loop',
      'Note over P0:',
      'participant X',
      '#59;',
      'x',
      '\u202e',
      '漢',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 10 }), async (parts) => {
        const words = `a${parts.join('')}z`;
        const text = traceMermaid(shared('WEB', words));
        const { actors, said } = await drawn(text);
        expect(actors).toHaveLength(participants(text));
        expect(said).toHaveLength(statements(text));
        expect(said.at(-1)).toMatch(/^assumed: a.*z$/s);
      }),
      { numRuns: runs(150) },
    );
  });
});
