import type { DebugProtocol } from '@vscode/debugprotocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DebugAdapter } from '../../../src/features/debugger/adapter/debugAdapter';
import { debuggeeOf, PROGRAM } from './debugClient';
import { runs } from '../../runs';

const RULES = `*nat
:PREROUTING ACCEPT [0:0]
:WEB - [0:0]
-A PREROUTING -p tcp -j WEB
-A WEB -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
COMMIT
*filter
:INPUT DROP [0:0]
-A INPUT -m set --match-set friends src -j ACCEPT
-A INPUT -m limit --limit 1/sec -j LOG
COMMIT
`;

const COMMANDS = [
  'initialize launch configurationDone restart disconnect terminate pause cancel setBreakpoints setExceptionBreakpoints',
  'continue next stepIn stepOut stepBack reverseContinue threads setVariable setExpression goto breakpointLocations',
  'completions stackTrace scopes variables evaluate exceptionInfo gotoTargets source attach',
]
  .join(' ')
  .split(' ');

const number = fc.oneof(fc.integer({ min: -1, max: 30 }), fc.constantFrom(1e9, 1.5, NaN, 2 ** 53));
const words = fc.constantFrom(
  ...[
    'packet.dport',
    'dport == 80',
    'mark',
    'packet',
    'host',
    '80',
    '0x7',
    '10.0.0.5',
    'WEB',
    '{',
    '>= 2',
    'constructor',
    '__proto__',
    '',
  ],
);
const plain = fc.record(
  {
    threadId: number,
    frameId: number,
    targetId: number,
    line: number,
    endLine: number,
    column: number,
    variablesReference: number,
    startFrame: number,
    levels: number,
    start: number,
    count: number,
    expression: words,
    name: fc.constantFrom('dport', 'mark', 'src', 'original', 'conditions', '__proto__'),
    value: words,
    text: words,
    packet: fc.constantFrom('', 'in eth0 tcp 10.0.0.9:4000 > 10.0.0.1:80 syn', 'nonsense'),
    stopOnEntry: fc.boolean(),
    stopAtEnd: fc.boolean(),
    noDebug: fc.boolean(),
    source: fc.constantFrom({ path: PROGRAM }, { path: '/other' }, {}, 7),
    breakpoints: fc.array(
      fc.record({ line: number, condition: words, hitCondition: words, logMessage: words }, { requiredKeys: [] }),
      { maxLength: 3 },
    ),
    filters: fc.array(fc.constantFrom('dropped', 'rewritten', 'assumed', 'x'), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const given = fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: fc.anything() });
const request = fc.record({ command: fc.constantFrom(...COMMANDS), given });
const start = fc.constantFrom([], ['initialize', 'launch'], ['initialize', 'launch', 'configurationDone']);

test('each request has one response, in whatever order they come and whatever they hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.array(request, { maxLength: 25 }),
      fc.array(fc.anything(), { maxLength: 3 }),
      async (first, requests, junk) => {
        const sent: DebugProtocol.ProtocolMessage[] = [];
        const failures: unknown[] = [];
        const adapter = new DebugAdapter(
          async ({ packet }) => (packet === 'nonsense' ? 'it cannot be found' : debuggeeOf(RULES, packet || undefined)),
          (message) => sent.push(message),
          (error) => failures.push(error),
        );
        const all = [...first.map((command) => ({ command, given: {} })), ...requests];
        for (const [index, { command, given: body }] of all.entries()) {
          await adapter.handle({ seq: index + 1, type: 'request', command, arguments: body });
          if (index % 7 === 6) adapter.edited([{ first: 2, last: 3, count: 1 }]);
          if (index % 9 === 8) adapter.reopen(debuggeeOf(RULES).model);
        }
        for (const message of junk) await adapter.handle(message);
        const responses = sent.filter(({ type }) => type === 'response') as DebugProtocol.Response[];
        expect(responses.slice(0, all.length).map(({ request_seq }) => request_seq)).toEqual(
          all.map((_, index) => index + 1),
        );
        expect(responses).toHaveLength(all.length + junk.length);
        expect(failures).toEqual([]);
        // Numbers of messages go up, and no event comes after the last one.
        expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1));
      },
    ),
    { numRuns: runs(150) },
  );
});
