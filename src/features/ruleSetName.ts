import { packs } from '../core/knowledge/packs';
import type { Line } from '../core/syntax/tree';
import type { Dump, FileModel } from './fileModel';
import { isNamespace, machineName } from './machinePlace';

/** So far above the rules their command is looked for: a long log may be between. */
const LOOKED_AT = 400;

/**
 * What a person calls a rule set: whose it is, from the command or the prompt above it, and which of its states:
 * `pod server-6cdd6d8fcc-q8wzh, saved state`, `host node-3, saved state`, `saved state, IPv6`.
 */
export function ruleSetName(model: Pick<FileModel, 'file'>, dump: Dump): string {
  const name = NAMES.get(dump) ?? findName(model, dump);
  NAMES.set(dump, name);
  return name;
}

/** Each view of a file asks for them. */
const NAMES = new WeakMap<Dump, string>();

/**
 * Whose rules they are: `pod server-6cdd6d8fcc-q8wzh`, `host node-3`, `network namespace red`; undefined where neither
 * their command nor anything above them says so.
 */
export function ownerOfRules({ file }: Pick<FileModel, 'file'>, { section }: Dump): string | undefined {
  const { machine } = section;
  return machine && isNamespace(machine) ? machineName(machine) : whose(file.lines, section.lines[0]?.index ?? 0);
}

function findName(model: Pick<FileModel, 'file'>, dump: Dump): string {
  const { section } = dump;
  const parts = [ownerOfRules(model, dump), stateOf(section), section.family === 6 ? 'IPv6' : ''];
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function stateOf({ role, form, fragment, title }: Dump['section']): string {
  if (role === 'saved-state') return 'saved state';
  if (form === 'commands') return 'commands';
  if (fragment) return 'rules';
  return title === undefined ? 'input of iptables-restore' : 'rules as written';
}

function whose(lines: readonly Line[], from: number): string | undefined {
  for (let i = from; i >= Math.max(0, from - LOOKED_AT); i--) {
    const line = lines[i];
    const found = line && ownerOf(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lines stay the same objects through edits, and rule sets that follow each other share them. */
const OWNERS = new WeakMap<Line, { readonly owner: string | undefined }>();

function ownerOf(line: Line): string | undefined {
  let known = OWNERS.get(line);
  if (!known) OWNERS.set(line, (known = { owner: ownerIn(line.text) }));
  return known.owner;
}

/** Lines that are longer are not commands. */
const LONGEST_COMMAND = 400;

function ownerIn(line: string): string | undefined {
  if (line.length > LONGEST_COMMAND) return undefined;
  for (const pack of packs) {
    const owner = pack.ownerOfOutput?.(line);
    if (owner !== undefined) return owner;
  }
  const prompt = /^\s*\[?[\w.-]+@([A-Za-z][\w-]*)[\w.-]*(?:[:\s][^$#]*)?\]?[$#]\s/.exec(line);
  return prompt?.[1] === undefined ? undefined : `host ${prompt[1]}`;
}
