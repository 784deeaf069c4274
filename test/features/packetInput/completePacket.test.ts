import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completePacket } from '../../../src/features/packetInput/completePacket';
import type { FileModel } from '../../../src/features/fileModel';
import type { PacketCompletions } from '../../../src/shared/protocol';
import { cursor, modelOfText, sampleText } from '../sample';
import { WORDS } from './files';

const model = modelOfText(WORDS, 'notes.md');

function complete(marked: string, asked = false, of: FileModel = model): PacketCompletions {
  const { text, column } = cursor(marked);
  const dump = of.defaultDump;
  if (!dump) throw new Error('there are no rules');
  return completePacket(of, dump, { text, column, asked });
}

describe('words of the packet box', () => {
  test.each<[marked: string, some: readonly string[], not: readonly string[]]>([
    ['i‸', ['in', 'icmp'], ['out', 'shop/web']],
    ['‸', [], ['in', 'tcp']],
    ['in ‸', ['eth0', 'wg0', 'lo'], ['tun+', 'syn']],
    ['in e‸', ['eth0', 'esp', 'ece', 'established'], ['wg0', 'out']],
    ['forward eth0 ‸', ['wg0'], []],
    ['in tcp ‸', [], ['syn', 'own']],
    ['in tcp > ‸', ['shop/web', 'db.example.com', '192.0.2.10', '198.51.100.7'], ['198.51.100.0', 'syn', 'tcp']],
    ['in tcp > 198‸', ['198.51.100.7'], ['192.0.2.10', 'shop/web']],
    ['in tcp > we‸', ['shop/web'], ['db.example.com']],
    ['in tcp > shop/web:‸', ['shop/web:80', 'shop/web:443'], []],
    ['in tcp > :‸', [':8080'], ['shop/web']],
    ['in tcp > 10.0.0.1:80 s‸', ['syn', 'src', 'sport'], ['sctp', 'shop/web']],
    ['in udp > 10.0.0.1:80 f‸', ['flags', 'frag', 'fwmark'], ['fin', 'forward']],
    ['in icmp echo-re‸', ['echo-request', 'echo-reply'], []],
    ['in tcp ctstate ‸', [], []],
    ['in tcp ctstate n‸', ['new'], ['newer']],
    ['in tcp > :80 at ‸', ['GUARD', 'filter/INPUT'], ['syn']],
    ['in tcp src 1‸', ['192.0.2.10'], ['tcp']],
    ['ping db‸', ['db.example.com'], ['dport', 'df']],
    ['sudo curl 198‸', ['198.51.100.7'], []],
    ['curl http://w‸', [], ['window', 'wg0', 'shop/web']],
    ['kernel: IN=eth0 OUT= SRC=1‸', [], ['192.0.2.10']],
  ])('%s', (marked, some, not) => {
    const labels = complete(marked).items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining([...some]));
    expect(labels.filter((label) => not.includes(label))).toEqual([]);
  });

  test.each([
    ['‸', ['in', 'out', 'forward', 'tcp', 'shop/web']],
    ['in tcp ‸', ['own', 'ttl', 'syn']],
  ])('%s, asked for, has all', (marked, some) => {
    expect(complete(marked, true).items.map(({ label }) => label)).toEqual(expect.arrayContaining(some));
  });

  test('what begins with the letters comes before what has them inside', () => {
    const named = modelOfText(
      `${WORDS}\n$ cat /etc/hosts\n127.0.0.1 localhost\n10.0.0.1 my-db\n10.0.0.2 db-1\n`,
      'n.md',
    );
    const labels = complete('in tcp > db‸', false, named).items.map(({ label }) => label);
    expect(labels).toEqual(['db.example.com', 'db-1', 'my-db']);
  });

  test('each word says what it is, a name also for which address it stands', () => {
    expect(complete('in tcp > sh‸').items).toEqual([{ label: 'shop/web', detail: 'Service, 10.96.0.10' }]);
    expect(complete('in et‸').items).toEqual([{ label: 'eth0', detail: 'interface' }]);
    expect(complete('in tcp > 192.0.2.10‸').items).toEqual([]);
  });

  test.each<[marked: string, instead: string | undefined, complete: boolean]>([
    ['in eth0 tpc > :80‸', 'tcp in 8–11', true],
    ['in eth0 tpc‸', 'tcp in 8–11', false],
    ['in eth0 tc‸', undefined, false],
    ['in eth0 tcp‸', undefined, true],
    ['in eth9‸ tcp', 'eth0 in 3–7', true],
    ['in et‸', undefined, false],
    ['in tun3 tcp‸', undefined, true],
    ['in tpc > :80‸', 'tcp in 3–6', true],
    ['in tpc > :80 s‸', 'tcp in 3–6', false],
    ['in tcp > shop/wbe‸', 'shop/web in 9–17', false],
    ['curl http://wbe.shop/‸', 'web.shop.svc in 12–20', false],
    ['in tcp > 198.51.100.7‸', undefined, true],
    ['in tcp > 10.0.0.1:80 dport‸', undefined, true],
  ])('%s: instead %s', (marked, instead, whole) => {
    const found = complete(marked);
    const { start = 0, end = 0, label = '' } = found.instead ?? {};
    expect([found.instead && `${label} in ${start}–${end}`, found.complete]).toEqual([instead, whole]);
  });

  test('of names without number only some are offered, and those that fit', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `10.0.${i >> 8}.${i & 255} host-${i}`).join('\n');
    const many = modelOfText(`${WORDS}\n$ cat /etc/hosts\n127.0.0.1 localhost\n${names}\n`, 'notes.md');
    expect(complete('in tcp > host‸', false, many).items.length).toBe(60);
    expect(complete('in tcp > host-2999‸ ', false, many).items).toEqual([]);
    expect(complete('in tcp > host-299‸ ', true, many).items.map(({ label }) => label)).toContain('host-2990');
  });

  test('law: whatever stands in the box, what is offered replaces the word at the cursor and is in sight', () => {
    const word = fc.oneof(
      fc.constantFrom('in', 'out', 'eth0', 'tcp', '>', 'shop/web:', ':', 'curl', 'at', '10.', 'syn', '‮'),
      fc.string({ maxLength: 6, unit: 'binary' }),
    );
    const models = [model, modelOfText(sampleText('istio-sidecar.md'), 'pod.md')];
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 6 }),
        fc.nat(40),
        fc.boolean(),
        fc.nat(1),
        (words, column, asked, which) => {
          const text = words.join(' ');
          const of = models[which] as FileModel;
          const { start, end, items, instead } = completePacket(of, of.defaultDump as never, { text, column, asked });
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(/[\s>,]/.test(text.slice(start, Math.min(column, text.length)))).toBe(false);
          for (const { label } of items) expect(label).toMatch(/^[\x21-\x7e]+$/);
          if (instead) expect(instead.end).toBeGreaterThan(instead.start);
        },
      ),
      { numRuns: 300 },
    );
  });
});
