import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * `firewall-cmd --direct --add-rule ipv4 filter INPUT 0 …`: a rule in the words of iptables. firewalld keeps those of a
 * chain in the order of their priority, those of one priority in the order given, and each once, saved and running.
 * Source: firewall-cmd(1), "Direct Options".
 */
export const directRules: BlockReader = { begins: [Shape.Text], read: readDirect };

interface Direct {
  readonly line: Line;
  readonly priority: number;
  readonly text: string;
  readonly program: string;
  readonly operation: string;
  readonly start: number;
}

function readDirect(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (!directOf(lines[from] as Line)) return undefined;
  const found: Direct[] = [];
  const seen = new Set<string>();
  let to = from;
  for (let i = from; i < lines.length; i++) {
    const direct = shapes[i] === Shape.Text ? directOf(lines[i] as Line) : undefined;
    if (
      !direct &&
      shapes[i] !== Shape.Blank &&
      shapes[i] !== Shape.Comment &&
      !(lines[i] as Line).text.includes('firewall-cmd')
    )
      break;
    if (!direct) continue;
    to = i + 1;
    const key = `${direct.program} ${direct.operation} ${direct.text}`;
    if (!seen.has(key)) found.push(direct);
    seen.add(key);
  }
  const read = found
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap(({ line, program, operation, start }) =>
      new DerivedLine().put(`${program} ${operation}`, line, line.contentStart, start).keep(line, start).read(),
    );
  return { to, lines: read };
}

function directOf(line: Line): Direct | undefined {
  const { text, contentStart } = line;
  if (!text.includes('--direct', contentStart)) return undefined;
  const body = text.slice(contentStart);
  const rule = RULE.exec(body);
  if (rule) {
    const [whole, family = '', table = '', chain = '', priority = ''] = rule;
    const start = contentStart + whole.length;
    return {
      line,
      priority: Number(priority),
      text: text.slice(start).trim(),
      program: programOf(family),
      operation: `-t ${table} -A ${chain} `,
      start,
    };
  }
  const made = CHAIN.exec(body);
  if (made) {
    const [whole, family = '', table = ''] = made;
    const start = contentStart + whole.length;
    return {
      line,
      priority: -Infinity,
      text: text.slice(start).trim(),
      program: programOf(family),
      operation: `-t ${table} -N `,
      start,
    };
  }
  const passed = PASSED.exec(body);
  if (!passed) return undefined;
  const start = contentStart + passed[0].length;
  return {
    line,
    priority: Infinity,
    text: text.slice(start).trim(),
    program: programOf(passed[1] ?? ''),
    operation: '',
    start,
  };
}

function programOf(family: string): string {
  return family === 'ipv6' ? 'ip6tables' : 'iptables';
}

const HEAD =
  '^(?:\\S{1,60}[$#%>][ \\t]+|[$#][ \\t]+)?(?:sudo[ \\t]+)?(?:/usr)?(?:/bin/)?firewall-cmd(?:[ ' +
  '\\t]+--(?:permanent|quiet|direct))*[ \\t]+';
const RULE = new RegExp(
  `${HEAD}--add-rule[ \\t]+(ipv[46])[ \\t]+(\\w{1,10})[ \\t]+([\\w.-]{1,30})[ \\t]+(-?\\d{1,6})[ \\t]+`,
);
const CHAIN = new RegExp(`${HEAD}--add-chain[ \\t]+(ipv[46])[ \\t]+(\\w{1,10})[ \\t]+(?=[\\w.-]{1,30}[ \\t]*$)`);
const PASSED = new RegExp(`${HEAD}--(?:add-)?passthrough[ \\t]+(ipv[46])[ \\t]+`);
