import type { Cursor, Recording } from './recording';

/** The next place that stepping stops at, in whatever chain; the end in the end. */
export function stepIn(recording: Recording, from: Cursor): Cursor {
  let at = recording.next(from);
  while (recording.isQuiet(at)) at = recording.next(at);
  return at;
}

/** The next place of this chain, or of the one that it returns to: chains that are jumped to are passed over. */
export function stepOver(recording: Recording, from: Cursor): Cursor {
  const frame = recording.frameAt(from);
  if (!frame) return stepIn(recording, from);
  return search(recording, stepIn(recording, from), (visit, depth) => visit !== frame.visit || depth <= frame.depth);
}

/** The next place of the chain that this one was called from; from a built-in chain the first of the next table. */
export function stepOut(recording: Recording, from: Cursor): Cursor {
  const frame = recording.frameAt(from);
  if (!frame) return stepIn(recording, from);
  return search(recording, stepIn(recording, from), (visit, depth) => visit !== frame.visit || depth < frame.depth);
}

function search(recording: Recording, from: Cursor, wanted: (visit: number, depth: number) => boolean): Cursor {
  for (let at = from; ;) {
    const frame = recording.frameAt(at);
    if (!frame || wanted(frame.visit, frame.depth)) return at;
    // All rules of a run are in one chain.
    at = stepIn(recording, { event: at.event, rule: Infinity });
  }
}

/** The reverse of `stepIn`; undefined before the first place. */
function stepBackIn(recording: Recording, from: Cursor): Cursor | undefined {
  let at = recording.previous(from);
  while (at && recording.isQuiet(at)) at = recording.previous(at);
  return at;
}

/** The place before in this chain, or the rule that jumped to it: chains that were called are passed over. */
export function stepBackOver(recording: Recording, from: Cursor): Cursor | undefined {
  const frame = recording.frameAt(from);
  let at = stepBackIn(recording, from);
  while (at && frame) {
    const before = recording.frameAt(at);
    if (!before || before.visit !== frame.visit || before.depth <= frame.depth) return at;
    at = stepBackIn(recording, { event: at.event, rule: -Infinity });
  }
  return at;
}
