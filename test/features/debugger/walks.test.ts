import path from 'node:path';
import { formatAddress } from '../../../src/core/net/address';
import { traceOf } from '../../../src/features/debugger/debuggee';
import { FILTERS, filteredPlaces } from '../../../src/features/debugger/filters';
import { momentAt } from '../../../src/features/debugger/moment';
import { Recording, type Cursor } from '../../../src/features/debugger/recording';
import { stepBackOver, stepOut, stepOver } from '../../../src/features/debugger/steps';
import { answersOf } from '../../answers';
import { FILES } from '../asked/files';
import { debuggeeOf } from './debugClient';

/** What a chain of nft leads to by maps, and rules in chains that are left in each way. */
const MAPS = `table inet t {
	chain pre {
		type filter hook prerouting priority -200; policy accept;
		tcp dport vmap { 22 : goto ssh, 80 : jump web, 81 : accept, 82 : drop }
		udp dport 53 goto ssh
		udp dport 54 jump web
		meta mark set 0x5
	}
	chain ssh {
		ip saddr 203.0.113.7 drop
		counter
	}
	chain web {
		ip ttl 9 return
		meta mark set 0x9
		jump ssh
	}
	chain in {
		type filter hook input priority 0; policy drop;
		meta mark 0x5 accept
		ip saddr 203.0.113.0/24 reject
	}
}
`;

/** Maps by chance, whose paths enter chains in each way. */
const CHANCES = `table ip t {
	chain pre {
		type filter hook prerouting priority -200; policy accept;
		udp dport 1 numgen random mod 2 vmap { 0 : goto a, 1 : goto b }
		udp dport 2 numgen random mod 2 vmap { 0 : jump a, 1 : jump b }
		udp dport 3 numgen random mod 2 vmap { 0 : drop, 1 : return }
		udp dport 1 drop
	}
	chain a {
		ip ttl 1 return
	}
	chain b {
		ip ttl 1 drop
		ip ttl 2 accept
	}
}
`;

/** The places of a path: where steps lead from each, what differs from the one above, and what a filter stops for. */
function walkOf(recording: Recording, host: ReturnType<typeof momentAt>['host']): readonly string[] {
  const named = (cursor: Cursor | undefined): string =>
    cursor === undefined ? 'none' : recording.isEnd(cursor) ? 'end' : `${cursor.event}.${cursor.rule}`;
  const moment = (cursor: Cursor): ReturnType<typeof momentAt> => momentAt(recording, cursor, host);
  const stops = [
    ...filteredPlaces(
      recording,
      FILTERS.map(({ filter }) => ({ filter, condition: undefined })),
      moment,
    ),
  ];
  const said: string[] = [];
  const first = named(recording.start);
  let above: readonly string[] = [];
  for (let at = recording.firstFrom(0); ; at = recording.next(at)) {
    const { packet, inInterface, outInterface, conntrack, hook, table, chain, line, matched, view, event } = moment(at);
    const frame = recording.frameAt(at);
    const parts = [
      `${table ?? ''} ${hook ?? ''} ${chain ?? ''}`.trim() +
        (frame
          ? ` ${frame.visit}.${frame.entered} depth ${frame.depth} from ${frame.call ?? 'the hook'}`
          : ' no frame'),
      `${formatAddress(packet.source)} > ${formatAddress(packet.destination)}:${packet.destinationPort} ` +
        `mark ${packet.mark} ttl ${packet.ttl} in ${inInterface} out ${outInterface} ` +
        `${conntrack?.state ?? 'no state'}${view ? '' : ' unseen'}`,
    ];
    // Of rules that did not match one after the other, the ends are enough.
    if (event?.kind !== 'skipped' || at.rule === event.from || at.rule === event.to)
      said.push(
        [
          `${named(at)}${named(at) === first ? ' start' : ''} ${event?.kind ?? 'over'} line ${line ?? 'none'}` +
            (matched === undefined ? '' : matched ? ' matches' : ' does not match'),
          `over ${named(stepOver(recording, at))} out ${named(stepOut(recording, at))} ` +
            `back ${named(stepBackOver(recording, at))} previous ${named(recording.previous(at))}`,
          ...parts.filter((part) => !above.includes(part)),
          ...stops.filter(({ cursor }) => named(cursor) === named(at)).map(({ filter, text }) => `${filter}: ${text}`),
        ].join(' | '),
      );
    above = parts;
    if (recording.isEnd(at)) return said;
  }
}

const OWN: Readonly<Record<string, string>> = { maps: MAPS, chances: CHANCES };

/** A packet through the file of the section, on each of its paths. */
answersOf(path.join(import.meta.dirname, 'walks.txt'), (packet, section) => {
  const trace = traceOf(debuggeeOf(OWN[section] ?? FILES[section] ?? '', packet));
  if (typeof trace === 'string') return [trace];
  return trace.input.traced.outcomes
    .slice(0, 2)
    .flatMap((walked, i) => [`path ${i + 1}`, ...walkOf(new Recording(walked), walked.on?.host ?? trace.host)]);
});
