import { evaluate } from './arithmetic';
import { expandBraces } from './braces';
import type { WordPart, ShellWord } from './nodes';
import { withoutPattern } from './patterns';
import type { Piece, ScriptText } from './scriptText';
import { fieldText, unknownOf, type ExpandedWord, type Scope, type Text, type ShellValue } from './values';

/** The arguments that a word becomes: none, one or several. Source: POSIX.1-2017, "Shell Command Language", 2.6. */
export function expandWord(word: ShellWord, source: ScriptText, scope: Scope): readonly ExpandedWord[] {
  const [only] = word.parts;
  if (word.parts.length === 1 && only?.kind === 'text' && !only.text.includes('{'))
    return [{ pieces: [pieceOf(only.text, only, source, true)], literal: true }];
  return expandBraces(word).flatMap((each) => new Expansion(source, scope, true).run(each.parts, each === word));
}

/** The text that a word is where it is not split, as after `X=`. */
export function expandText(parts: readonly WordPart[], source: ScriptText, scope: Scope): ExpandedWord {
  return new Expansion(source, scope, false).run(parts, false)[0] ?? { pieces: [], literal: false };
}

class Expansion {
  private readonly fields: ExpandedWord[] = [];
  private pieces: ExpandedWord['pieces'][number][] = [];
  /** Whether a field has begun: an empty pair of quotes is one. */
  private open = false;

  constructor(
    private readonly source: ScriptText,
    private readonly scope: Scope,
    private readonly splits: boolean,
  ) {}

  run(parts: readonly WordPart[], spelled: boolean): readonly ExpandedWord[] {
    for (const part of parts) {
      if (part.kind === 'text') this.literal(part);
      else if (part.kind === 'parameter') this.parameter(part);
      else this.substitution(part);
    }
    this.close(spelled && parts.every(({ kind }) => kind === 'text'));
    return this.fields;
  }

  /** Text as it stands, cut at its line breaks: each piece has a line of its own. */
  private literal(part: WordPart & { kind: 'text' }): void {
    const { text, start, end } = part;
    if (!text.includes('\n') || text.length !== end - start) return this.put(pieceOf(text, part, this.source, true));
    let at = start;
    for (const [i, line] of text.split('\n').entries()) {
      if (i > 0) this.put(pieceOf('\n', { start: at - 1, end: at - 1 }, this.source, false));
      if (line !== '') this.put(pieceOf(line, { start: at, end: at + line.length }, this.source, true));
      at += line.length + 1;
    }
  }

  private put(piece: ExpandedWord['pieces'][number]): void {
    this.pieces.push(piece);
    this.open = true;
  }

  private close(literal = false): void {
    if (this.open || !this.splits) this.fields.push({ pieces: this.pieces, literal });
    this.pieces = [];
    this.open = false;
  }

  /** A value in the place of a part; unquoted, it is split at blanks. */
  private value({ text, unknown }: Text, part: WordPart): void {
    const piece = (of: string): ExpandedWord['pieces'][number] => ({
      ...pieceOf(of, part, this.source, false),
      ...(unknown.length > 0 && { unknown }),
    });
    if (part.quoted || !this.splits) return this.put(piece(text));
    const separators = this.scope.get('IFS');
    const words = splitFields(
      text,
      separators && 'text' in separators && separators.unknown.length === 0 ? separators.text : undefined,
    );
    if (words.before && this.open) this.close();
    for (const [i, word] of words.fields.entries()) {
      if (i > 0) this.close();
      this.put(piece(word));
    }
    if (words.behind && this.open) this.close();
  }

  private parameter(part: WordPart & { kind: 'parameter' }): void {
    const { name, index } = part;
    const all = name === '@' || name === '*' ? this.scope.positional : undefined;
    if (all && part.operator === '') {
      // The arguments keep their own places: what a function passes on is where it was called.
      if (!part.quoted || name === '@') {
        for (const [i, field] of all.entries()) {
          if (i > 0) this.close();
          if (part.quoted) this.pieces.push(...field.pieces);
          else for (const piece of field.pieces) this.put(piece);
          this.open = true;
        }
        return;
      }
      for (const [i, field] of all.entries()) {
        if (i > 0)
          this.put({ ...(field.pieces[0] ?? pieceOf('', part, this.source, false)), text: ' ', spelled: false });
        this.pieces.push(...field.pieces);
      }
      this.open = true;
      return;
    }
    const value = this.valueOf(part);
    if (value && 'items' in value) {
      for (const [i, item] of value.items.entries()) {
        if (i > 0) this.close();
        this.value(item, part);
      }
      if (index === '*' && part.quoted) this.open = true;
      return;
    }
    this.value(value ?? notKnown(name), part);
  }

