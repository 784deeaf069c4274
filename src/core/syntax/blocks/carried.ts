import { DerivedLine } from '../derived';
import { quoteEnd } from '../prefix';
import { namedAbove } from '../sections/iniFile';
import { Shape } from '../shape';
import type { FileProblem, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * Commands in the configuration of other programs: `PostUp =` of wg-quick(8), `post-up` of interfaces(5), `ExecStart=`
 * of systemd.service(5), `@reboot` of crontab(5). What runs when the interface or service comes up is read, as a shell
 * would; what runs when it goes down is not applied. The lines stay what they are to the readers of addresses; the
 * commands are after them.
 */
export const carried: BlockReader = {
  begins: [Shape.Text, Shape.Assignment, Shape.Rule, Shape.ProgramCommand],
  read: readCarried,
};

interface Carrier {
  readonly pattern: RegExp;
  /** The reason why it is not applied; undefined where it is. */
  readonly down?: string;
}

const CARRIERS: readonly Carrier[] = [
  { pattern: /(?:Pre|Post)Up[ \t]*=[ \t]*/iy },
  { pattern: /(?:Pre|Post)Down[ \t]*=[ \t]*/iy, down: 'it runs when the tunnel goes down' },
  { pattern: /(?:pre-|post-)?up[ \t]+/y },
  { pattern: /(?:pre-|post-)?down[ \t]+/y, down: 'it runs when the interface goes down' },
  { pattern: /ExecStart(?:Pre|Post)?[ \t]*=[ \t]*(?:[@:+!]{0,3}-)?[@:+!|]{0,3}/y },
  {
    pattern: /Exec(?:Stop(?:Post)?|Reload|Condition)[ \t]*=[ \t]*[@:+!|-]{0,4}/y,
    down: 'it does not run when the service starts',
  },
  { pattern: /(?:@reboot|(?:[\d*/,-]{1,20}[ \t]+){4}[\d*/,-]{1,20})[ \t]+(?:root[ \t]+)?/y },
];

function readCarried(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (!find(lines[from] as Line)) return undefined;
  let to = from;
  while (to < lines.length && (GOES_ON[shapes[to] as number] || find(lines[to] as Line))) to++;
  const commands: Line[] = [];
  const problems: FileProblem[] = [];
  let name: string | undefined;
  let known = false;
  for (let i = from; i < to; i++) {
    const line = lines[i] as Line;
    if (shapes[i] === Shape.Ini || shapes[i] === Shape.Stanza) known = false;
    const found = find(line);
    if (!found) continue;
    if (found.down !== undefined) {
      problems.push({
        line,
        start: quoteEnd(line.text, line.text.length),
        end: line.text.length,
        severity: 'info',
        code: 'not-read',
        message: `not applied: ${found.down}`,
      });
      continue;
    }
    if (!known) name = interfaceOf(lines, shapes, i);
    known = true;
    commands.push(...derived(line, found, name).read());
  }
  // By itself such a line may look like a command, with `ExecStart=` as a setting before it.
  const kept = lines.slice(from, to).filter(({ shape }) => GOES_ON[shape]);
  return { to, lines: [...kept, ...commands], problems };
}

const GOES_ON = new Uint8Array(256);
for (const shape of [Shape.Text, Shape.Assignment, Shape.Blank, Shape.Comment, Shape.Ini, Shape.Stanza])
  GOES_ON[shape] = 1;

function find({
  text,
}: Line): { readonly start: number; readonly mayFail: boolean; readonly down: string | undefined } | undefined {
  if (!text.includes('tables')) return undefined;
  const begin = quoteEnd(text, text.length);
  for (const { pattern, down } of CARRIERS) {
    pattern.lastIndex = begin;
    const found = pattern.exec(text);
    if (found) return { start: begin + found[0].length, mayFail: /=[ \t]*[@:+!]*-/.test(found[0]), down };
  }
  return undefined;
}

/** The command; `%i` and `$IFACE` are the interface, where something names it. */
function derived(
  line: Line,
  { start, mayFail }: { readonly start: number; readonly mayFail: boolean },
  name: string | undefined,
): DerivedLine {
  const out = new DerivedLine();
  let at = start;
  if (name !== undefined) {
    for (const found of line.text.slice(start).matchAll(/%i\b|\$IFACE\b|\$\{IFACE\}/g)) {
      out
        .keep(line, at, start + found.index)
        .put(name, line, start + found.index, start + found.index + found[0].length);
      at = start + found.index + found[0].length;
    }
  }
  out.keep(line, at);
  // systemd passes over the failure of a command after `-`.
  if (mayFail) out.put(' || true', line, line.text.length, line.text.length);
  return out;
}

/** The interface of a stanza, or of the file that a heading above `[Interface]` names. */
function interfaceOf(lines: readonly Line[], shapes: Uint8Array, from: number): string | undefined {
  for (let i = from - 1; i >= Math.max(0, from - MOST_ABOVE); i--) {
    const line = lines[i] as Line;
    if (shapes[i] === Shape.Stanza)
      return /^iface[ \t]+([\w.-]{1,15})/.exec(line.text.slice(line.contentStart, line.contentStart + 200))?.[1];
    if (shapes[i] === Shape.Ini) return namedAbove(lines, i);
  }
  return undefined;
}

const MOST_ABOVE = 100;
