import type { Proviso, Walked } from '../core/netfilter/events';
import type { Omission, RulesSection } from '../core/syntax/sourceFile';
import { joined } from '../core/text/counted';
import { linesNotRead } from './skippedCommands';
import { Visit } from './visit';

/** What a packet's outcome takes for granted of rules that were omitted among those that are shown. */
export interface Omitted {
  /** `those omitted at line 7`, `rules 3 to 6 of INPUT`. */
  readonly rules: readonly string[];
  /** Of rows that are rules and cannot be read. */
  readonly unread: readonly Proviso[];
}

/** Only those that the packet would have met where they stood. */
export function omittedRules(parts: readonly RulesSection[], walked: Walked): Omitted {
  const all = parts.filter(({ omissions }) => omissions !== undefined);
  if (all.length === 0) return { rules: [], unread: [] };
  const visit = new Visit(walked.events);
  const met = all.flatMap((part) => (part.omissions ?? []).filter((each) => wouldMeet(part, each, visit)));
  const places = met.filter(({ rules }) => rules === undefined).map(({ line }) => line.index + 1);
  const unread = met.filter(({ rules }) => rules === 'unread').map(({ line }) => line.index + 1);
  return {
    rules: [
      ...(places.length > 0
        ? [`those omitted at ${places.length === 1 ? 'line' : 'lines'} ${joined(places.map(String))}`]
        : []),
      ...met.flatMap(({ rules, below }) =>
        rules === undefined || rules === 'unread'
          ? []
          : [
              rules.from === rules.to
                ? `rule ${rules.from} of ${below}`
                : `rules ${rules.from} to ${rules.to} of ${below}`,
            ],
      ),
    ],
    unread:
      unread.length > 0
        ? [
            {
              what: `${linesNotRead(unread)} nothing for it`,
              reason: 'what these rows of the listing say is not understood',
              unseen: true,
            },
          ]
        : [],
  };
}

function wouldMeet({ form, defaultTable }: RulesSection, omission: Omission, visit: Visit): boolean {
  const { line, above, below } = omission;
  // Between declarations no rule stands that a packet could meet, and between tables none of a table that is shown.
  if (above === undefined && below === undefined) return false;
  if (form === 'commands') return visit.meetsAny;
  const table = omission.table ?? defaultTable;
  const tables = table === undefined ? visit.visitedTables : [table];
  if (above !== undefined && above === below)
    return tables.some((each) => visit.meetsAppended(each, above, line.index));
  // Of other chains none has rules elsewhere: they are printed one after the other.
  return (
    tables.some(
      (each) =>
        (above !== undefined && visit.meetsEnd(each, above)) || (below !== undefined && visit.meetsChain(each, below)),
    ) || visit.meetsEmpty(table)
  );
}
