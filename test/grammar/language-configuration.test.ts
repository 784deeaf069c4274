import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LanguageConfiguration {
  readonly comments: { readonly lineComment: string };
  readonly colorizedBracketPairs: readonly unknown[];
  readonly wordPattern: { readonly pattern: string; readonly flags: string };
  readonly folding: { readonly markers: { readonly start: string; readonly end: string } };
}

const configuration = JSON.parse(
  readFileSync(new URL('../../language-configuration.json', import.meta.url), 'utf8'),
) as LanguageConfiguration;

describe('words', () => {
  const words = (text: string) =>
    text.match(new RegExp(configuration.wordPattern.pattern, `${configuration.wordPattern.flags}g`));
  it.each([
    ['-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo', ['-A', 'ISTIO_OUTPUT', '-d', '127.0.0.1', '32', '-o', 'lo']],
    ['-j DOCKER-ISOLATION-STAGE-1', ['-j', 'DOCKER-ISOLATION-STAGE-1']],
    ['--uid-owner 1337 -j cali-fw-a.b', ['--uid-owner', '1337', '-j', 'cali-fw-a.b']],
    [':체인-이름 - [12:34]', ['체인-이름', '12', '34']],
    ['--set-xmark 0x4000/0x4000', ['--set-xmark', '0x4000', '0x4000']],
    ['--dports 80,8000:8100', ['--dports', '80', '8000', '8100']],
    ['-d fd00:10::1/64 -i eth+', ['-d', 'fd00:10::1', '64', '-i', 'eth+']],
    ['*nat', ['nat']],
    ['--comment "see INPUT." PROXY_PORT=15001', ['--comment', 'see', 'INPUT', 'PROXY_PORT', '15001']],
    ['eth0@if5 users:(("envoy",pid=16))', ['eth0@if5', 'users', 'envoy', 'pid', '16']],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('never match nothing', () => {
    expect(new RegExp(`^(?:${configuration.wordPattern.pattern})$`, configuration.wordPattern.flags).test('')).toBe(
      false,
    );
  });
});

describe('folding markers', () => {
  const start = new RegExp(configuration.folding.markers.start);
  const end = new RegExp(configuration.folding.markers.end);
  it.each([
    ['*nat', 'start'],
    ['* nat', 'start'],
    ['  *filter # note', 'start'],
    ['> *nat', 'start'],
    ['COMMIT', 'end'],
    ['> COMMIT', 'end'],
    ['-A INPUT -j DROP', 'neither'],
    ['* a note in a list', 'neither'],
    ['COMMITTED', 'neither'],
  ])('%s: %s', (line, expected) => {
    expect(start.test(line) ? 'start' : end.test(line) ? 'end' : 'neither').toBe(expected);
  });
});

it('comments are those of iptables-save, and counters in brackets are not coloured as brackets', () => {
  expect(configuration.comments.lineComment).toBe('#');
  expect(configuration.colorizedBracketPairs).toEqual([]);
});
