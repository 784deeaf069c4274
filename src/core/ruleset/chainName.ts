import { utf8Length } from '../text/utf8';
import { targetNamed } from '../xtables/registry';

/** XT_EXTENSION_MAXNAMELEN less the final zero. */
const LONGEST = 28;
/** The most that -E accepts, of which the kernel keeps 29. */
const LONGEST_OF_E = 31;
/** What the kernel calls a verdict cannot be a chain. */
const VERDICTS = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);

/**
 * What is wrong with the name of a new chain; undefined where iptables accepts it. A declaration `:NAME` accepts more
 * than -N does, and -E less. Source: iptables/iptables-restore.c, parse_chain of iptables/xshared.c, iptc_create_chain
 * and iptc_rename_chain of libiptc.
 */
export function chainNameProblem(name: string, from: 'declaration' | 'N' | 'E', family: 4 | 6): string | undefined {
  const longest = from === 'E' ? LONGEST_OF_E : LONGEST;
  if (utf8Length(name) > longest) return `"${name}" is too long: chain names have at most ${LONGEST} bytes`;
  if (VERDICTS.has(name)) return `"${name}" is the name of a verdict: call the chain something else`;
  if (from === 'declaration') return undefined;
  if (/^[-!]/.test(name)) return `a chain name cannot start with "${name.charAt(0)}"`;
  if (from === 'E') return undefined;
  if (name === '') return 'a chain needs a name: iptables takes an empty name for that of a target';
  if (/\s/.test(name)) return `a chain name cannot hold blanks: "${name}"`;
  if (name === 'standard' || targetNamed(name, family))
    return `"${name}" is the name of a target: give the chain another name`;
  return undefined;
}
