import { natChains, stepsOf, withBaseChains, type HostStep } from '../../core/netfilter/hookOrder';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Packet } from '../../core/net/packet';
import { allTables, type RuleSet } from '../../core/ruleset/ruleSet';
import type { AnyTableName, Hook } from '../../core/xtables/view';
import type { PathNode, PathTable, StepId, Tone } from '../../shared/traceReport';
import { changeWords, destinationOf, packetChanges } from './packetWords';
import { routeWords } from './stepGroups';
import type { AssumedValues } from './card/assumedValues';
import { badgeOf, droppedBy } from './verdict';

type OpenNode = { -readonly [Key in keyof PathNode]: PathNode[Key] } & { tables: PathTable[] };

/**
 * The packet's way as boxes: hooks with their tables, routing, where it ends; after them, dimmed, hooks that it might
 * have seen.
 */
export function pathOf(walked: Walked, ruleSet: RuleSet | undefined, assumed: AssumedValues): readonly PathNode[] {
  const { nodes } = new PathReader(walked, ruleSet, assumed);
  return [...nodes, ...unvisited(walked, ruleSet, nodes.length)];
}

/** Reads the events in order; a box shows what has changed in the packet since the one before. */
class PathReader {
  readonly nodes: OpenNode[] = [];
  private last: Packet | undefined;
  private route: string | undefined;
  private readonly tone: Tone;

  constructor(
    private readonly walked: Walked,
    private readonly ruleSet: RuleSet | undefined,
    private readonly assumed: AssumedValues,
  ) {
    this.tone = badgeOf(walked).tone;
    walked.events.forEach((event, index) => this.read(event, index));
    this.readDrop();
  }

  private read(event: TraceEvent, index: number): void {
    const { tone } = this;
    switch (event.kind) {
      case 'start':
        this.last = event.packet;
        return;
      case 'hook-enter':
        this.push('hook', event.hook, interfaces(event), event.packet, index);
        (this.nodes[this.nodes.length - 1] as OpenNode).tables = tablesOf(this.walked, index, event.hook, this.ruleSet);
        return;
      case 'route': {
        const words = routeWords(event);
        // Routed again with the same result: of no interest on the way, and among the steps all the same.
        if (event.phase === 'reroute' && words === this.route) return;
        this.route = words;
        return this.push('route', event.phase === 'reroute' ? 'ROUTE AGAIN' : 'ROUTE', words, event.packet, index);
      }
      case 'copy': {
        const text = event.only === undefined ? 'for this host itself' : `stays here: ${event.only}`;
        return this.push('loopback', 'COPY', text, event.packet, index);
      }
      case 'copy-end': {
        const { end, packet } = event;
        if (end.dropBy && end.dropBy.kind !== 'kernel')
          this.push('drop', end.verdict, `the copy, ${droppedBy(end)}`, end.packet, index, 'end', 'drop');
        this.last = packet;
        return this.push('loopback', 'ITSELF', 'goes on', packet, index);
      }
      case 'loopback':
        return this.push('loopback', 'LO', 'comes back in', event.packet, index);
      case 'delivered':
        return this.push('socket', 'SOCKET', socketWords(event), event.packet, index, 'end', tone);
      case 'sent':
        return this.push('wire', 'WIRE', event.iface, event.packet, index, 'end', tone);
      case 'kernel-drop':
        return this.push('drop', 'DROP', 'by the kernel', event.packet, index, 'end', tone);
      default:
        return;
    }
  }

  /** The rule or policy that dropped it; the kernel has an event of its own. */
  private readDrop(): void {
    const { dropBy, verdict, packet } = this.walked.end;
    if (!dropBy || dropBy.kind === 'kernel') return;
    const text =
      dropBy.kind === 'rule'
        ? `${dropBy.rule.chain.name} rule ${dropBy.rule.number}`
        : `policy of ${dropBy.chain.name}`;
    this.push('drop', verdict, text, packet, this.walked.events.length - 1, 'end', this.tone);
  }

  private push(
    kind: PathNode['kind'],
    title: string,
    text: string,
    packet: Packet,
    index: number,
    state: PathNode['state'] = 'on',
    tone?: Tone,
  ): void {
    const event = this.walked.events[index];
    const changes = this.last ? packetChanges(this.last, packet).map(changeWords) : [];
    this.last = packet;
    this.nodes.push({
      id: String(this.nodes.length),
      kind,
      title,
      tables: [],
      text,
      assumed: event && kind !== 'drop' ? this.assumed.event(event) : undefined,
      state,
      tone,
      changes,
      step: { kind: 'event', event: index },
    });
  }
}

function socketWords({ listener, known, packet }: Extract<TraceEvent, { readonly kind: 'delivered' }>): string {
  if (listener) return `:${listener.port}${listener.process === undefined ? '' : ` ${listener.process}`}`;
  return known ? 'nobody listens' : destinationOf(packet);
}

