import { stepsOf } from '../../core/netfilter/hookOrder';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { isTableName, type RuleSet } from '../../core/ruleset/ruleSet';
import type { AnyTableName, Hook, TableName } from '../../core/xtables/view';
import type { Backend } from '../../core/xtables/backend';
import { counted, grouped } from './traceInput';
import { lineNumber } from '../../core/syntax/typedLine';
import type { AssumedValues } from './card/assumedValues';
import { explainKernelDrop } from './explainKernelDrop';
import type { Mark, NoteRow, Row, StepGroup, Tone } from '../../shared/traceReport';
import { changeWords, destinationOf, inFragments, packetChanges } from './packetWords';
import { droppedBy } from './verdict';
import { whyRule } from './ruleWhy';
import { countersOf, ruleTokens, triedBy } from './ruleTokens';
import { runRows } from './runRows';

/**
 * The path as it is read: one group for each table that the packet went through, and between them what else happened.
 */
export function stepGroups(walked: Walked, ruleSet: RuleSet | undefined, assumed: AssumedValues): readonly StepGroup[] {
  return new Grouping(walked, ruleSet, assumed).groups;
}

type EventOf<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { readonly kind: Kind }>;
type BetweenTables = Exclude<
  TraceEvent,
  EventOf<
    | 'start'
    | 'hook-enter'
    | 'hook-leave'
    | 'table-enter'
    | 'table-skipped'
    | 'table-leave'
    | 'skipped'
    | 'rule'
    | 'repeated'
    | 'return'
    | 'policy'
  >
>;

/** Reads the events in order and collects rows; small, but it has to remember where it is. */
class Grouping {
  readonly groups: StepGroup[] = [];
  private rows: Row[] = [];
  private open: { readonly hook: Hook; readonly table: AnyTableName; readonly backend?: Backend } | undefined;
  private hook: Hook | undefined;
  private pending: TableName[] = [];

  constructor(
    private readonly walked: Walked,
    private readonly ruleSet: RuleSet | undefined,
    private readonly assumed: AssumedValues,
  ) {
    const left = leftOut(walked);
    for (let index = 0; index < walked.events.length; index++) {
      const run = left.get(index);
      if (run === undefined) this.read(walked.events[index] as TraceEvent, index);
      else {
        this.rows.push(
          note(
            index,
            0,
            'info',
            `${counted(run.count, 'step')} of ${grouped(run.of)} in this table ` +
              `${run.count === 1 ? 'is' : 'are'} omitted here`,
            `the first and the last ${MOST_OF_TABLE / 2} are shown`,
            undefined,
          ),
        );
        index += run.count - 1;
      }
    }
    if (this.open) this.close('DROPPED', 'drop');
  }

  private read(event: TraceEvent, index: number): void {
    switch (event.kind) {
      case 'start':
        return;
      case 'hook-enter':
        this.hook = event.hook;
        this.pending =
          this.ruleSet?.section.form === 'nft'
            ? []
            : stepsOf(event.hook, this.ruleSet?.backend ?? 'legacy').filter(isTable);
        return;
      case 'hook-leave':
        return this.passAbsent(undefined, index);
      case 'table-enter':
        if (isTableName(event.table)) {
          this.passAbsent(event.table, index);
          this.pending.shift();
        }
        this.open = event;
        this.rows = [];
        return;
      case 'table-skipped':
        if (isTableName(event.table) && this.pending.includes(event.table)) {
          this.passAbsent(event.table, index);
          this.pending.shift();
        }
        return this.quiet(index, `${event.hook} · ${event.table}`, 'info', 'not visited', event.why);
      case 'skipped':
        this.rows.push(...runRows(event, index));
        return;
      case 'rule':
        this.rows.push(ruleRow(this.walked, index, event));
        return;
      case 'repeated':
        this.rows.push(repeatedRow(index, event));
        return;
      case 'return':
        // An explicit RETURN has said so already.
        if (!event.explicit)
          this.rows.push(
            note(index, event.depth, 'return', `end of ${event.chain.name}`, `returns to ${event.to.name}`, undefined),
          );
        return;
      case 'policy':
        this.rows.push(policyRow(index, event));
        return;
      case 'table-leave':
        return this.close(
          event.verdict,
          event.verdict === 'DROP' ? 'drop' : event.verdict === 'REJECT' ? 'reject' : undefined,
        );
      default:
        return this.readBetween(event, index);
    }
  }