  /** What a parameter comes to; undefined where nothing states it. */
  private valueOf(part: WordPart & { kind: 'parameter' }): ShellValue | undefined {
    const { name, index, operator, operand } = part;
    const held = this.held(name, index);
    const single = held === undefined || 'items' in held ? undefined : held;
    const text = (): Text => {
      const field = expandText(operand, this.source, this.scope);
      return { text: fieldText(field), unknown: unknownOf(field) };
    };
    switch (operator) {
      case '':
      case ':?':
      case '?':
        return held;
      case ':-':
      case '-':
      case ':=':
      case '=': {
        if (held !== undefined && (single === undefined || single.text !== '' || !operator.startsWith(':')))
          return held;
        const taken = text();
        if (held === undefined && taken.text !== '')
          this.scope.assumeDefault(name, taken.text, this.source.place(part.start));
        if (operator.endsWith('=')) this.scope.set(name, taken);
        return taken;
      }
      case ':+':
      case '+':
        return held === undefined || (single?.text === '' && operator === ':+') ? { text: '', unknown: [] } : text();
      case 'length':
        return held && 'items' in held
          ? { text: String(held.items.length), unknown: [] }
          : single && single.unknown.length === 0
            ? { text: String(single.text.length), unknown: [] }
            : undefined;
      default: {
        const by = text();
        if (!single || single.unknown.length + by.unknown.length > 0) return undefined;
        const changed = change(single.text, operator, by.text);
        return changed === undefined ? undefined : { text: changed, unknown: [] };
      }
    }
  }

  private held(name: string, index: string | undefined): ShellValue | undefined {
    const { positional } = this.scope;
    if (name === '') return undefined;
    if (/^[1-9]\d{0,3}$/.test(name)) {
      const field = positional?.[Number(name) - 1];
      return positional
        ? field
          ? { text: fieldText(field), unknown: unknownOf(field) }
          : { text: '', unknown: [] }
        : undefined;
    }
    if (name === '#') return positional && { text: String(positional.length), unknown: [] };
    if (name === '@' || name === '*')
      return (
        positional && { items: positional.map((field) => ({ text: fieldText(field), unknown: unknownOf(field) })) }
      );
    const value = this.scope.get(name);
    if (value === undefined) return undefined;
    if (!('items' in value))
      return index === undefined || index === '0' || index === '@' || index === '*' ? value : undefined;
    if (index === '@' || index === '*') return value;
    const number = index === undefined ? 0 : /^\d{1,4}$/.test(index) ? Number(index) : this.number(index);
    return number === undefined ? undefined : (value.items[number] ?? { text: '', unknown: [] });
  }

  private number(expression: string): number | undefined {
    return evaluate(expression, (name) => {
      const value = this.scope.get(name);
      return value && 'text' in value && value.unknown.length === 0 && /^-?\d{1,9}$/.test(value.text)
        ? Number(value.text)
        : undefined;
    });
  }

  private substitution(part: WordPart & { kind: 'command' | 'arithmetic' }): void {
    const text =
      part.kind === 'arithmetic' ? this.number(part.expression)?.toString() : this.scope.substitute(part.script);
    if (text !== undefined) return this.value({ text, unknown: [] }, part);
    const spelling = this.source.text.slice(part.start, part.end);
    this.put({ ...pieceOf(spelling, part, this.source, false), unknown: [spelling] });
  }
}

function notKnown(name: string): Text {
  return { text: `$${name}`, unknown: [name] };
}

function pieceOf(
  text: string,
  { start, end }: Pick<WordPart, 'start' | 'end'>,
  source: ScriptText,
  spelled: boolean,
): Piece {
  const from = source.place(start);
  const to = source.place(Math.max(start, end));
  return {
    text,
    from,
    to: to.line === from.line ? to.column : from.line.text.length,
    spelled: spelled && to.line === from.line && to.column - from.column === text.length,
  };
}

/** A value at the blanks of `IFS`, which are spaces, tabs and line breaks unless it says otherwise. */
function splitFields(
  text: string,
  separators: string | undefined,
): { readonly fields: readonly string[]; readonly before: boolean; readonly behind: boolean } {
  if (separators === '') return { fields: text === '' ? [] : [text], before: false, behind: false };
  const at = separators === undefined ? /[ \t\n]+/ : new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]+`);
  const fields = text.split(at);
  const before = fields.length > 1 && fields[0] === '';
  const behind = fields.length > 1 && fields.at(-1) === '';
  return { fields: fields.filter((field) => field !== ''), before, behind };
}

/** `${X%pattern}`, `${X/a/b}`, `${X:1:2}`, `${X^^}`. */
function change(text: string, operator: string, by: string): string | undefined {
  switch (operator) {
    case '#':
    case '##':
    case '%':
    case '%%':
      return withoutPattern(text, operator, by);
    case '/':
    case '//': {
      const slash = by.indexOf('/');
      const what = slash < 0 ? by : by.slice(0, slash);
      const into = slash < 0 ? '' : by.slice(slash + 1);
      if (what === '' || /[*?[\\]/.test(what)) return undefined;
      return operator === '/' ? text.replace(what, () => into) : text.split(what).join(into);
    }
    case ':': {
      const found = /^ ?(-?\d{1,9})(?::(\d{1,9}))?$/.exec(by);
      if (!found) return undefined;
      const start = Number(found[1]);
      return text.slice(
        start,
        found[2] === undefined ? undefined : (start < 0 ? Math.max(0, text.length + start) : start) + Number(found[2]),
      );
    }
    case '^^':
      return by === '' ? text.toUpperCase() : undefined;
    case ',,':
      return by === '' ? text.toLowerCase() : undefined;
    default:
      return undefined;
  }
}
