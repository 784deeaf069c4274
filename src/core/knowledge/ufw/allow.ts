import { formatAddress } from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import { protocolName } from '../../net/protocols';
import type { AllowCommand, AllowQuestion } from '../managed';

interface UfwDirection {
  readonly chain: string;
  readonly words: string;
}

const DIRECTIONS: ReadonlyMap<string, UfwDirection> = new Map([
  ['INPUT', { chain: 'ufw-user-input', words: 'allow' }],
  ['FORWARD', { chain: 'ufw-user-forward', words: 'route allow' }],
  ['OUTPUT', { chain: 'ufw-user-output', words: 'allow out' }],
]);

/** The command of ufw that lets a packet through; undefined without ufw, and for what it has no words for. */
export function allowWithUfw({ chain, packet, has }: AllowQuestion): AllowCommand | undefined {
  const direction = DIRECTIONS.get(chain);
  const words = direction && wordsFor(packet, direction.words);
  // ip6tables has ufw6-user-input for it.
  const user = direction && [direction.chain, direction.chain.replace('ufw', 'ufw6')].find((name) => has(name));
  if (user === undefined || words === undefined) return undefined;
  return {
    title: 'Allow it with ufw',
    text: words,
    chain: user,
    note: 'ufw keeps it across restarts. It makes the rule',
  };
}

/** `ufw allow proto tcp from 9.9.9.9 to any port 22`, see ufw(8) "RULE SYNTAX". ufw has no words for ICMP. */
function wordsFor(packet: Packet, words: string): string | undefined {
  if (packet.fragmentOffset > 0 || (packet.protocol !== PROTOCOL.TCP && packet.protocol !== PROTOCOL.UDP))
    return undefined;
  const from = words === 'allow out' ? 'any' : formatAddress(packet.source);
  const to = words === 'allow' ? 'any' : formatAddress(packet.destination);
  return `ufw ${words} proto ${protocolName(packet.protocol)} from ${from} to ${to} port ${packet.destinationPort}`;
}
