import type { DebugProtocol } from '@vscode/debugprotocol';
import { visible } from '../../../core/text/visible';
import { isGiven, sentence, type Breakpoint, type WantedBreakpoint } from '../breakpoints';
import { FILTERS, type FilterUse } from '../filters';
import { isError, parseExpression } from '../language/parse';
import type { RequestArguments } from './requestArguments';

/** The breakpoints that a client sets; `lines` is what clients sent before there were conditions. */
export function wantedBreakpoints(given: RequestArguments): readonly WantedBreakpoint[] {
  return given
    .list('breakpoints')
    .map((each) => ({
      line: each.number('line'),
      column: each.optionalNumber('column'),
      condition: each.optionalText('condition'),
      hitCondition: each.optionalText('hitCondition'),
      logMessage: each.optionalText('logMessage'),
    }));
}

export function breakpointAnswer({ id, line, column, place, message }: Breakpoint): DebugProtocol.Breakpoint {
  return {
    id,
    line,
    ...(column !== undefined && { column }),
    verified: place !== undefined,
    ...(message !== undefined && { message: visible(message) }),
  };
}

/** What stops the packet besides breakpoints, and a response for each. */
export function filtersAsked(given: RequestArguments): {
  readonly filters: readonly FilterUse[];
  readonly answers: readonly DebugProtocol.Breakpoint[];
} {
  const asked = [
    ...given.texts('filters').map((id) => ({ id, condition: undefined })),
    ...given
      .list('filterOptions')
      .map((each) => ({ id: each.text('filterId'), condition: each.optionalText('condition') })),
  ];
  const filters: FilterUse[] = [];
  const answers = asked.map(({ id, condition }): DebugProtocol.Breakpoint => {
    const filter = FILTERS.find((each) => each.filter === id)?.filter;
    if (filter === undefined) return { verified: false, message: `There is no filter "${visible(id)}".` };
    const read = isGiven(condition) ? parseExpression(condition) : undefined;
    if (read && isError(read)) return { verified: false, message: visible(`Condition: ${sentence(read.message)}`) };
    filters.push({ filter, condition: read });
    return { verified: true };
  });
  return { filters, answers };
}
