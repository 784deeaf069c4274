import { showValue, fieldNamed } from '../language/fields';
import { counted } from '../../traceReport/traceInput';
import { packetWords } from '../../traceReport/packetWords';
import { rulePlace } from '../../traceReport/verdict';
import type { DebugThread } from '../debugThread';
import type { Cursor } from '../recording';
import { hostVariables } from './hostVariables';
import { memoryVariables } from './memoryVariables';
import { connectionVariables, packetVariables } from './packetVariables';
import { ruleVariables } from './ruleVariables';
import type { Scope, Variable } from './variable';

/**
 * The groups of variables where a thread stands, with the rule at a cursor: there, or of a chain that called.
 * `assumed`: what the trace takes for granted.
 */
export function scopesOf(thread: DebugThread, cursor: Cursor, assumed: readonly Variable[]): readonly Scope[] {
  const { recording, input } = thread;
  const moment = thread.moment();
  const scope = (name: string, variables: Scope['variables']): Scope => ({ name, variables });
  return [
    scope('Packet', () => packetVariables(moment)),
    ...(thread.atEnd ? [] : [scope('Rule', () => ruleVariables(input, recording, cursor))]),
    scope('Connection', () => connectionVariables(moment)),
    scope('Memories', () => memoryVariables(moment, recording)),
    scope('Host', () => hostVariables(moment, recording, thread.cursor)),
    ...(assumed.length > 0 ? [scope('Assumed', () => assumed)] : []),
  ];
}

/** What a group is in one line, by the name that an expression has for it. */
export function groupNamed(
  thread: DebugThread,
  name: string,
  assumed: readonly Variable[],
): { readonly value: string; readonly variables: () => readonly Variable[] } | undefined {
  const scope = scopesOf(thread, thread.cursor, assumed).find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!scope) return undefined;
  const moment = thread.moment();
  const words: Readonly<Record<string, string>> = {
    Packet: packetWords(moment.packet),
    Rule: moment.rule ? rulePlace(moment.rule) : 'no rule',
    Connection: showValue(fieldNamed('connection.state')?.read(moment)),
    Host: `${counted(moment.host.interfaces.length, 'interface')}, ${counted(moment.host.routes.length, 'route')}`,
  };
  return { value: words[scope.name] ?? String(scope.variables().length), variables: scope.variables };
}