  /** What happens between the tables. */
  private readBetween(event: BetweenTables, index: number): void {
    switch (event.kind) {
      case 'conntrack':
        this.passAbsent('mangle', index);
        return this.quiet(
          index,
          'CONNECTION TRACKING',
          'info',
          event.view.state,
          event.view.state === 'NEW' ? 'a new connection' : event.why,
        );
      case 'translate': {
        const changes = packetChanges(event.before, event.after).map(changeWords).join(', ');
        return this.quiet(index, 'PACKET', 'nat', changes, event.established ? 'as for the whole connection' : 'NAT');
      }
      case 'route':
        return this.quiet(
          index,
          event.phase === 'reroute' ? 'ROUTE AGAIN' : 'ROUTE',
          'info',
          routeWords(event),
          routeTable(event),
        );
      case 'ttl':
        return this.quiet(index, 'PACKET', 'info', `ttl ${event.before} → ${event.after}`, 'a router lowers it by one');
      case 'copy':
        return this.quiet(
          index,
          'COPY',
          'info',
          event.only === undefined ? 'this host receives a copy of it itself' : `it stays on this host: ${event.only}`,
          'POSTROUTING, then in again',
        );
      case 'copy-end':
        if (this.open) this.close('DROPPED', 'drop');
        return this.quiet(
          index,
          'ITSELF',
          'info',
          'the packet itself goes on',
          event.end.outcome === 'LOCAL' ? 'the copy is delivered' : `the copy is ${droppedBy(event.end)}`,
        );
      case 'loopback':
        return this.quiet(
          index,
          'LOOPBACK',
          'info',
          'sent over lo, it comes back in',
          'the sending socket is no longer known',
        );
      case 'kernel-drop':
        if (this.open) this.close('DROPPED', 'drop');
        return this.quiet(index, 'KERNEL', 'drop', explainKernelDrop(event.reason), 'dropped by the kernel');
      case 'sent':
        return this.quiet(
          index,
          'WIRE',
          'end',
          `leaves by ${event.iface} to ${destinationOf(event.packet)}${inFragments(event.fragments)}`,
          'sent',
        );
      case 'delivered':
        return this.quiet(
          index,
          'SOCKET',
          event.known && !event.listener ? 'unknown' : 'end',
          receiverWords(event),
          'delivered',
        );
    }
  }

  /**
   * Tables up to `next` that are registered at this hook and left no event: they are not in the dump, or tracking is
   * off and nat sleeps.
   */
  private passAbsent(next: TableName | undefined, index: number): void {
    if (this.hook === undefined) return;
    const missing: TableName[] = [];
    const asleep: TableName[] = [];
    const until = next === undefined ? this.pending.length : this.pending.indexOf(next);
    if (until < 0) return;
    for (const table of this.pending.splice(0, until)) {
      if (table === 'security' && !this.ruleSet?.tables.has(table)) continue;
      (this.ruleSet?.tables.has(table) ? asleep : missing).push(table);
    }
    if (missing.length > 0)
      this.quiet(
        index,
        `${this.hook} · ${missing.join(', ')}`,
        'absent',
        `no such ${missing.length > 1 ? 'tables' : 'table'} in this dump: ACCEPT`,
        '',
        'absent',
      );
    if (asleep.length > 0)
      this.quiet(
        index,
        `${this.hook} · ${asleep.join(', ')}`,
        'info',
        'not visited',
        'connection tracking does not run',
        'asleep',
      );
  }

  /** What happens between the tables, one row with its title in front. */
  private quiet(
    index: number,
    title: string,
    mark: Mark,
    text: string,
    why: string,
    beside?: 'absent' | 'asleep',
  ): void {
    const event = this.walked.events[index];
    const assumed = event && !beside ? this.assumed.event(event) : undefined;
    this.groups.push({
      id: `q${this.groups.length}`,
      title,
      result: '',
      tone: undefined,
      quiet: true,
      rows: [{ ...note(index, 0, mark, text, why, undefined, beside), ...(assumed === undefined ? {} : { assumed }) }],
    });
  }

