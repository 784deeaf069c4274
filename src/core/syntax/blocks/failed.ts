import { Shape } from '../shape';
import type { Line, Operation } from '../tree';
import { MESSAGE_KEYS } from '../wrappings/messageKeys';
import type { Block, BlockReader } from './block';

/**
 * A command and, right below it, what iptables said when it refused it: the command changed nothing. That a chain is
 * there already is not a failure where it should be there.
 */
export const failed: BlockReader = { begins: [Shape.ProgramCommand, Shape.Wrapped], read: readFailed };

function readFailed(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  const belowIs = shapes[from + 1];
  if (belowIs !== Shape.Text && belowIs !== Shape.Wrapped) return undefined;
  const line = lines[from] as Line;
  const operation = operationOf(line);
  if (operation === undefined) return undefined;
  const refusal = refusalIn(lines[from + 1] as Line);
  if (refusal === undefined || (operation === 'N' && refusal.startsWith('Chain already exists'))) return undefined;
  const message = `Not applied: according to the line below, iptables refused this command ("${refusal}").`;
  return {
    to: from + 2,
    lines: [],
    problems: [{ line, start: line.contentStart, end: line.text.length, severity: 'info', code: 'not-read', message }],
  };
}

/** Of the command in a line, where it is the only one, also in a message of a log. */
function operationOf({ node, embedded }: Line): Operation | undefined {
  if (node.kind === 'command') return node.operation;
  const commands = embedded?.flatMap((each) => (each.node.kind === 'command' ? [each] : [])) ?? [];
  const [only] = commands;
  return commands.length === 1 && only?.shape === Shape.ProgramCommand && only.node.kind === 'command'
    ? only.node.operation
    : undefined;
}

function refusalIn({ text, contentStart, embedded }: Line): string | undefined {
  if (text.length > LONGEST) return undefined;
  const message = MESSAGE.exec(text);
  const places: (readonly [text: string, start: number])[] = [
    [text, contentStart],
    ...(message ? [[text, message.index + message[0].length] as const] : []),
    ...(embedded ?? []).map((each) => [each.text, each.contentStart] as const),
  ];
  for (const [within, start] of places) {
    REFUSAL.lastIndex = start;
    const reason = REFUSAL.exec(within)
      ?.slice(1)
      .find((each) => each !== undefined);
    if (reason !== undefined) return (start > contentStart ? reason.replace(END_OF_MESSAGE, '') : reason).trim();
  }
  return undefined;
}

/** What of the log stands behind its message. */
const END_OF_MESSAGE = /(?:\\n)?"(?:[ \t,}].*)?$/;
const LONGEST = 2000;
/** The message of a log of fields or of JSON. */
const MESSAGE = new RegExp(`(?:^|[\\s,{])"?(?:${[...MESSAGE_KEYS].join('|')})"?[ \\t]*[=:][ \\t]*"`);

/**
 * Whatever follows the name and the version of the program is why it gave up; without a version, what it says of the
 * kernel's answer. Source: iptables 1.8.9, iptables/xshared.c (basic_exit_err), iptables/iptables-standalone.c,
 * libiptc/libiptc.c (iptc_strerror); `Bad argument` alone is of iptables before 1.6.2, iptables/iptables.c.
 */
const REFUSAL =
  /(?:<[ \t]+|[\w./-]{1,60}:[ \t]+){0,2}(?:(?:[\w./-]{0,60}\/)?ip6?tables(?:-legacy|-nft)?(?: v[\d.]{3,12}(?: \([\w_]{2,20}\))?:[ \t]+(?=\S)([^\n]{1,400})|: ((?:No chain\/target\/match by that name|Bad rule|Chain already exists|Index of (?:insertion|deletion|replacement) too big|Too many links|Directory not empty|Invalid argument|Bad built-in chain name|Bad policy name|Incompatible with this kernel|Permission denied|Resource temporarily unavailable|Couldn't load (?:match|target)|[Cc]an't initialize|un(?:known|recognized) option|option "|Can't use|Unknown arg|host\/network|invalid port|Chain '|Table does not exist|Another app is currently holding|Memory allocation|bad rule|RULE_\w+ failed|CHAIN_\w+ failed|TABLE_\w+ failed)[^\n]{0,200}))|(Bad argument [`'"][^\n]{1,100}))/y;
