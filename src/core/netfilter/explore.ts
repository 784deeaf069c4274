import type { Assumption } from './assumption';
import type { TraceEvent, Walked, WalkEnd } from './events';
import { Passage, type Joins, type WalkPlace } from './passage';
import { samePosition } from './position';
import { sameStanding } from './standing';
import { firstStep } from './walk';
import type { Arrival, WalkContext } from './walkContext';
import type { World } from './world';

/** One possible path of a packet, and the host after it. */
export interface Path {
  readonly walked: Walked;
  readonly after: World;
}

/**
 * All paths of a packet, one where everything is known. A walk that meets a question without an answer goes on from
 * there along each branch, the first answer first, so that what comes before is walked once; and where branches come to
 * the same place in the same state, what follows is walked once as well. Each path is still complete.
 */
export function* paths(arrival: Arrival, context: WalkContext): Generator<Path, undefined> {
  const explorer = new Explorer();
  const way = new WalkedPath();
  let stretch: Stretch | undefined = explorer.start(arrival, context);
  while (stretch) {
    explorer.walk(stretch);
    way.push(stretch);
    const next: Stretch | undefined = stretch.on ?? stretch.branches?.[0];
    if (!next) yield way.whole();
    stretch = next ?? way.nextBranch();
  }
  return undefined;
}

/** The first of the paths; what else is possible is ignored. */
export function firstPath(arrival: Arrival, context: WalkContext): Path {
  for (const path of paths(arrival, context)) return path;
  throw new Error('a packet has at least one path');
}

/** A part of a path without a fork or a place where paths meet. */
interface Stretch {
  /** The passage that walks it; undefined: it has been walked. */
  passage: Passage | undefined;
  events: readonly TraceEvent[];
  assumptions: readonly Assumption[];
  notes: readonly string[];
  milestones: readonly TraceEvent[];
  /** The ways on at its end. */
  branches: readonly Stretch[] | undefined;
  /** What it leads into, where it does not part. */
  on: Stretch | undefined;
  end: { readonly walkEnd: WalkEnd; readonly after: World } | undefined;
}

function stretchOf(passage: Passage | undefined): Stretch {
  return {
    passage,
    events: [],
    assumptions: [],
    notes: [],
    milestones: [],
    branches: undefined,
    on: undefined,
    end: undefined,
  };
}

interface KnownStretch {
  readonly place: WalkPlace;
  readonly stretch: Stretch;
}

/**
 * A thousand endpoints of one Service come to the same place, each with a translation of its own: no more than the last
 * few are compared.
 */
const MOST_KNOWN = 8;

class Explorer implements Joins {
  /** By what is to be done next. */
  private readonly places = new Map<object, KnownStretch[]>();
  /** The stretch that is being walked. */
  private current: Stretch = stretchOf(undefined);

  start(arrival: Arrival, context: WalkContext): Stretch {
    const passage = new Passage(arrival, context);
    passage.then(firstStep(arrival));
    return stretchOf(passage);
  }

  walk(stretch: Stretch): void {
    const { passage } = stretch;
    if (!passage) return;
    this.current = stretch;
    while (passage.advance());
    if (passage.joined) return;
    this.close(passage);
    const {
      ended,
      branches,
      context: { world },
    } = passage;
    if (ended) this.current.end = { walkEnd: ended, after: world };
    else if (branches) this.current.branches = branches.map((step) => stretchOf(passage.branch(step, this)));
  }

  meet(passage: Passage, place: WalkPlace): boolean {
    const { position } = place;
    const key = (position ? (position.chain.rules[position.index] ?? position.chain) : place.agenda) ?? this;
    const here = this.places.get(key) ?? [];
    const known = here.find((other) => samePlace(other.place, place));
    this.close(passage);
    const next = known?.stretch ?? stretchOf(undefined);
    this.current.on = next;
    if (known) return true;
    if (here.push({ place, stretch: next }) > MOST_KNOWN) here.shift();
    this.places.set(key, here);
    this.current = next;
    return false;
  }

  /** The passage has emitted all events of the present stretch. */
  private close(passage: Passage): void {
    const { current } = this;
    current.passage = undefined;
    current.events = passage.events;
    current.assumptions = passage.assumptions;
    current.notes = passage.notes;
    current.milestones = passage.events.filter((event) =>
      event.kind === 'rule' ? event.matched : event.kind !== 'skipped',
    );
    passage.events = [];
    passage.assumptions = [];
    passage.notes = [];
  }
}

function samePlace(a: WalkPlace, b: WalkPlace): boolean {
  if (a.agenda !== b.agenda || a.world !== b.world) return false;
  if (a.position && b.position ? !samePosition(a.position, b.position) : a.position !== b.position) return false;
  return sameStanding(a.standing, b.standing);
}

/** The stretches of the present path in order, with all their events. */
class WalkedPath {
  private readonly stretches: { readonly stretch: Stretch; readonly before: Emitted }[] = [];
  private readonly events: TraceEvent[] = [];
  private readonly assumptions: Assumption[] = [];
  private readonly notes: string[] = [];
  private readonly milestones: TraceEvent[] = [];

  push(stretch: Stretch): void {
    const { events, assumptions, notes, milestones } = this;
    this.stretches.push({
      stretch,
      before: {
        events: events.length,
        assumptions: assumptions.length,
        notes: notes.length,
        milestones: milestones.length,
      },
    });
    for (const event of stretch.milestones) milestones.push(event);
    for (const event of stretch.events) events.push(event);
    for (const assumption of stretch.assumptions) assumptions.push(assumption);
    for (const note of stretch.notes) notes.push(note);
  }

  /** Goes back to the last fork that has a branch left, and gives that branch. */
  nextBranch(): Stretch | undefined {
    for (;;) {
      const last = this.stretches.pop();
      if (!last) return undefined;
      this.events.length = last.before.events;
      this.assumptions.length = last.before.assumptions;
      this.notes.length = last.before.notes;
      this.milestones.length = last.before.milestones;
      const branches = this.stretches.at(-1)?.stretch.branches;
      const next = branches?.[branches.indexOf(last.stretch) + 1];
      if (next) return next;
    }
  }

  whole(): Path {
    const { walkEnd, after } = this.stretches.at(-1)?.stretch.end as NonNullable<Stretch['end']>;
    return {
      walked: {
        events: this.events.slice(),
        milestones: this.milestones.slice(),
        end: walkEnd,
        assumptions: this.assumptions.slice(),
        notes: [...new Set(this.notes)],
      },
      after,
    };
  }
}

/** How much was emitted up to a place. */
interface Emitted {
  readonly events: number;
  readonly assumptions: number;
  readonly notes: number;
  readonly milestones: number;
}
