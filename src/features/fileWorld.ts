import { addConnections } from '../core/netfilter/connections';
import { World } from '../core/netfilter/world';
import { connectionsOf } from '../core/ruleset/host/fileConnections';
import type { SourceFile } from '../core/syntax/sourceFile';

const WORLDS = new WeakMap<SourceFile, World>();

/**
 * What the host of a file remembers before any packet: the connections that the file lists. Made once for each file.
 */
export function worldOfFile(file: SourceFile): { readonly world?: World } {
  const known = WORLDS.get(file);
  if (known) return { world: known };
  const connections = connectionsOf(file);
  if (connections.length === 0) return {};
  const world = new World();
  // One that is wrong leaves the others as they are.
  for (const connection of connections) addConnections([connection], world);
  WORLDS.set(file, world);
  return { world };
}
