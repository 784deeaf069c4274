import { formatAddress } from '../../core/net/address';
import { protocolName } from '../../core/net/protocols';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { RichText } from '../../shared/traceModel';
import { packetMatch, sidesIn } from './packetMatch';
import type { Place } from './place';
import type { RuleCommand } from './remedy';
import { own } from '../../core/text/own';

/** A place that the program which manages the rules keeps for the user's own. */
export interface ManagedPlace {
  readonly title: RichText;
  readonly command: RuleCommand;
  /** What to run instead of the command, where the program has a word for it. */
  readonly text?: string;
  readonly note: string;
}

/** Where Docker and ufw want rules of the user, if they are at work in the chain that dropped the packet. */
export function managedPlaces(place: Place, ruleSet: RuleSet | undefined): readonly ManagedPlace[] {
  const { chain, view } = place;
  const chains = ruleSet?.tables.get('filter')?.chains;
  if (chain.table !== 'filter' || !chains || (view.conntrack !== undefined && view.conntrack.state !== 'NEW'))
    return [];
  const found: ManagedPlace[] = [];
  const rule = `${packetMatch(view.packet, sidesIn(view))} -j ACCEPT`;
  if (chain.name === 'FORWARD' && place.visited.has('DOCKER-USER')) {
    found.push({
      title: [{ text: 'Accept it in ' }, { text: 'DOCKER-USER', style: 'code' }],
      command: { table: 'filter', chain: 'DOCKER-USER', operation: 'I', rule },
      note: 'Docker leaves this chain to the user. Rules elsewhere in FORWARD end up behind its own when it starts again.',
    });
  }
  const ufw = own(UFW, chain.name);
  const words = ufw && ufwWords(view.packet, ufw.words);
  // ip6tables has ufw6-user-input for it.
  const user = ufw && [ufw.chain, ufw.chain.replace('ufw', 'ufw6')].find((name) => chains.has(name));
  if (user !== undefined && words !== undefined) {
    found.push({
      title: [{ text: 'Allow it with ufw' }],
      command: { table: 'filter', chain: user, operation: 'A', rule },
      text: words,
      note: 'ufw keeps it over a restart. It makes the rule',
    });
  }
  return found;
}

const UFW: Readonly<Record<string, { readonly chain: string; readonly words: string }>> = {
  INPUT: { chain: 'ufw-user-input', words: 'allow' },
  FORWARD: { chain: 'ufw-user-forward', words: 'route allow' },
  OUTPUT: { chain: 'ufw-user-output', words: 'allow out' },
};

/** `ufw allow proto tcp from 9.9.9.9 to any port 22`, see ufw(8) "RULE SYNTAX". ufw has no words for ICMP. */
function ufwWords(packet: Packet, words: string): string | undefined {
  if (packet.fragmentOffset > 0 || (packet.protocol !== PROTOCOL.TCP && packet.protocol !== PROTOCOL.UDP))
    return undefined;
  const from = words === 'allow out' ? 'any' : formatAddress(packet.source);
  const to = words === 'allow' ? 'any' : formatAddress(packet.destination);
  return `ufw ${words} proto ${protocolName(packet.protocol)} from ${from} to ${to} port ${packet.destinationPort}`;
}