  private close(result: string, tone: Tone | undefined): void {
    if (!this.open) return;
    const { hook, table, backend } = this.open;
    this.groups.push({
      id: `t${this.groups.length}`,
      title: `${hook} · ${table}${backend === undefined ? '' : `, ${backend}`}`,
      result,
      tone,
      quiet: false,
      rows: this.rows,
    });
    this.open = undefined;
    this.rows = [];
  }
}

function ruleRow(walked: Walked, index: number, event: EventOf<'rule'>): Row {
  const { rule, depth } = event;
  return {
    kind: 'rule',
    id: { kind: 'event', event: index },
    depth,
    line: lineNumber(rule.line),
    ...triedBy(rule),
    chain: rule.chain.name,
    number: rule.number,
    tokens: ruleTokens(rule),
    ...countersOf(rule),
    ...whyRule(walked, index, event),
  };
}

function repeatedRow(index: number, { chain, depth, events }: EventOf<'repeated'>): Row {
  const why = `${counted(events, 'step')} not listed`;
  return note(index, depth, 'info', `${chain.name} again, as before`, why, lineNumber(chain.line));
}

function policyRow(index: number, { chain, verdict }: EventOf<'policy'>): Row {
  const text = `${chain.rules.length === 0 ? 'no rules, ' : ''}policy ${verdict}`;
  const dropped = verdict === 'DROP';
  return note(index, 0, dropped ? 'drop' : 'accept', text, dropped ? 'dropped by policy' : '', lineNumber(chain.line));
}

/**
 * At most this many events of one table are shown. A chain may have a hundred thousand rules that match, and nobody
 * reads them.
 */
const MOST_OF_TABLE = 1000;

/** Of tables with more events than are shown, those in the middle, by the index of the first of each run. */
function leftOut(walked: Walked): ReadonlyMap<number, { readonly count: number; readonly of: number }> {
  const { events } = walked;
  const found = new Map<number, { count: number; of: number }>();
  if (events.length <= MOST_OF_TABLE) return found;
  let entered = 0;
  events.forEach(({ kind }, index) => {
    if (kind === 'table-enter') entered = index + 1;
    if (kind !== 'table-leave' && index < events.length - 1) return;
    const of = index - entered;
    if (of <= MOST_OF_TABLE) return;
    // What decided is among the last, because a table ends with it.
    found.set(entered + MOST_OF_TABLE / 2, { count: of - MOST_OF_TABLE, of });
    entered = index + 1;
  });
  return found;
}

/** `beside`: it is not about the event itself, but about tables before it. */
function note(
  index: number,
  depth: number,
  mark: Mark,
  text: string,
  why: string,
  line: number | undefined,
  beside?: 'absent' | 'asleep',
): NoteRow {
  return {
    kind: 'note',
    id: beside ? { kind: 'beside', event: index, why: beside } : { kind: 'event', event: index },
    depth,
    mark,
    text,
    why,
    line,
  };
}

function isTable(step: string): step is TableName {
  return step !== 'defragment' && step !== 'conntrack' && step !== 'confirm';
}

export function routeWords({
  phase,
  type,
  device,
  gateway,
  packet,
}: Extract<TraceEvent, { readonly kind: 'route' }>): string {
  const { destination } = packet;
  const address = destinationOf({ ...packet, fragmentOffset: 1, destination });
  if (type === 'local' || (phase === 'input' && type !== 'unicast')) return `${type} ${address}`;
  return `${address} by ${device}${gateway === undefined ? '' : ` via ${gateway}`}`;
}

function routeTable({ table, tableName }: Extract<TraceEvent, { readonly kind: 'route' }>): string {
  if (table === undefined) return '';
  return table === 255 ? 'table local' : table === 254 ? 'table main' : `table ${tableName ?? table}`;
}

function receiverWords({ listener, known, packet }: Extract<TraceEvent, { readonly kind: 'delivered' }>): string {
  if (listener) return `${listener.text}${listener.process === undefined ? '' : ` ${listener.process}`}`;
  return known ? `nobody listens on ${destinationOf(packet)}` : destinationOf(packet);
}
