import path from 'node:path';
import { traceOf } from '../../../src/features/debugger/debuggee';
import { hoverExpression } from '../../../src/features/debugger/hoverExpression';
import { isError, parseExpression } from '../../../src/features/debugger/language/parse';
import { showValue } from '../../../src/features/debugger/language/fields';
import { logMessage } from '../../../src/features/debugger/logMessage';
import { hitTest } from '../../../src/features/debugger/hitCondition';
import { momentAt, type Moment } from '../../../src/features/debugger/moment';
import { Recording } from '../../../src/features/debugger/recording';
import { selectedPath } from '../../../src/features/traceReport/traceInput';
import { answersOf } from '../../answers';
import { FILES } from '../asked/files';
import { cursor } from '../sample';
import { debuggeeOf } from './debugClient';
import { Script } from './script';

const file = (name: string): string => path.join(import.meta.dirname, name);

const FIREWALL = FILES['firewall on its host'] ?? '';

/** The moment before so many steps of a packet through the firewall. */
function momentOf(packet: string, steps: number): Moment {
  const trace = traceOf(debuggeeOf(FIREWALL, packet));
  if (typeof trace === 'string') throw new Error(trace);
  const recording = new Recording(selectedPath(trace.input));
  let at = recording.start;
  for (let i = 0; i < steps; i++) at = recording.next(at);
  return momentAt(recording, at, trace.host);
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  'expressions at a rule': momentOf('in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:2222 syn', 4),
  'expressions on ICMP': momentOf('in eth0 icmp echo-request 203.0.113.9 > 192.0.2.10', 2),
  'expressions on what this host sends': momentOf('out tcp > 198.51.100.9:25 syn uid 1000', 0),
};

/** What a debugger reads: expressions with their values, and in the other sections words of lines and breakpoints. */
answersOf(file('expressions.txt'), (text, section) => {
  if (section === 'words under the mouse') {
    const { text: line, column } = cursor(text);
    const found = hoverExpression(line, column);
    return [found ? `[${line.slice(found.start, found.end)}] ${found.expression}` : 'nothing'];
  }
  if (section === 'hit counts') {
    const test = hitTest(text);
    if (typeof test === 'string') return [test];
    return [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((count) => test(count)).join(' ')];
  }
  const moment = MOMENTS[section] ?? MOMENTS['expressions at a rule'];
  if (!moment) throw new Error(`there is no moment ${section}`);
  if (section === 'log messages') {
    const read = logMessage(text);
    return [typeof read === 'function' ? read(moment) : `! ${read.message}`];
  }
  const read = parseExpression(text);
  if (isError(read)) return [`! ${read.message}`];
  return [`${read.kind} ${showValue(read.value(moment), read.field?.show)}`];
});

const SCRIPTS = new Map<string, Script>();

/** Steps of a session, each with what it came to; a section is a session on a file. */
answersOf(
  file('requests.txt'),
  async (step, section) => {
    const text = FILES[section.split(':')[0] ?? ''];
    if (text === undefined) throw new Error(`there is no file for ${section}`);
    const script = SCRIPTS.get(section) ?? new Script(text);
    SCRIPTS.set(section, step.startsWith('launch') ? new Script(text) : script);
    const said = await (SCRIPTS.get(section) as Script).step(step);
    return said.split('\n');
  },
  (section) => SCRIPTS.delete(section),
);
