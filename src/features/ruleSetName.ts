import type { Line } from '../core/syntax/tree';
import type { Dump, FileModel } from './fileModel';

/** So far above the rules their command is looked for: a log of istio-init stands between. */
const LOOKED_AT = 400;

/**
 * What a person calls a rule set: whose it is, from the command or the prompt above it, and which of its states:
 * `pod server-6cdd6d8fcc-q8wzh, saved state`, `host node-3, saved state`, `saved state, IPv6`.
 */
export function ruleSetName({ file }: Pick<FileModel, 'file'>, dump: Dump): string {
  const name = NAMES.get(dump) ?? findName(file.lines, dump);
  NAMES.set(dump, name);
  return name;
}

/** Each view of a file asks for them. */
const NAMES = new WeakMap<Dump, string>();

function findName(lines: readonly Line[], { section }: Dump): string {
  const first = section.lines[0]?.index ?? 0;
  const parts = [whose(lines, first), stateOf(section), section.family === 6 ? 'IPv6' : ''];
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
    const found = ownerIn(lines[i]?.text ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The line of a longer one that can be a command. */
const LONGEST_COMMAND = 400;

function ownerIn(line: string): string | undefined {
  if (line.length > LONGEST_COMMAND) return undefined;
  const command = /\b(kubectl|oc|docker|podman|nerdctl|crictl)\s+(?:.*?\s)?(logs|exec|debug)\s+(.*)$/.exec(line);
  if (command) {
    const name = firstOperand(command[3] ?? '');
    if (name === undefined) return undefined;
    return command[1] === 'kubectl' || command[1] === 'oc' ? podWords(name) : `container ${name}`;
  }
  const prompt = /^\s*\[?[\w.-]+@([A-Za-z][\w-]*)[\w.-]*(?:[:\s][^$#]*)?\]?[$#]\s/.exec(line);
  return prompt?.[1] === undefined ? undefined : `host ${prompt[1]}`;
}

/** `pod/web-1` and `deploy/web` say themselves what they are. */
function podWords(name: string): string {
  const [kind, rest] = name.split('/');
  return rest === undefined || rest === '' ? `pod ${name}` : kind === 'pod' || kind === 'pods' ? `pod ${rest}` : name;
}

/** Options of kubectl, docker and the like that have their value in the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '-c',
  '--container',
  '--context',
  '--kubeconfig',
  '-l',
  '--selector',
  '-u',
  '--user',
  '--tail',
  '--since',
  '--image',
  '--target',
]);

function firstOperand(words: string): string | undefined {
  const list = words.split(/\s+/);
  for (let i = 0; i < list.length; i++) {
    const word = list[i] as string;
    if (word === '--') return undefined;
    if (WITH_VALUE.has(word)) i++;
    else if (!word.startsWith('-')) return /^[\w./-]+$/.test(word) && word !== '' ? word : undefined;
  }
  return undefined;
}
