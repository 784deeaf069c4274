import { formatAddress } from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import { protocolName } from '../../net/protocols';
import type { ManagedChange, ManageQuestion } from '../managed';

interface Direction {
  /** Of the names of its chains: `ufw-user-input`, `ufw-before-input`. */
  readonly chain: string;
  /** Before and after the verb. */
  readonly words: (verb: string) => string;
}

const DIRECTIONS: Readonly<Record<ManageQuestion['chain'], Direction>> = {
  INPUT: { chain: 'input', words: (verb) => verb },
  FORWARD: { chain: 'forward', words: (verb) => `route ${verb}` },
  OUTPUT: { chain: 'output', words: (verb) => `${verb} out` },
};

/**
 * The changes that ufw offers for a packet, the mildest first: a command, one whose rule comes before those that there
 * are, and a line in the file whose rules come before all others. Empty without ufw. Seen with ufw 0.36.1, and ufw(8)
 * "RULE SYNTAX".
 */
export function manageWithUfw({ wanted, table, chain, packet, rule, has }: ManageQuestion): readonly ManagedChange[] {
  if (table !== 'filter') return [];
  const { chain: name, words } = DIRECTIONS[chain];
  // ip6tables has ufw6-user-input for it.
  const prefix = ['ufw', 'ufw6'].find((each) => has(`${each}-user-${name}`));
  if (prefix === undefined) return [];
  const changes: ManagedChange[] = [];
  const about = wordsFor(packet, chain);
  const [verb, title] = wanted === 'ACCEPT' ? ['allow', 'Allow it with ufw'] : ['deny', 'Deny it with ufw'];
  const makes = { table: 'filter', chain: `${prefix}-user-${name}`, rule } as const;
  const note = 'ufw keeps it across restarts. It makes the rule';
  if (about !== undefined) {
    // A rule that denies has to come before those that allow more.
    if (wanted === 'ACCEPT')
      changes.push({ title, lines: [`ufw ${words(verb)} ${about}`], makes: { ...makes, operation: 'A' }, note });
    changes.push({
      title,
      lines: [`ufw ${words(`prepend ${verb}`).replace('prepend route', 'route prepend')} ${about}`],
      makes: { ...makes, operation: 'I' },
      note,
    });
  }
  const before = `${prefix}-before-${name}`;
  const file = `/etc/ufw/before${prefix === 'ufw6' ? '6' : ''}.rules`;
  if (has(before))
    changes.push({
      title: `${wanted === 'ACCEPT' ? 'Accept' : 'Drop'} it in ${file}`,
      lines: [`-A ${before} ${rule}`],
      makes: { table: 'filter', chain: before, operation: 'I', rule },
      note:
        `Before the other rules of ${before} in that file, then \`ufw reload\`: ufw has no command for it. It ` +
        'makes the rule',
    });
  return changes;
}

/** `proto tcp from 9.9.9.9 to any port 22`; undefined for what ufw has no words for: ICMP, later fragments. */
function wordsFor(packet: Packet, chain: ManageQuestion['chain']): string | undefined {
  if (packet.fragmentOffset > 0) return undefined;
  const ported = packet.protocol === PROTOCOL.TCP || packet.protocol === PROTOCOL.UDP;
  const name = protocolName(packet.protocol);
  if (!ported && !WITHOUT_PORTS.has(name)) return undefined;
  const from = chain === 'OUTPUT' ? 'any' : formatAddress(packet.source);
  const to = chain === 'INPUT' ? 'any' : formatAddress(packet.destination);
  return `proto ${name} from ${from} to ${to}${ported ? ` port ${packet.destinationPort}` : ''}`;
}

/** Source: ufw src/util.py, portless_protocols. */
const WITHOUT_PORTS: ReadonlySet<string> = new Set(['ah', 'esp', 'gre', 'igmp', 'ipv6', 'vrrp']);
