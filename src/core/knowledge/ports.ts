import { familyOfChain, packOfFamily } from './chains';
import { fit, text, type Fact } from './facts';
import type { PortMeaning } from './pack';
import { packs } from './packs';
import { programsIn } from './programs';
import { isHere, attributed, type Programs } from './attribution';
import type { RuleSetView } from './view';

/** Where a number was met; the same port means another thing to another program. */
export interface PortContext {
  readonly chain?: string | undefined;
  readonly ruleSet?: RuleSetView | undefined;
  /** The programs of the whole file, where more of it than the rule set is known. */
  readonly programs?: Programs | undefined;
}

/**
 * What listens on a port by convention; undefined for ports that mean nothing here. The port is that of the packet, 0
 * to 65535. The listening process of the file, where one is known, is worth more than any of this.
 */
export function portKnowledge(port: number, context: PortContext = {}): Fact | undefined {
  const owner = packOfFamily(context.chain === undefined ? undefined : familyOfChain(context.chain));
  const known = ports.filter((each) => each.port === port);
  const found =
    known.find((each) => each.onlyInItsChains === true && each.program === owner?.name) ??
    known.find((each) => each.onlyInItsChains !== true) ??
    (owner === undefined ? known[0] : undefined);
  if (found === undefined) return undefined;
  const programs =
    owner === undefined
      ? (context.programs ?? (context.ruleSet === undefined ? undefined : programsIn(context.ruleSet)))
      : { has: (name: string) => name === owner.name || context.programs?.has(name) === true };
  const program = found.onlyInItsChains === true ? undefined : found.program;
  const title = fit(`${port}: ${attributed(found.title, program, programs)}`);
  if (!isHere(program, programs)) return { title, details: [], sources: found.sources, elsewhere: true };
  const notes = packs.flatMap((pack) => {
    const note = pack.notes?.ports?.[String(port)];
    return note && isHere(pack.name, programs) ? note : [];
  });
  return {
    title,
    details: [...(found.details ?? []), ...notes.map((note) => note.text)].map(text),
    sources: [...found.sources, ...notes.flatMap(({ source }) => source ?? [])],
  };
}

/** The ports that have an entry, ascending. */
export function knownPorts(): readonly number[] {
  return [...new Set(ports.map((each) => each.port))].sort((a, b) => a - b);
}

/** A meaning, and whose it is; absent where it means the same to everyone. */
interface KnownPort extends PortMeaning {
  readonly program?: string;
}

const everyones: readonly KnownPort[] = [
  { port: 22, title: 'SSH', sources: ['RFC 4251'] },
  { port: 53, title: 'DNS', sources: ['RFC 1035'] },
  { port: 6081, title: 'Geneve tunnel', sources: ['RFC 8926'] },
];

const ports: readonly KnownPort[] = [
  ...packs.flatMap((pack) => (pack.ports ?? []).map((meaning) => ({ ...meaning, program: pack.name }))),
  ...everyones,
];
