import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROTOCOL, TCP_FLAGS } from '../../src/core/net/packet';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { CaptureAnalysis } from '../../src/features/capture/captureAnalysis';
import { CaptureTable, ROWS_AT_ONCE, type CaptureGround } from '../../src/features/capture/captureTable';
import { captureNotes } from '../../src/features/capture/captureNotes';
import type { CaptureCounts, Flow } from '../../src/features/capture/flows';
import { piecesOf } from '../../src/features/capture/readCapture';
import { modelOf, type Dump } from '../../src/features/fileModel';
import { ethernet, ip, pcap, pcapng } from '../net/capture/build';
import { runs } from '../runs';
import { fileOf } from './asked/files';

const RULES = readFileSync('test/fixtures/kernelTrace/gateway.rules', 'utf8');

function groundOf(text: string): CaptureGround {
  const model = modelOf(parseSourceFile(text));
  return { model, dump: model.defaultDump as Dump, overrides: undefined };
}

const GROUND = groundOf(RULES);
const OPEN = groundOf(RULES.replace(':INPUT DROP', ':INPUT ACCEPT'));

/** Flows of one host, each from another port. */
function flows(count: number): Uint8Array {
  return pcap(
    Array.from({ length: count }, (_, i) => ethernet(ip(`tcp 192.0.2.33:${20_000 + i} > 203.0.113.5:25 syn`))),
  );
}

/** What sets packets of one flow apart; the files below ask for each of these. */
const PACKETS = fc.record({
  dir: fc.constantFrom('in' as const, 'out' as const),
  src: fc.constantFrom('203.0.113.9', '192.0.2.10', '10.9.0.7'),
  dst: fc.constantFrom('192.0.2.10', '10.9.0.7', '203.0.113.9'),
  proto: fc.constantFrom(PROTOCOL.TCP, PROTOCOL.UDP),
  sport: fc.constantFrom(999, 4000, 4001),
  dport: fc.constantFrom(1, 2, 3, 4, 5, 6, 25, 8080),
  flags: fc.constantFrom(TCP_FLAGS.SYN, TCP_FLAGS.ACK, TCP_FLAGS.SYN | TCP_FLAGS.URG),
  ttl: fc.constantFrom(1, 3, 64, 255),
  tos: fc.constantFrom(0, 0x10),
  length: fc.constantFrom(60, 200, 1300),
  df: fc.boolean(),
  gid: fc.constantFrom(5, 6),
});

test.each(['connections', 'rules that ask', 'firewall on its host'])(
  'a packet has in a capture of many the ends that it has alone: %s',
  (name) => {
    const { model, dump } = fileOf(name);
    const alone = (flow: Flow): unknown => new CaptureAnalysis(model, dump).trace(flow).kind.badges;
    fc.assert(
      fc.property(fc.array(PACKETS, { minLength: 4, maxLength: 4 }), (packets) => {
        const all = new CaptureAnalysis(model, dump);
        for (const [i, { flags, gid, dir, ...rest }] of packets.entries()) {
          const sent = dir === 'out' ? { dir, gid } : { dir };
          const request = { ...rest, ...sent, ...(rest.proto === PROTOCOL.TCP && { flags }) };
          const flow: Flow = { first: i + 1, request, iface: undefined, packets: 1, replies: 0, bytes: 0 };
          expect(all.trace(flow).kind.badges).toEqual(alone(flow));
        }
      }),
      { numRuns: runs(12) },
    );
  },
);

