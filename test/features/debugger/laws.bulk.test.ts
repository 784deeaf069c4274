import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DebugSession, type MoveKind } from '../../../src/features/debugger/debugSession';
import { traceOf } from '../../../src/features/debugger/debuggee';
import type { DebugThread } from '../../../src/features/debugger/debugThread';
import { readBreakpoint } from '../../../src/features/debugger/breakpoints';
import type { Cursor } from '../../../src/features/debugger/recording';
import { debuggeeOf } from './debugClient';
import { runs } from '../../runs';

const sample = (name: string): string => readFileSync(new URL(`../../../sample/${name}`, import.meta.url), 'utf8');

/** 300 rules that do not match in a chain that is entered twice, a goto, and a set that nothing states. */
const LONG = [
  '*filter',
  ':INPUT DROP [0:0]',
  ':LONG - [0:0]',
  ':ON - [0:0]',
  '-A INPUT -j LONG',
  '-A INPUT -m set --match-set friends src -j LONG',
  '-A INPUT -p tcp -g ON',
  ...Array.from({ length: 300 }, (_, i) => `-A LONG -s 10.9.${i >> 8}.${i & 255} -j DROP`),
  '-A ON -p tcp --dport 81 -j DROP',
  '-A ON -j MARK --set-mark 1',
  'COMMIT',
  '',
].join('\n');

const CASES: readonly (readonly [name: string, text: string, packet: string | undefined])[] = [
  ['a sidecar', sample('istio-sidecar.md'), undefined],
  ['a sidecar, outbound', sample('istio-sidecar.md'), 'out tcp > 93.184.216.34:443 syn'],
  ['a long chain', LONG, 'in eth0 tcp 10.0.0.9:4000 > 10.0.0.1:80 syn'],
];

describe.each(CASES)('%s', (_, text, packet) => {
  const session = (everywhere = false): DebugSession => {
    const trace = traceOf(debuggeeOf(text, packet));
    if (typeof trace === 'string') throw new Error(trace);
    const made = new DebugSession(trace.input, trace.host, { stopOnEntry: !everywhere, stopAtEnd: true });
    if (everywhere)
      made.setBreakpoints(
        trace.lines.within(1, Infinity).map((line, id) => readBreakpoint(id, { line }, trace.lines, () => false)),
      );
    return made;
  };

  test('stepping in stops at each rule and policy that was evaluated, in order', () => {
    for (const thread of session().threads) {
      const wanted = thread.recording.events.flatMap((event, index) => {
        if (event.kind === 'rule') return [`${index} ${event.rule.chain.name} ${event.rule.number}`];
        if (event.kind === 'policy')
          return event.chain.rules.length === 0 && event.verdict === 'ACCEPT' ? [] : [`${index} ${event.chain.name} 0`];
        if (event.kind !== 'skipped') return [];
        return event.rules.slice(event.from - 1, event.to).map((rule) => `${index} ${event.chain.name} ${rule.number}`);
      });
      expect(walk(thread, 'stepIn')).toEqual(wanted);
    }
  });

  test('as many steps back as forward lead to where it was', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.constantFrom<MoveKind>('next', 'stepIn', 'stepOut'), { maxLength: 60 }),
        fc.nat(40),
        (at, kinds, before) => {
          const made = session();
          const thread = made.threads[at % made.threads.length] as DebugThread;
          for (let i = 0; i < before && !thread.atEnd; i++) made.move(thread, 'stepIn');
          thread.steps.length = 0;
          const way: Cursor[] = [];
          for (const kind of kinds) {
            if (thread.atEnd) break;
            way.push(thread.cursor);
            made.move(thread, kind);
          }
          for (const cursor of way.reverse()) {
            made.move(thread, 'stepBack');
            expect(thread.cursor).toEqual(cursor);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('with a breakpoint on each line, running stops where stepping in does, and back again', () => {
    const made = session(true);
    for (const thread of made.threads) {
      const { recording } = thread;
      const stepped = places(session().threads[thread.id - 1] as DebugThread).filter(
        (cursor) => recording.lineAt(cursor) !== undefined,
      );
      const ran: Cursor[] = [];
      while (!thread.atEnd) {
        made.move(thread, 'continue');
        if (!thread.atEnd && !recording.isQuiet(thread.cursor)) ran.push(thread.cursor);
      }
      expect(ran).toEqual(stepped);
      const back: Cursor[] = [];
      while (thread.stopBefore(thread.cursor)) {
        made.move(thread, 'reverseContinue');
        if (!recording.isQuiet(thread.cursor)) back.push(thread.cursor);
      }
      expect(back.reverse()).toEqual(stepped);
    }
  });

  test('a step over or out ends no deeper than it began, or in another table', () => {
    const made = session();
    for (const thread of made.threads) {
      for (const cursor of places(made.threads[thread.id - 1] as DebugThread)) {
        const frame = thread.recording.frameAt(cursor);
        for (const kind of ['next', 'stepOut'] as const) {
          made.goto(thread, cursor);
          made.move(thread, kind);
          const after = thread.recording.frameAt(thread.cursor);
          if (!frame || after?.visit !== frame.visit) continue;
          expect(after.depth).toBeLessThanOrEqual(kind === 'next' ? frame.depth : frame.depth - 1);
        }
      }
    }
  });

  function places(thread: DebugThread): readonly Cursor[] {
    const made = session();
    const own = made.threads[thread.id - 1] as DebugThread;
    const found: Cursor[] = [];
    for (; !own.atEnd; made.move(own, 'stepIn')) found.push(own.cursor);
    return found;
  }

  function walk(thread: DebugThread, kind: MoveKind): readonly string[] {
    const made = session();
    const own = made.threads[thread.id - 1] as DebugThread;
    const visited: string[] = [];
    for (; !own.atEnd; made.move(own, kind)) {
      const rule = own.recording.ruleAt(own.cursor);
      visited.push(`${own.cursor.event} ${own.moment().chain} ${rule?.number ?? 0}`);
    }
    return visited;
  }
});
