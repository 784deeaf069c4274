import { Shape } from '../shape';
import type { Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * A command and, right below it, what iptables said when it refused it: the command changed nothing. That a chain is
 * there already is not a failure where it should be there.
 */
export const failed: BlockReader = { begins: [Shape.ProgramCommand], read: readFailed };

function readFailed(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (shapes[from + 1] !== Shape.Text) return undefined;
  const line = lines[from] as Line;
  const { node } = line;
  if (node.kind !== 'command') return undefined;
  const below = lines[from + 1] as Line;
  REFUSAL.lastIndex = below.contentStart;
  const refusal = REFUSAL.exec(below.text)?.[1];
  if (refusal === undefined || (node.operation === 'N' && refusal.startsWith('Chain already exists'))) return undefined;
  const message = `Not applied: according to the line below, iptables refused this command ("${refusal.trim()}").`;
  return {
    to: from + 2,
    lines: [],
    problems: [{ line, start: line.contentStart, end: line.text.length, severity: 'info', code: 'not-read', message }],
  };
}

/** Source: iptables 1.8.9, iptables/iptables-standalone.c, libiptc/libiptc.c (iptc_strerror), iptables/xshared.c. */
const REFUSAL =
  /(?:<[ \t]+|[\w./-]{1,60}:[ \t]+){0,2}ip6?tables(?:-legacy|-nft)?(?: v[\d.]{3,12}(?: \([\w_]{2,20}\))?)?: ((?:No chain\/target\/match by that name|Bad rule|Chain already exists|Index of (?:insertion|deletion|replacement) too big|Too many links|Directory not empty|Invalid argument|Bad built-in chain name|Bad policy name|Incompatible with this kernel|Permission denied|Resource temporarily unavailable|Couldn't load (?:match|target)|[Cc]an't initialize|unknown option|option "|Can't use|Unknown arg|host\/network|invalid port|Chain '|Table does not exist|Another app is currently holding|Memory allocation|bad rule|RULE_\w+ failed|CHAIN_\w+ failed|TABLE_\w+ failed)[^\n]{0,200})/y;
