import path from 'node:path';
import type { World } from '../../src/core/netfilter/world';
import { answersOf } from '../answers';
import { walkedLines } from './walkLines';

/** Packets, one after the other: everything that becomes of them. */
table('walks.txt');

/** Sequences of TCP packets that are forwarded: what connection tracking makes of each. */
table('tracking.txt', /^(conntrack|!)/);

/** Packets that leave by the interface that they came in by, and whether what replies to them comes back. */
table('hairpins.txt', /^(= | *now |reply|comes|no reply|hairpin|It |Its |asym|contra|!)/i);

/** Tables and chains in the order in which packets meet them, where several programs have some. */
table('layers.txt', /^(?! *(skipped|policy|start|route|ttl|reply|comes|Its |note|left|\w+: ))/);

/** IP options: what is written into them, and where the packet goes. */
table('options.txt', /^( *now |note|= |!)/);

/** Packets that seldom come, one or two after another: what decides, how it ends, and what is left behind. */
table('unusual.txt', /^(?! *(skipped|policy|returns) | +\w+( at \w+)?: )/);

/** `lines`: those that are kept, where not all of them are. */
function table(name: string, lines = /^/): void {
  const worlds = new Map<string, World>();
  answersOf(
    path.join(import.meta.dirname, name),
    (question, section) => walkedLines(question, section, worlds).filter((line) => lines.test(line)),
    (section) => worlds.delete(section),
  );
}
