import { describe, expect, test } from 'vitest';
import { ErrorEdge } from '../../src/features/errorEdge';

function make() {
  const logged: string[] = [];
  const notified: string[] = [];
  return {
    logged,
    notified,
    edge: new ErrorEdge('1.2.3', { log: (text) => logged.push(text), notify: (text) => notified.push(text) }),
  };
}

const fail = (error: unknown) => (): never => {
  throw error as Error;
};

describe('what fails inside', () => {
  test('gives something else, now or later, and is logged with what to report', async () => {
    const { edge, logged, notified } = make();
    expect(edge.run('Hover', fail(new TypeError('x is undefined')), () => 'instead')).toBe('instead');
    expect(
      await edge.run(
        'Outline',
        () => Promise.reject(new RangeError('too deep')),
        () => Promise.resolve('instead'),
      ),
    ).toBe('instead');
    expect(
      edge.run(
        'Hover',
        () => 'well',
        () => 'instead',
      ),
    ).toBe('well');
    expect(logged).toHaveLength(2);
    expect(logged[0]).toMatch(
      /^Hover failed: TypeError: x is undefined\niptables Lens 1\.2\.3\. This is a bug: please report it .*\n\s+at /,
    );
    expect(logged[1]).toContain('Outline failed: RangeError: too deep');
    expect(notified).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['an error of ours may quote the file', new Error('secret of the file'), 'Hover failed: Error\n'],
    ['a text', 'secret of the file', 'Hover failed: string\n'],
    [
      'a word that JSON could not read',
      new SyntaxError('Unexpected token "secret of the file"'),
      'Hover failed: SyntaxError\n',
    ],
  ])('nothing of a file is logged: %s', (_name, error, expected) => {
    const { edge, logged } = make();
    edge.run<unknown>('Hover', fail(error), () => undefined);
    expect(logged[0]).toContain(expected);
    expect(logged.join()).not.toContain('secret');
  });

  test('again and again is reported with its count', () => {
    const { edge, logged } = make();
    const error = new TypeError('x');
    for (let i = 0; i < 1000; i++) edge.run<unknown>('Hover', fail(error), () => undefined);
    edge.run<unknown>('Outline', fail(error), () => undefined);
    expect(logged.map((text) => text.split('\n')[0])).toEqual([
      'Hover failed: TypeError: x',
      'Hover: the same error, 10 times by now',
      'Hover: the same error, 100 times by now',
      'Hover: the same error, 1000 times by now',
      'Outline failed: TypeError: x',
    ]);
  });

  test('a request that the editor cancelled is not an error', () => {
    const { edge, logged } = make();
    edge.run<unknown>('Hover', fail(Object.assign(new Error('Canceled'), { name: 'Canceled' })), () => undefined);
    expect(logged).toEqual([]);
  });
});

describe('the parts of an editor', () => {
  const token = { isCancellationRequested: false };
  const cancelled = { isCancellationRequested: true };

  test('a provider gives nothing where it fails, and keeps its events', () => {
    const { edge, logged } = make();
    const onDidChange = (): string => 'event';
    const provider = edge.provider('Links', {
      onDidChange,
      provideLinks: fail(new TypeError('x')),
      provideOthers: (_document: object, _token: object): string => 'link',
      resolveLink: fail(new TypeError('y')),
    });
    expect([
      provider.provideLinks(),
      provider.provideOthers({}, token),
      provider.resolveLink(),
      provider.onDidChange,
    ]).toEqual([undefined, 'link', undefined, onDidChange]);
    expect(logged).toHaveLength(2);
  });

  test('a request that is cancelled, before or meanwhile, has no answer', () => {
    const { edge } = make();
    let asked = 0;
    const provider = edge.provider('Hover', {
      provideHover: (_document: object, given: { isCancellationRequested: boolean }): string => {
        asked++;
        given.isCancellationRequested = true;
        return 'hover';
      },
    });
    expect([provider.provideHover({}, cancelled), asked]).toEqual([undefined, 0]);
    expect([provider.provideHover({}, { ...token }), asked]).toEqual([undefined, 1]);
  });

  test('a command that fails is reported once', async () => {
    const { edge, logged, notified } = make();
    await edge.command('Trace Packet', (name: string) => Promise.reject(new TypeError(name)))('x');
    expect(notified).toEqual([
      'Trace Packet failed because of an error in iptables Lens. The log says what to report.',
    ]);
    expect(logged).toHaveLength(1);
    expect(edge.command('Trace Packet', (name: string) => name)('y')).toBe('y');
  });

  test('a listener that fails fails alone', () => {
    const { edge, logged } = make();
    const seen: string[] = [];
    for (const listener of [
      edge.event('Marks', fail(new TypeError('x'))),
      edge.event('Marks', (text: string) => seen.push(text)),
    ])
      listener('edit');
    expect([seen, logged.length]).toEqual([['edit'], 1]);
  });
});
