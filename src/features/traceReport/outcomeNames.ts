import type { HostAnswer, Walked } from '../../core/netfilter/events';
import { isThrough } from '../../core/netfilter/walkEnds';
import type { Assumption } from '../../core/netfilter/assumption';
import { peerName, peerOnPath } from './card/names';
import { destinationOf } from './packetWords';
import { hostWords, statementOf } from './questions';
import type { TraceInput } from './traceInput';

/**
 * What the paths are called beside each other: by where the packet comes to, where that is another place on each, else
 * by what was answered otherwise on another path.
 */
export function outcomeNames(paths: readonly Walked[], { names }: Pick<TraceInput, 'names'>): readonly string[] {
  if (paths.length < 2) return paths.map(() => '');
  const destinations = paths.map((walked) => {
    if (!isThrough(walked)) return undefined;
    const { packet } = walked.end;
    const name = names?.nameOf(packet.destination);
    return name === undefined ? destinationOf(packet) : `${name} (${destinationOf(packet)})`;
  });
  if (!destinations.includes(undefined) && new Set(destinations).size === paths.length) return destinations as string[];
  const shared = sharedBy(paths);
  return paths.map((walked) => {
    const differs = statements(walked, (each) => !shared.has(idOf(each)));
    return differs.length === 0 ? '' : `if ${differs.join(' and ')}`;
  });
}

/** What was answered on a path, and what it assumes that is open, as far as that is wanted. */
export function statements(
  { assumptions, on }: Walked,
  wanted: (each: HostAnswer | Assumption) => boolean = () => true,
): readonly string[] {
  return [
    ...(on?.answers ?? []).filter(wanted).map(hostWords),
    ...assumptions.filter((each) => !each.settled && wanted(each)).map(statementOf),
  ];
}

/** What all of them assume in the same way. */
function sharedBy(paths: readonly Walked[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { assumptions, on } of paths)
    for (const each of new Set([...(on?.answers ?? []), ...assumptions].map(idOf)))
      counts.set(each, (counts.get(each) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count === paths.length).map(([id]) => id));
}

function idOf({ key, value }: HostAnswer | Assumption): string {
  return `${key}=${value}`;
}

/** `Service shop/web:http → 3 endpoints`, where that is what the paths differ in; else empty. */
export function groupName(input: TraceInput, paths: readonly Walked[], all: number): string {
  const [first] = paths;
  const peer = paths.length > 1 && first ? peerOnPath(input, first) : undefined;
  if (!peer?.behind || peer.behind.count !== all || new Set(paths.map(({ end }) => end.outcome)).size > 1) return '';
  return `${peerName(peer)} → ${peer.behind.count} ${peer.behind.noun}s`;
}
