import type { Backend } from '../xtables/backend';
import type { InterfacesOfRule } from './listedInterfaces';

/**
 * The program that rules are for: iptables or ip6tables of one of the back ends. There is one object for each, so that
 * `===` compares them.
 */
export interface Program {
  readonly family: 4 | 6;
  readonly backend: Backend;
  /** Tells interfaces that a listing of the rules does not show. */
  readonly interfacesOf: InterfacesOfRule;
}

const made = new WeakMap<InterfacesOfRule, readonly Program[]>();

/** `interfacesOf`: undefined where no listing is read. */
export function programOf(
  family: 4 | 6,
  backend: Backend = 'legacy',
  interfacesOf: InterfacesOfRule = NOT_KNOWN,
): Program {
  let programs = made.get(interfacesOf);
  if (!programs) made.set(interfacesOf, (programs = programsWith(interfacesOf)));
  return programs.find((each) => each.family === family && each.backend === backend) as Program;
}

function programsWith(interfacesOf: InterfacesOfRule): readonly Program[] {
  return ([4, 6] as const).flatMap((family) =>
    (['legacy', 'nft'] as const).map((backend) => ({ family, backend, interfacesOf })),
  );
}

const NOT_KNOWN: InterfacesOfRule = () => undefined;