function interfaces({ inInterface, outInterface }: Extract<TraceEvent, { readonly kind: 'hook-enter' }>): string {
  return [inInterface === '' ? '' : `in ${inInterface}`, outInterface === '' ? '' : `out ${outInterface}`]
    .filter((part) => part !== '')
    .join(' ');
}

function tablesOf({ events, end }: Walked, start: number, hook: Hook, ruleSet: RuleSet | undefined): PathTable[] {
  const found = new Map<AnyTableName, PathTable>();
  let current: AnyTableName | undefined;
  for (let i = start + 1; i < events.length; i++) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'hook-enter' || (event.kind === 'route' && event.phase === 'input')) break;
    if (event.kind === 'table-enter') {
      current = event.table;
      // The other back end has the same table once more: what a rule did in one of them is shown.
      if (found.get(current)?.state !== 'hit')
        found.set(current, { name: current, state: 'passed', step: firstStep(events, i) });
    } else if (event.kind === 'table-skipped')
      found.set(event.table, { name: event.table, state: 'skipped', step: undefined });
    else if (
      event.kind === 'rule' &&
      event.matched &&
      event.rule.target.kind === 'extension' &&
      current !== undefined
    ) {
      const returns = event.effect?.kind === 'verdict' && event.effect.verdict === 'RETURN';
      if (!returns) found.set(current, { name: current, state: 'hit', step: { kind: 'event', event: i } });
    } else if (event.kind === 'table-leave' && event.verdict !== 'ACCEPT') {
      found.set(event.table, { name: event.table, state: 'dropped', step: found.get(event.table)?.step });
    }
  }
  const stopped =
    end.outcome === 'DROPPED' &&
    !events.slice(start + 1).some((event) => event.kind === 'hook-enter' || event.kind === 'hook-leave');
  return shownTables(hook, ruleSet).map(
    (name) =>
      found.get(name) ?? {
        name,
        state: !hasTable(ruleSet, name) ? 'absent' : stopped ? 'off' : 'skipped',
        step: undefined,
      },
  );
}

function firstStep(events: readonly TraceEvent[], at: number): StepId {
  const event = events[at + 1];
  return event?.kind === 'skipped'
    ? { kind: 'rule', event: at + 1, rule: event.from }
    : { kind: 'event', event: at + 1 };
}

/** Hooks that a packet of this direction might have seen. */
function unvisited({ events, end }: Walked, ruleSet: RuleSet | undefined, from: number): PathNode[] {
  const seen = new Set(events.flatMap((event) => (event.kind === 'hook-enter' ? [event.hook] : [])));
  const outward = events[0]?.kind === 'start' && events[0].direction === 'out';
  const might: readonly Hook[] = outward
    ? ['OUTPUT', 'POSTROUTING']
    : seen.has('FORWARD') || (end.outcome !== 'DROPPED' && end.outcome !== 'NONE')
      ? ['INPUT', 'FORWARD', 'POSTROUTING']
      : ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'];
  return might
    .filter((hook) => !seen.has(hook))
    .map((hook, i) => ({
      id: String(from + i),
      kind: 'hook',
      title: hook,
      text: '',
      state: 'off',
      tone: undefined,
      changes: [],
      step: undefined,
      tables: shownTables(hook, ruleSet).map((name) => ({ name, state: 'off', step: undefined })),
    }));
}

function hasTable(ruleSet: RuleSet | undefined, name: AnyTableName): boolean {
  return ruleSet !== undefined && allTables(ruleSet).some((table) => table.name === name);
}

/**
 * security is omitted where the dump does not have it: hardly any does. Tables of nftables are shown where they have a
 * chain in the hook.
 */
function shownTables(hook: Hook, ruleSet: RuleSet | undefined): readonly AnyTableName[] {
  const backend = ruleSet?.backend ?? 'legacy';
  const native = ruleSet?.native?.bases ?? [];
  const own =
    ruleSet?.section.form === 'nft' ? [] : stepsOf(hook, backend).map((step): HostStep => ({ step, backend }));
  const shown = withBaseChains(own, hook, native, true).flatMap((step): readonly AnyTableName[] => {
    if ('base' in step) return [step.table];
    if (step.step === 'nat')
      return natChains(hook, native, [step], true).map((each) => ('base' in each ? each.table : 'nat'));
    return step.step !== 'defragment' &&
      step.step !== 'conntrack' &&
      step.step !== 'confirm' &&
      (step.step !== 'security' || ruleSet?.tables.has('security') === true)
      ? [step.step]
      : [];
  });
  return own.length > 0
    ? [...new Set(shown)]
    : [...new Set(native.filter((chain) => chain.hook === hook).map(({ table }) => table))];
}
