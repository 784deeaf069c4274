import { editDistance } from '../../core/text/editDistance';
import type { Host } from '../../core/net/host';
import { isRecord } from '../../core/net/jsonFields';
import type { PacketRequest } from '../../core/net/packetRequest';
import { INNER_NAME, PORT_NAME, TUNNEL_NAME } from '../../core/ruleset/host/usual';
import type { SourceFile } from '../../core/syntax/sourceFile';

/** An interface of the packet that nothing in the file names. */
export interface UnknownInterface {
  readonly name: string;
  /** What follows after that: `: did you mean eth0?`, or those that there are. */
  readonly hint: string;
}

/**
 * The interfaces of a packet that nothing in the file names: a rule for it is seldom missing, a letter is often. None
 * where the file names no interface at all. `overrides`: as for `settingOf`.
 */
export function unknownInterfaces(
  { iface, oface }: PacketRequest,
  file: SourceFile,
  host: Host,
  overrides: unknown,
): readonly UnknownInterface[] {
  const asked = new Set([iface, oface].filter((name): name is string => name !== undefined && name !== 'lo'));
  return [...asked].flatMap((name) => {
    if (isNamed(name, file) || isGiven(name, overrides)) return [];
    const known = host.interfaces
      .map((each) => each.name)
      .filter((each) => each !== name && each !== 'lo' && isNamed(each, file));
    if (known.length === 0) return [];
    const near = known
      .map((each) => ({ each, distance: editDistance(name, each, MOST_SLIPS) }))
      .sort((a, b) => a.distance - b.distance)[0];
    if (near && near.distance <= MOST_SLIPS) return [{ name, hint: `: did you mean ${near.each}?` }];
    if (isOpenPort(name, known, file)) return [];
    return [{ name, hint: `; it knows ${known.slice(0, MOST_NAMED).join(', ')}` }];
  });
}

export function unknownInterfaceWords({ name, hint }: UnknownInterface): string {
  return `The file knows no interface ${name}${hint}`;
}

/** Every host has a way out. Rules for bridges and tunnels alone do not tell what it is called. */
function isOpenPort(name: string, known: readonly string[], { sections }: SourceFile): boolean {
  return (
    PORT_NAME.test(name) &&
    known.every((each) => INNER_NAME.test(each) || TUNNEL_NAME.test(each)) &&
    !sections.some(({ kind }) => kind === 'interfaces')
  );
}

/** The caller lists it as one of the host. */
function isGiven(name: string, overrides: unknown): boolean {
  const ifaces = isRecord(overrides) ? overrides['ifaces'] : undefined;
  return Array.isArray(ifaces) && ifaces.some((each: unknown) => isRecord(each) && each['name'] === name);
}

const named = new WeakMap<SourceFile, Map<string, boolean>>();

/** It is in the file, or a rule has a pattern for it, such as `-i eth+`; each name is looked for once. */
function isNamed(name: string, file: SourceFile): boolean {
  let known = named.get(file);
  if (!known) named.set(file, (known = new Map<string, boolean>()));
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = stands(name, file)));
  return found;
}

function stands(name: string, { lines }: SourceFile): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const word = new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`);
  if (lines.some(({ text }) => text.includes(name) && word.test(text))) return true;
  const patterns = Array.from(name, (_, i) => `${name.slice(0, i + 1)}+`);
  return lines.some(({ text }) => text.includes('+') && patterns.some((pattern) => text.includes(` ${pattern}`)));
}

const MOST_SLIPS = 2;
const MOST_NAMED = 5;
