import type { Section } from '../core/syntax/sourceFile';

/** At most this many are named; a host with more of them is described by its file. */
const MOST_NAMED = 4;
/** A route or a rule may have very many words. */
const LONGEST = 60;

/**
 * What a listing of a host holds, in short, for a person who wonders whether it was understood: `eth0 10.0.0.1/24, lo
 * 127.0.0.1/8`. Empty where that says nothing.
 */
export function examplesOf(section: Section): string {
  const all = [...new Set(textsOf(section))];
  const shown = all.slice(0, MOST_NAMED).map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text));
  return `${shown.join(', ')}${all.length > MOST_NAMED ? ', …' : ''}`;
}

function textsOf(section: Section): readonly string[] {
  switch (section.kind) {
    case 'routes':
      return section.routes
        .slice(0, MOST_NAMED + 1)
        .map(({ words }) => words.replace(/ (?:proto|scope|src|metric) \S+/g, ''));
    case 'policy-rules':
      return section.rules.slice(0, MOST_NAMED + 1).map(({ words }) => words);
    case 'interfaces':
      return section.interfaces.flatMap(({ name, addresses }) => addresses.map((address) => `${name} ${address}`));
    case 'addresses':
      return section.addresses.map(
        ({ address, of, name }) => `${of === 'host' ? '' : `${of} `}${name === undefined ? '' : `${name} `}${address}`,
      );
    case 'sockets':
      return section.sockets.map(
        ({ protocol, address, port, process }) =>
          `${protocol.replace('6', '')} ` +
          `${address.includes(':') ? `[${address}]` : address}:${port}${process === undefined ? '' : ` ${process}`}`,
      );
    case 'sysctls':
      return section.sysctls.map(({ name, value }) => `${name} = ${value}`);
    default:
      return [];
  }
}
