import { PARTIAL } from '../../text/omission';
import { isOmission, saysRowsOmitted } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Line } from '../tree';

/**
 * Reads `ipset save` output: from a `create` line to the last `create` or `add`; or what `ipset list` printed. An `add`
 * alone is prose.
 */
export function readSets(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const first = lines[from];
  if (first?.text.startsWith('Name:', first.contentStart)) return readListedSets(reader, from);
  if (!first?.text.startsWith('create', first.contentStart)) return from + 1;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] as Line;
    if (isSaved(line) || isOmission(line)) end = i + 1;
    else if (line.shape !== Shape.Blank && line.shape !== Shape.Comment) break;
  }
  const old = reader.reusable(from, end);
  if (old?.kind === 'sets') reader.take(old);
  else reader.take({ kind: 'sets', ...savedSets(reader, from, end), lines: reader.slice(from, end) });
  return end;
}

function isSaved({ shape, text, contentStart }: Line): boolean {
  return shape === Shape.Set && !text.startsWith('Name:', contentStart);
}

function savedSets(
  reader: SectionReader,
  from: number,
  end: number,
): { readonly text: string; readonly textLines: readonly Line[] } {
  const { lines } = reader;
  const filtered = reader.isFiltered(from) === true;
  const words: string[] = [];
  const textLines: Line[] = [];
  const add = (line: Line, text: string): void => {
    words.push(text);
    textLines.push(line);
  };
  for (let i = from; i < end; i++) {
    const line = lines[i] as Line;
    const text = line.text.slice(line.contentStart);
    if (isOmission(line)) add(line, `${PARTIAL} ${setNamed(words.at(-1) ?? '')}`);
    else if (isSaved(line)) {
      add(line, text);
      if (filtered && text.startsWith('create')) add(line, `${PARTIAL} ${setNamed(text)}`);
    }
  }
  return { text: words.map((line) => `${line}\n`).join(''), textLines };
}

/** The set that a line of `ipset save` is about. */
function setNamed(text: string): string {
  return /^\S+\s+(\S+)/.exec(text)?.[1] ?? '';
}

/**
 * `Name: a`, `Type: hash:ip`, `Header: family inet …`, `Members:` and a line for each of them, in the words of `ipset
 * save`. Where the members are omitted (`ipset list -t`) the set is not known.
 */
function readListedSets(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const filtered = reader.isFiltered(from) === true;
  const words: string[] = [];
  const textLines: Line[] = [];
  let end = from;
  for (let i = from; i < lines.length;) {
    const head = lines[i];
    if (head?.shape === Shape.Blank) {
      i++;
      continue;
    }
    if (head?.shape !== Shape.Set || !head.text.startsWith('Name:', head.contentStart)) break;
    const name = head.text.slice(head.contentStart + 5).trim();
    const fields = new Map<string, string>();
    let listed = false;
    for (i++; i < lines.length; i++) {
      const line = lines[i];
      const field = line?.shape === Shape.Text ? FIELD.exec(line.text.slice(line.contentStart)) : null;
      if (!field) break;
      listed = field[1] === 'Members';
      fields.set(field[1] ?? '', (field[2] ?? '').trim());
      end = i + 1;
      if (listed) {
        i++;
        break;
      }
    }
    const type = fields.get('Type');
    if (type === undefined) break;
    const known = listed || fields.get('Number of entries') === '0';
    if (known) {
      words.push(`create ${name} ${type} ${fields.get('Header') ?? ''}`);
      textLines.push(head);
    }
    let members = filtered ? -1 : 0;
    for (; listed && i < lines.length; i++) {
      const line = lines[i];
      if (
        line === undefined ||
        line.shape === Shape.Blank ||
        line.shape === Shape.Fence ||
        line.shape === Shape.Echo ||
        line.shape === Shape.Header ||
        line.text.startsWith('Name: ', line.contentStart)
      )
        break;
      if (saysRowsOmitted(line)) {
        members = -1;
        end = i + 1;
        continue;
      }
      if (members >= 0) members++;
      words.push(`add ${name} ${line.text.slice(line.contentStart).trim()}`);
      textLines.push(line);
      end = i + 1;
    }
    // Members whose time is up are counted for a while.
    const counted = / timeout \d/.test(fields.get('Header') ?? '') ? 0 : Number(fields.get('Number of entries') ?? 0);
    if (known && (members < 0 || members < counted)) {
      words.push(`${PARTIAL} ${name}`);
      textLines.push(head);
    }
  }
  if (end === from) return from + 1;
  const old = reader.reusable(from, end);
  if (old?.kind === 'sets') reader.take(old);
  else if (words.length > 0)
    reader.take({
      kind: 'sets',
      text: words.map((line) => `${line}\n`).join(''),
      textLines,
      lines: reader.slice(from, end),
    });
  return end;
}

const FIELD = /^(Type|Revision|Header|Size in memory|References|Number of entries|Default|Binding|Members):(.*)$/s;
