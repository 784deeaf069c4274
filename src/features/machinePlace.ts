import { packs } from '../core/knowledge/packs';
import type { Machine } from '../core/syntax/machine';

interface Place {
  readonly preposition: 'in' | 'on';
  readonly words: string;
}

/** Whether a command ran in a network namespace of which no program says whose it is. */
export function isNamespace({ within }: Machine): boolean {
  return /(?:^| )(?:netns|nsenter) \S+$/.test(within);
}

/** Where a command ran: `in pod web-7`, `on gate3`, `in network namespace red on gate3`. */
export function machinePlace(machine: Machine): string {
  const { preposition, words } = placeOf(machine);
  return `${preposition} ${words}`;
}

/** The same without the preposition. */
export function machineName(machine: Machine): string {
  return placeOf(machine).words;
}

function placeOf({ name, within }: Machine): Place {
  if (within === '') return { preposition: 'on', words: name ?? 'the machine of the prompt' };
  const places = placesIn(within.split(' '));
  const [inner, ...outer] = [...(places ?? [])].reverse();
  // A program of which nothing is known here stays as it is written.
  if (!inner) return { preposition: 'on', words: within };
  return {
    preposition: inner.preposition,
    words: [inner.words, ...outer.map(({ preposition, words }) => `${preposition} ${words}`)].join(' '),
  };
}

/** From the outermost to the innermost; undefined where a word is not known. */
function placesIn(words: readonly string[]): readonly Place[] | undefined {
  const places: Place[] = [];
  for (let i = 0; i < words.length;) {
    const [program = '', ...operands] = words.slice(i);
    const runs = operands[0] === 'run';
    const operand = operands[runs ? 1 : 0];
    const place = operand === undefined ? undefined : entered(program, operand, runs);
    if (!place) return undefined;
    places.push(place);
    i += runs ? 3 : 2;
  }
  return places;
}

function entered(program: string, operand: string, runs: boolean): Place | undefined {
  if (program === 'ssh') return { preposition: 'on', words: operand };
  if (program === 'netns') return { preposition: 'in', words: `network namespace ${operand}` };
  if (program === 'nsenter')
    return {
      preposition: 'in',
      words: /^\d+$/.test(operand)
        ? `the network namespace of process ${operand}`
        : `network namespace ${operand.split('/').at(-1) ?? operand}`,
    };
  const kind = packs.map(({ enters }) => enters?.[program]).find((each) => each !== undefined);
  if (kind === undefined) return undefined;
  const [, deployment] = /^deploy\/(.+)$/.exec(operand) ?? [];
  return {
    preposition: 'in',
    words:
      deployment !== undefined
        ? `a ${kind} of deployment ${deployment}`
        : runs
          ? `a ${kind} of image ${operand}`
          : `${kind} ${operand}`,
  };
}