describe('a capture in the trace view', () => {
  test('is shown as far as it has got, and whole in the end', async () => {
    const table = new CaptureTable('c.pcap');
    const seen: number[] = [];
    await table.read(flows(300), GROUND, async () => {
      const { done, busy } = table.view(GROUND);
      expect(busy).toBe(true);
      seen.push(done);
    });
    expect(seen.length).toBeGreaterThan(30);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    const view = table.view(GROUND);
    expect([view.file, view.packets, view.flows, view.done, view.busy, view.stale]).toEqual([
      'c.pcap',
      300,
      300,
      300,
      false,
      false,
    ]);
    expect(view.rows).toHaveLength(ROWS_AT_ONCE);
    expect(table.rows(ROWS_AT_ONCE, ROWS_AT_ONCE)).toHaveLength(100);
    expect(table.rows(-5, 2).map(({ first }) => first)).toEqual([1, 2]);
    expect(view.rows[0]?.badges[0]?.text).toBe('DROPPED');
  });

  test('is stale with other rules, and traced again without its file', async () => {
    const table = new CaptureTable('c.pcap');
    await table.read(flows(2), GROUND, async () => {});
    expect(table.view(OPEN).stale).toBe(true);
    await table.trace(OPEN, async () => {});
    const { stale, rows } = table.view(OPEN);
    expect(stale).toBe(false);
    expect(rows.map(({ badges }) => badges[0]?.text)).toEqual(['DELIVERED :25', 'DELIVERED :25']);
  });

  test('is stale where one of two rule sets of a file is on show instead of the other', async () => {
    const { model } = fileOf('two rule sets');
    const [first, second] = model.dumps as readonly [Dump, Dump];
    const table = new CaptureTable('c.pcap');
    const stale = (dump: Dump, of = model): boolean => table.isStale({ model: of, dump, overrides: undefined });
    await table.read(flows(1), { model, dump: first, overrides: undefined }, async () => {
      expect(stale(second)).toBe(false);
    });
    expect([stale(first), stale(second), stale(first, { ...model }), table.isStale(undefined)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  test('goes by the host as the user changed it', async () => {
    const overrides = { ifaces: [{ name: 'lab0', addrs: ['192.0.2.33/24'] }] };
    const table = new CaptureTable('c.pcap');
    await table.read(flows(1), { ...GROUND, overrides }, async () => {});
    const { rows, iface } = table.view(GROUND);
    expect([rows.map(({ direction }) => direction), iface?.choices]).toEqual([['out'], ['wan0', 'lan0', 'lo', 'lab0']]);
  });

  test('of two runs only the later one goes on', async () => {
    const table = new CaptureTable('c.pcap');
    let later: Promise<void> | undefined;
    await table.read(flows(40), GROUND, async () => {
      later ??= table.trace(OPEN, () => Promise.resolve());
    });
    await later;
    const { done, rows, stale } = table.view(OPEN);
    expect([done, stale, new Set(rows.map(({ badges }) => badges[0]?.text))]).toEqual([
      40,
      false,
      new Set(['DELIVERED :25']),
    ]);
  });

  test('comes in pieces of a megabyte', () => {
    const lengths = (length: number): readonly number[] =>
      Array.from(piecesOf(new Uint8Array(length)), (piece) => piece.length);
    expect([0, 1, 1 << 20, (1 << 20) + 1].map(lengths)).toEqual([[], [1], [1 << 20], [1 << 20, 1]]);
  });

  test.each<[Partial<CaptureCounts>, string | undefined, readonly string[]]>([
    [{ packets: 3 }, undefined, []],
    [{}, 'it is odd', ['The capture cannot be read: it is odd (byte 1,234).']],
    [
      { packets: 1 },
      'it is odd',
      ['The capture cannot be read to its end: it is odd (byte 1,234). The 1 packet before that is shown.'],
    ],
    [
      { packets: 2000 },
      'it is odd',
      ['The capture cannot be read to its end: it is odd (byte 1,234). The 2,000 packets before that are shown.'],
    ],
    [
      { notIp: 1, cut: 1, beyond: 1, otherLinks: new Map([[195, 1]]) },
      undefined,
      [
        '1 frame without an IP packet (ARP and the like) is omitted.',
        '1 packet is omitted: fewer bytes were captured than the headers have.',
        '1 frame of link layer 195 is omitted: it is not read.',
        '1 packet of further flows is not shown.',
      ],
    ],
    [
      { notIp: 2, cut: 2, beyond: 2, otherLinks: new Map([[195, 2]]) },
      undefined,
      [
        '2 frames without an IP packet (ARP and the like) are omitted.',
        '2 packets are omitted: fewer bytes were captured than the headers have.',
        '2 frames of link layer 195 are omitted: it is not read.',
        '2 packets of further flows are not shown.',
      ],
    ],
  ])('says what of it is not a flow: %j %j', (counts, message, notes) => {
    const all = { packets: 0, notIp: 0, cut: 0, otherLinks: new Map<number, number>(), beyond: 0, ...counts };
    const problem = message === undefined ? undefined : { message, offset: 1234 };
    expect(captureNotes(all, problem)).toEqual(notes);
  });

  test('stops where it is closed', async () => {
    const table = new CaptureTable('c.pcap');
    let pauses = 0;
    await table.read(flows(100), GROUND, async () => {
      if (++pauses === 3) table.stop();
    });
    expect(pauses).toBe(3);
  });

  test('is traced as made at the interface that the user says, where it does not say so itself', async () => {
    const table = new CaptureTable('c.pcap');
    await table.read(flows(2), GROUND, async () => {});
    expect(table.view(GROUND).iface).toEqual({ chosen: undefined, choices: ['wan0', 'lan0', 'lo'] });
    for (const name of ['wan0', 'lan0']) {
      table.iface = name;
      await table.trace(GROUND, async () => {});
      const { iface, rows } = table.view(GROUND);
      expect(iface?.chosen).toBe(name);
      expect(rows.map(({ expression }) => expression.slice(0, 7))).toEqual([`in ${name}`, `in ${name}`]);
    }
    const named = new CaptureTable('c.pcapng');
    const frame = ethernet(ip('tcp 192.0.2.33:20000 > 203.0.113.5:25 syn'));
    await named.read(pcapng([{ bytes: frame }]), GROUND, async () => {});
    expect(named.view(GROUND)).toMatchObject({ flows: 1, iface: undefined });
  });

  test.each([
    ['a text without packets', 'milk, eggs', 'no line of it shows a packet'],
    ['an empty file', '', 'it is empty'],
  ])('says what is wrong with %s', async (_name, text, why) => {
    const table = new CaptureTable('notes.txt');
    await table.read(new TextEncoder().encode(text), GROUND, async () => {});
    expect(table.view(GROUND)).toMatchObject({ flows: 0, busy: false, notes: [expect.stringContaining(why)] });
  });
});
