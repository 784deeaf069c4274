import { findBlank, skipBlanks } from '../text/blanks';
import { type Classified, NO_PROBLEMS, textOf } from './classified';
import { Command, readCommand } from './command';
import { Shape } from './shape';
import type { Problem } from './tree';

/** A program that a command line starts, and the columns of it. */
export interface ShellProgram {
  /** Without its folder. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A command line as people paste it, with or without a prompt: `iptables -t nat -A …`, `$ sudo ip6tables …`,
 * `+ iptables …` (set -x), `root@pod:/# ss -ltnp`, `kubectl exec … -- iptables-save`. Undefined for prose.
 */
export function shellLine(text: string, start: number, end: number): Classified | undefined {
  const program = findProgram(text, start, end);
  if (!program) return undefined;
  if (isTables(program.name)) return tablesCommand(text, program, end);
  if (program.name === 'ip') {
    const added = ADDED.exec(text.slice(program.end, end));
    if (added) return textOf(Shape.IpAdd);
  }
  return textOf(Shape.Echo);
}

/** The program that the command line from `start` runs, behind prompts, `sudo`, `kubectl exec … --` and `nsenter …`; undefined for prose. */
export function findProgram(text: string, start: number, end: number): ShellProgram | undefined {
  const prompt = promptEnd(text, start, end);
  let i = prompt;
  let wrapped = prompt > start;
  for (let words = 0; words < 40 && i < end; words++) {
    const wordEnd = findBlank(text, i, end);
    const word = text.slice(i, wordEnd);
    const name = baseName(word);
    if (isTables(name) || PROGRAMS.has(name)) {
      const program = { name: isVariable(name) ? variableProgram(name) : name, start: i, end: wordEnd };
      if (wrapped || plausible(name, text, skipBlanks(text, wordEnd, end), end)) return program;
      return undefined;
    }
    // Without a prompt only a known wrapper may stand in front of the program; prose ends here.
    if (words === 0 && WRAPPERS.has(name)) wrapped = true;
    else if (!wrapped) return undefined;
    i = skipBlanks(text, wordEnd, end);
  }
  return undefined;
}

/** `iptables`, `ip6tables-legacy`, `$IPTABLES`: a program that takes rules as arguments. */
export function isTables(name: string): boolean {
  return TABLES_PROGRAM.test(name) || isVariable(name);
}

/** 4 or 6 by the name of a program. */
export function programFamily(name: string): 4 | 6 {
  return /ip6|IP6/.test(name) ? 6 : 4;
}

export function programBackend(name: string): 'legacy' | 'nft' | undefined {
  return name.includes('-legacy') ? 'legacy' : name.includes('-nft') ? 'nft' : undefined;
}

const TABLES_PROGRAM = /^ip6?tables(?:-legacy|-nft)?$/;
const PROGRAMS = new Set([
  ...['iptables', 'ip6tables'].flatMap((name) => ['', '-legacy', '-nft'].flatMap((kind) => [`${name}${kind}-save`, `${name}${kind}-restore`])),
  'ss',
  'netstat',
  'route',
  'ip',
  'ifconfig',
  'ipset',
  'xtables-legacy-multi',
  'xtables-nft-multi',
]);
const WRAPPERS = new Set(['sudo', 'kubectl', 'oc', 'docker', 'podman', 'crictl', 'nerdctl', 'nsenter', 'ssh', 'exec', 'time', 'env', 'doas', 'chroot', 'k', 'istioctl']);

/** `rule add`, `route add` behind `ip`. */
const ADDED = /^(?:[ \t]+(?:-4|-6|-f[ \t]+inet6?|-family[ \t]+inet6?))*[ \t]+(?:ru|rule|r|ro|route)[ \t]+(?:add|append|replace)[ \t]+\S/;

function tablesCommand(text: string, program: ShellProgram, end: number): Classified | undefined {
  const parts = readCommand(text, program.start, end, 'shell');
  if (!parts) return undefined;
  const problems: Problem[] = [];
  if (parts.scan.unterminated) {
    problems.push({
      ...parts.scan.unterminated,
      severity: 'error',
      code: 'unterminated-quote',
      message: 'This quote is never closed; a shell would go on reading the next line.',
    });
  }
  const changes = parts.operation !== 'L' && parts.operation !== 'S';
  return {
    node: new Command(text, program.start, end, 'shell', parts.operation, programFamily(program.name)),
    shape: changes ? Shape.ProgramCommand : Shape.Echo,
    problems: problems.length > 0 ? problems : NO_PROBLEMS,
  };
}

/** Behind `$ `, `# `, `+ `, `➜  dir `, `user@host:~$ `, `[root@host ~]# `, `bash-5.1# `, `/ # `. */
function promptEnd(text: string, start: number, end: number): number {
  PROMPT.lastIndex = start;
  const found = PROMPT.exec(text);
  return found ? skipBlanks(text, start + found[0].length, end) : start;
}

const PROMPT = /(?:\+{1,6}|[$%#❯]|➜[ \t]+(?:[^\s-]{1,40}[ \t]+(?=\S))?|\[[^\]\n]{1,80}\][$#]|[\w.@:~/-]{1,100} ?[$#%>])(?=[ \t]|$|(?<=[ \t]))/y;

/** Whether what follows a program without a prompt reads like a command line and not like prose. */
function plausible(name: string, text: string, next: number, end: number): boolean {
  if (next >= end) return name.includes('tables');
  const code = text.charCodeAt(next);
  if (code === 45 || code === 62 || code === 124 || code === 60) return true;
  if (name === 'ip' || name === 'ipset') return SUBCOMMAND.has(text.slice(next, findBlank(text, next, end)));
  return name.includes('-restore') && code === 47;
}

const SUBCOMMAND = new Set(['a', 'ad', 'addr', 'address', 'r', 'ro', 'route', 'ru', 'rule', 'l', 'link', 'save', 'list']);

function baseName(word: string): string {
  const slash = word.lastIndexOf('/');
  return slash < 0 ? word : word.slice(slash + 1);
}

/** `$IPTABLES`, `"${IPT6}"`: how scripts spell the program. */
function isVariable(name: string): boolean {
  return name.charCodeAt(0) === 36 || name.charCodeAt(0) === 34 ? /^"?\$\{?\w+\}?"?$/.test(name) && /IPT|IP6T|ipt|ip6t/.test(name) : false;
}

function variableProgram(name: string): string {
  return name.includes('6') ? 'ip6tables' : 'iptables';
}
