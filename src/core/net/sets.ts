import type { IpSet } from './host';
import { compileSet, type SetProblem } from './setEntries';

/** A line of `ipset save` text that cannot be read. `line` is 1-based. */
export interface SetsProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads `ipset save` text, or input of `ipset restore` (create, add, del, flush, destroy; others are problems). Lines that are
 * wrong are reported and left out. Never throws.
 */
export function parseSets(text: string): { readonly sets: ReadonlyMap<string, IpSet>; readonly problems: readonly SetsProblem[] } {
  const sets = new Map<string, IpSet & { readonly entries: string[] }>();
  const problems: SetsProblem[] = [];
  let number = 0;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    number++;
    const message = readLine(raw.trim(), sets);
    if (message !== undefined) problems.push({ line: number, message });
  }
  for (const set of sets.values()) {
    for (const { entry, message } of compileSet(set).problems) problems.push({ line: lineOf(text, set.name, entry), message });
  }
  return { sets, problems: problems.sort((a, b) => a.line - b.line) };
}

type Sets = Map<string, IpSet & { readonly entries: string[] }>;

function readLine(line: string, sets: Sets): string | undefined {
  if (line === '' || line.startsWith('#') || line === 'COMMIT') return undefined;
  const [verb = '', name = '', ...rest] = line.split(/\s+/).filter((word) => word !== '-exist' && word !== '-!');
  const set = sets.get(name);
  switch (verb) {
    case 'create':
    case '-N': {
      const [type = '', ...options] = rest;
      if (!SET_TYPES.has(type)) return `"${type}" is not a type of set`;
      const at = options.indexOf('family');
      const family = at >= 0 && options[at + 1] === 'inet6' ? 6 : 4;
      sets.set(name, { name, type, family, options, entries: [] });
      return undefined;
    }
    case 'add':
    case '-A':
      if (set === undefined) return `there is no set "${name}"`;
      set.entries.push(rest.join(' '));
      return undefined;
    case 'del':
    case '-D': {
      if (set === undefined) return `there is no set "${name}"`;
      const at = set.entries.findIndex((entry) => entry.split(' ')[0] === rest[0]);
      if (at < 0) return `"${rest[0] ?? ''}" is not in set "${name}"`;
      set.entries.splice(at, 1);
      return undefined;
    }
    case 'flush':
    case '-F':
      for (const each of name === '' ? sets.values() : set ? [set] : []) each.entries.length = 0;
      return undefined;
    case 'destroy':
    case '-X':
      if (name === '') sets.clear();
      else sets.delete(name);
      return undefined;
    default:
      return `"${verb}" is not understood here; a saved set has "create" and "add" lines`;
  }
}

function lineOf(text: string, name: string, entry: SetProblem['entry']): number {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.findIndex((line) => line.includes(` ${name} `) && line.replace(/\s+/g, ' ').includes(entry)) + 1;
}

const SET_TYPES: ReadonlySet<string> = new Set([
  'bitmap:ip', 'bitmap:ip,mac', 'bitmap:port', 'hash:ip', 'hash:mac', 'hash:ip,mac', 'hash:net', 'hash:net,net', 'hash:ip,port', 'hash:net,port',
  'hash:ip,port,ip', 'hash:ip,port,net', 'hash:ip,mark', 'hash:net,port,net', 'hash:net,iface', 'list:set',
]);
