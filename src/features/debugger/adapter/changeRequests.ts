import { visible } from '../../../core/text/visible';
import { changePacket } from '../change/changePacket';
import { isSettable } from '../change/settable';
import { fieldNamed, showValue } from '../language/fields';
import type { Moved } from '../debugSession';
import type { Inspector } from './inspector';
import { Refused, type RequestArguments } from './requestArguments';
import type { Running } from './running';

/** Changes what a row of the Variables view or an expression names, and traces the packet again. */
export function changeVariable(
  running: Running,
  inspector: Inspector,
  command: 'setVariable' | 'setExpression',
  given: RequestArguments,
): { readonly next: Running; readonly moved: Moved; readonly said: string; readonly value: string } {
  const name =
    command === 'setVariable'
      ? inspector
          .variables(given.number('variablesReference'))
          .find((each) => visible(each.name) === given.text('name'))?.expression
      : given.text('expression').trim();
  const field = name === undefined ? undefined : fieldNamed(name);
  if (!field || !isSettable(field.name))
    throw new Refused('this cannot be changed; addresses, ports, flags, mark, TTL, TOS and priority of the packet can');
  const thread = inspector.threadOf(given.optionalNumber('frameId'));
  if (!thread) throw new Refused('the packet is not stopped');
  const { debuggee, trace, changes } = running;
  const changed = changePacket(debuggee, trace, changes, thread, field.name, given.text('value'));
  if (typeof changed === 'string') throw new Refused(changed);
  const after = running.changed(changed);
  if (!after) throw new Refused('there are more outcomes than are shown, and the packet would be on one of the others');
  const moment = after.next.stop?.thread.moment();
  return { ...after, said: changed.said, value: visible(showValue(moment && field.read(moment), field.show)) };
}
