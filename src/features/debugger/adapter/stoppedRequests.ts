import { visible } from '../../../core/text/visible';
import { filterLabel } from '../filters';
import type { Inspector } from './inspector';
import { gotoTargets } from './placeRequests';
import { Refused, type RequestArguments } from './requestArguments';
import type { Running } from './running';
import { isProgram } from './source';

/** Responds to a request that only reads the packet where it is stopped. */
export function stoppedAnswer(
  command: string,
  given: RequestArguments,
  running: Running,
  inspector: Inspector,
): unknown {
  switch (command) {
    case 'stackTrace': {
      const thread = running.session.thread(given.number('threadId'));
      if (!thread) throw new Refused('there is no such path any more');
      const frames = inspector.stack(thread);
      const stackFrames = page(frames, given.optionalNumber('startFrame'), given.optionalNumber('levels'));
      return { stackFrames, totalFrames: frames.length };
    }
    case 'scopes':
      return { scopes: inspector.scopes(given.number('frameId')) };
    case 'variables': {
      const all = inspector.variables(given.number('variablesReference'));
      const shown = page(all, given.optionalNumber('start'), given.optionalNumber('count'));
      return { variables: shown.map((each) => inspector.shown(each)) };
    }
    case 'evaluate':
      return inspector.evaluate(given.text('expression'), given.optionalNumber('frameId'));
    case 'exceptionInfo':
      return {
        exceptionId: filterLabel(running.stop?.filter) ?? 'Packet',
        description: visible(running.stop?.text ?? 'nothing happens to the packet here'),
        breakMode: 'always',
      };
    case 'gotoTargets': {
      const thread = running.stop?.thread;
      if (!thread || !isProgram(given.within('source'), running))
        throw new Refused('the packet goes through another file');
      const targets = gotoTargets(thread, given.number('line'));
      if (targets.length === 0) throw new Refused('the packet does not reach this line on this path');
      return { targets };
    }
    default:
      throw new Refused(`"${command.slice(0, 60)}" is not supported`);
  }
}

/** A part of a list; `count` 0 or omitted: all of the rest. */
function page<Item>(all: readonly Item[], start = 0, count = 0): readonly Item[] {
  const from = Math.max(0, start);
  return all.slice(from, count > 0 ? from + count : undefined);
}
