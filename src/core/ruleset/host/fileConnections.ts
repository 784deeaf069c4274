import { readConnectionLine, type ConnectionGiven } from '../../net/connectionLine';
import type { SourceFile } from '../../syntax/sourceFile';

/**
 * The connections that exist, in the words of the JSON contract, of which `conntrack -L` and its kin list them. Those
 * that have ended according to `conntrack -E` are omitted. Read once for each file.
 */
export function connectionsOf(file: SourceFile): readonly ConnectionGiven[] {
  const known = CACHE.get(file);
  if (known) return known;
  const found = new Map<string, ConnectionGiven>();
  for (const section of file.sections) {
    if (section.kind !== 'connections') continue;
    for (const { text } of section.connections) {
      const read = readConnectionLine(text);
      if (!read) continue;
      // Another line of the same connection shows a later state of it.
      found.delete(read.key);
      if (!read.ended) found.set(read.key, read.connection);
    }
  }
  const connections = [...found.values()];
  CACHE.set(file, connections);
  return connections;
}

const CACHE = new WeakMap<SourceFile, readonly ConnectionGiven[]>();
