import { programBackend, programFamily } from './shellProgram';
import { Shape } from './shape';
import type { Line } from './tree';

/** What the lines right above some rules state about them. */
export interface Heading {
  readonly table: string | undefined;
  readonly family: 4 | 6 | undefined;
  readonly backend: 'legacy' | 'nft' | undefined;
  /**
   * What distinguishes these rules from others in the same text: a state (`after`) or a machine (`node worker-2`), in
   * small letters.
   */
  readonly scope: string | undefined;
  /** The heading as written, for messages that say why. */
  readonly text: string | undefined;
}

const NONE: Heading = { table: undefined, family: undefined, backend: undefined, scope: undefined, text: undefined };

/** At most this many lines above the rules are checked, and this many of them that are text are read. */
const MOST_LINES = 8;
const MOST_TEXTS = 2;
const LONGEST = 300;

/** Reads the headings right above the line `at`; blank lines, fences and a command line may be between. */
export function headingAbove(lines: readonly Line[], at: number): Heading {
  let found = NONE;
  let texts = 0;
  for (let i = at - 1; i >= Math.max(0, at - MOST_LINES) && texts < MOST_TEXTS; i--) {
    const line = lines[i];
    if (!line) break;
    if (line.shape === Shape.Text || line.shape === Shape.Comment) {
      if (line.text.length > LONGEST) break;
      texts++;
      const read = readHeading(line.text.slice(line.contentStart));
      if (read !== NONE)
        found = {
          table: found.table ?? read.table,
          family: found.family ?? read.family,
          backend: found.backend ?? read.backend,
          scope: found.scope ?? read.scope,
          text: found.text ?? read.text,
        };
    } else if (line.shape !== Shape.Blank && line.shape !== Shape.Fence && line.shape !== Shape.Echo) break;
  }
  return found;
}

/** The table that a comment between rules names as what follows: `# nat`, `# --- mangle table ---`. */
export function tableOfHeading(text: string): string | undefined {
  return text.length > LONGEST ? undefined : readHeading(text).table;
}

function readHeading(text: string): Heading {
  const command = COMMAND.exec(text);
  const plain = text
    .replace(DECORATION, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim();
  const table = (command && tableOfCommand(command[2] ?? '', command[3] ?? '')) ?? tableOfWords(plain);
  const family = command
    ? programFamily(command[1] ?? '')
    : /\bIP ?v?6\b/i.test(plain)
      ? 6
      : /\bIP ?v?4\b/i.test(plain)
        ? 4
        : undefined;
  const backend = command
    ? programBackend(command[1] ?? '')
    : /\blegacy\b/i.test(plain)
      ? 'legacy'
      : /\bnft|\bnf_tables\b/i.test(plain)
        ? 'nft'
        : undefined;
  const scope = scopeOf(plain, text);
  return table === undefined && family === undefined && backend === undefined && scope === undefined
    ? NONE
    : { table, family, backend, scope, text: plain };
}

/** Signs with which people make a line a heading. */
const DECORATION = /[#=*_`~<>[\]{}()"'|—–-]{2,}|[#=*`~<>[\]{}"'|—–]/g;
const COMMAND = /\b(ip6?tables(?:-legacy|-nft)?)(-save)?\b([^`'"]*)/;

/** `iptables -S` is about filter; `iptables-save` is about all tables, which have their names in it. */
function tableOfCommand(save: string, rest: string): string | undefined {
  const given = /(?:^|\s)(?:-t ?|--table[ =])(\w+)/.exec(rest)?.[1];
  if (given !== undefined) return given;
  return save === '' && /(?:^|\s)(?:-[nvx]*[SL]|--list)/.test(rest) ? 'filter' : undefined;
}

const NAMES = 'filter|nat|mangle|raw|security';
const ONLY = new RegExp(
  `^(?:(?:the|my|and|in|from|output of|rules of|rules in|current|chains? in) )*(?:IP ?v?[46] )?(?:table:? )?(${NAMES})(?: (?:table|rules|chains?|section|output|IP ?v?[46]))*(?: (?:on|of|for|in) [^:]{1,40})?:?$`,
  'i',
);
const AS_TABLE = new RegExp(`\\b(?:table:? (${NAMES})|(${NAMES}) (?:table|rules))\\b`, 'i');

function tableOfWords(plain: string): string | undefined {
  const only = ONLY.exec(plain)?.[1];
  if (only !== undefined) return only.toLowerCase();
  // A sentence about a table is a heading where it ends with a colon, or is short.
  if (!plain.endsWith(':') && plain.length > 40) return undefined;
  const named = new Set(
    [...plain.matchAll(new RegExp(AS_TABLE, 'gi'))].map(([, a, b]) => (a ?? b ?? '').toLowerCase()),
  );
  return named.size === 1 ? [...named][0] : undefined;
}

const STATE =
  /\b(before|after(?:wards)?|previous(?:ly)?|old|new|original(?:ly)?|working|broken|not working|failing|good|bad|earlier|later|first boot|reboot(?:ed)?|restart(?:ed)?)\b/i;
const MACHINE =
  /\b(node|pod|host|server|client|machine|vm|container|router|master|worker|control[- ]?plane|gateway|peer|site|box|firewall|laptop|desktop|guest|namespace|netns)(?:s? (?:called|named))?[ :#-]{1,3}["'`]?([\w.-]{1,63})/i;
const NAMED = /^(?:on|from|in|at) ([\w.-]{1,63}):?$/i;
const NAME_ONLY = /^([a-z][\w.]*[-.\d][\w.-]{0,60}):?$/i;

function scopeOf(plain: string, written: string): string | undefined {
  if (plain.length > 80) return undefined;
  const heading = plain.endsWith(':') || /^[ \t]*[#=*[-]/.test(written) || plain.split(' ').length <= 4;
  if (!heading) return undefined;
  const state = STATE.exec(plain)?.[1]?.toLowerCase();
  const machine = MACHINE.exec(plain);
  const name = machine ? `${machine[1]} ${machine[2]}` : (NAMED.exec(plain)?.[1] ?? NAME_ONLY.exec(plain)?.[1]);
  const named =
    name !== undefined && !/tables|\.(?:v[46]|rules|sh|txt|conf)$/i.test(name) ? name.toLowerCase() : undefined;
  return [named, state].filter((word) => word !== undefined).join(' ') || undefined;
}
