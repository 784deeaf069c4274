import type { AssumedFact, ReadingFacts } from '../../shared/protocol';
import type { FileModel } from '../fileModel';
import { hostFactsOf, type HostKind } from '../overview';
import { countedNoun, NOUNS } from '../overviewNouns';
import { packetsOfFile } from '../filePackets';
import { reasonText, unreadLines } from '../unread';

/** At most this many lines are listed each; the command line's overview has all of them. */
const MOST_LISTED = 50;

const made = new WeakMap<FileModel, ReadingFacts>();

/** What was read of a file and what was not, for the view. Binds no rules. */
export function readingFacts(model: FileModel): ReadingFacts {
  let facts = made.get(model);
  if (!facts) made.set(model, (facts = make(model)));
  return facts;
}

function make(model: FileModel): ReadingFacts {
  const host = hostFactsOf(model.file);
  const packets = packetsOfFile(model.file, MOST_LISTED);
  const unread = unreadLines(model);
  const counts = new Map<HostKind, number>();
  for (const { kind, count } of host) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const summary = [
    countedNoun(model.dumps.length, 'rule set'),
    ...[...counts].map(([kind, count]) => countedNoun(count, NOUNS[kind])),
    ...(packets.length > 0
      ? [`${packets.length === MOST_LISTED ? 'at least ' : ''}${countedNoun(packets.length, 'packet')}`]
      : []),
  ].join(', ');
  return {
    summary,
    found: [
      ...model.dumps.map(({ label, detail, section }) => fact(`${label}, ${detail}`, section.lines[0]?.index)),
      ...limited(
        host.map(({ kind, count, lines, examples, machine }) =>
          fact(
            `${countedNoun(count, NOUNS[kind])}${machine === undefined ? '' : ` of ${machine}`}` +
              `${examples === '' ? '' : `: ${examples}`}`,
            lines[0] - 1,
          ),
        ),
      ),
      ...packets.map(({ text, line }) => fact(`packet ${text.trim().slice(0, LONGEST_PACKET)}`, line.index)),
    ],
    unread: limited(unread.map((each) => fact(reasonText(each), each.line - 1))),
    unreadCount: unread.length,
  };
}

const LONGEST_PACKET = 120;

function fact(message: string, index: number | undefined): AssumedFact {
  return { message, line: index === undefined ? undefined : index + 1, field: undefined };
}

function limited(facts: readonly AssumedFact[]): readonly AssumedFact[] {
  return facts.length <= MOST_LISTED
    ? facts
    : [...facts.slice(0, MOST_LISTED), fact(`… and ${facts.length - MOST_LISTED} more`, undefined)];
}
