import type { NftSection } from '../sourceFile';
import type { Line } from '../tree';
import type { NftNode } from './node';
import { runCommand } from './commands';
import { chainOf, readProperty, setOf, tableOf, type NftBlock, type NftTables } from './openTables';
import { isNftFamily, type NftTableText } from './tables';
import { Variables } from './variables';

/** What differs from the text. */
export interface NftChanges {
  /** Rules on these lines are not there. */
  readonly without: ReadonlySet<Line>;
  /** Commands that are run after the text; of what nft would refuse nothing comes. */
  readonly commands: ReadonlySet<Line>;
  /** Called with the reason why nft would refuse one of them. */
  readonly refused: (line: Line, message: string) => void;
}

/** What the kernel holds once the sections have been listed, loaded or run, one after the other. Never throws. */
export function readNftTables(sections: readonly NftSection[], changes?: NftChanges): NftTables {
  const tables: NftTables = new Map();
  const variables = new Variables();
  for (const { lines } of sections) readLines(lines, tables, variables, changes);
  return tables;
}

function readLines(
  lines: readonly Line[],
  tables: NftTables,
  variables: Variables,
  changes: NftChanges | undefined,
): void {
  let table: NftTableText | undefined;
  let block: NftBlock | undefined;
  let depth = 0;
  for (const written of lines) {
    const node = written.node as NftNode;
    const { part } = node;
    const { line, start, end } = variables.expanded({ line: written, start: node.start, end: node.end });
    const words = line.text.slice(start, end);
    if (part === 'end') variables.close();
    else if (part === 'table' || part === 'chain' || part === 'set' || part === 'map' || part === 'object')
      variables.open();
    else if (words.includes('define ') && variables.takes(words)) continue;
    switch (part) {
      case 'command': {
        if (changes?.without.has(written)) break;
        const isRun = changes?.commands.has(written) === true;
        const refused = runCommand(tables, line, start, end, !isRun);
        if (refused !== undefined && isRun) changes.refused(written, refused);
        break;
      }
      case 'table':
        table = openTable(tables, words, line);
        depth = 1;
        break;
      case 'chain':
      case 'set':
      case 'map':
      case 'object':
        block = table && openBlock(table, part, words, line);
        depth = 2;
        break;
      case 'end':
        block = undefined;
        if (--depth <= 0) table = undefined;
        break;
      case 'property':
        if (table) readProperty(table, block, words);
        break;
      case 'rule':
        if (block && 'rules' in block && !changes?.without.has(written))
          block.rules.push({ line, start, end, handle: handleOf(line.text, end) });
        break;
      case 'elements':
      case 'more':
        if (block && 'elements' in block)
          block.elements.push({ line, start: part === 'elements' ? bracesStart(line.text, start, end) : start, end });
    }
  }
}

/** A table in braces adds to what is there, as in input of `nft -f`; without a family it is one of IPv4. */
function openTable(tables: NftTables, words: string, line: Line): NftTableText {
  const found = /^table\s+(?:(\w+)\s+)?"?([^\s"{]+)"?/.exec(words);
  const family = found?.[1];
  return tableOf(tables, isNftFamily(family) ? family : 'ip', found?.[2] ?? '', line);
}

function openBlock(
  table: NftTableText,
  part: 'chain' | 'set' | 'map' | 'object',
  words: string,
  line: Line,
): NftBlock | undefined {
  const name = /^\w+\s+"?([^\s"{]+)"?/.exec(words)?.[1];
  if (name === undefined || part === 'object') return undefined;
  return part === 'chain' ? chainOf(table, name, line) : setOf(table, part, name, line);
}

/** After `elements = {`. */
function bracesStart(text: string, start: number, end: number): number {
  const brace = text.indexOf('{', start);
  return brace < 0 || brace >= end ? end : brace + 1;
}

function handleOf(text: string, end: number): number | undefined {
  const found = /^\s*;?\s*#\s*handle\s+(\d+)/.exec(text.slice(end, end + 40));
  return found ? Number(found[1]) : undefined;
}
