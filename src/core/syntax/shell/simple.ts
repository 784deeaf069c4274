import { assign } from './assign';
import { own } from '../../text/own';
import { baseName } from '../baseName';
import { Shape } from '../shape';
import { isTables } from '../shellProgram';
import { textLine } from './emit';
import type { Shell } from './shell';
import { literalText, type SimpleCommand } from './nodes';
import { Parser } from './parser';
import { isSurelyThere, PRINTING, QUESTIONS, SHELLS } from './programs';
import { outputFiles } from './redirections';
import { linesOf, ScriptWord, type Piece, type ScriptText } from './scriptText';
import type { Status } from './status';
import { fieldText, known, unknownOf, type ExpandedWord } from './values';

/** Runs a command without operators: an assignment, a builtin, a function of the script, or a program. */
export function runSimple(shell: Shell, node: SimpleCommand, source: ScriptText): Status {
  const aliased = node.words[0] && shell.aliases.get(literalText(node.words[0]) ?? '');
  let fields = shell.expand(node.words, source);
  if (fields.length === 0) {
    for (const assignment of node.assignments) assign(shell, assignment, source);
    return true;
  }
  if (aliased !== undefined) fields = [...aliasFields(aliased, fields[0] as ExpandedWord), ...fields.slice(1)];
  const name = fieldText(fields[0] as ExpandedWord);
  const called = shell.functions.get(name);
  if (called) return shell.call(name, called, fields.slice(1), node, source);
  const builtin = own(BUILTINS, baseName(name));
  if (builtin) return builtin(shell, fields, node, source);
  return runProgram(shell, fields, node, source);
}

type Builtin = (shell: Shell, fields: readonly ExpandedWord[], node: SimpleCommand, source: ScriptText) => Status;

const declare: Builtin = (shell, fields, node, source) => {
  const local =
    fieldText(fields[0] as ExpandedWord) !== 'export' && fieldText(fields[0] as ExpandedWord) !== 'readonly';
  for (const assignment of node.declared) {
    if (local) shell.local(assignment.name);
    if (fields.some((field) => fieldText(field) === '-A')) shell.lose(assignment.name, 'it is an associative list');
    else assign(shell, assignment, source);
  }
  for (const field of fields.slice(1)) {
    const name = fieldText(field);
    if (!local || !/^[A-Za-z_]\w*$/.test(name)) continue;
    shell.local(name);
    shell.set(name, known(''));
  }
  return true;
};

const test: Builtin = (shell, _fields, node, source) => {
  const words = node.words.slice(1);
  const last = words.at(-1);
  return shell.test(last && literalText(last) === ']' ? words.slice(0, -1) : words, source, false);
};

const print: Builtin = (shell, fields, node, source) => {
  if (shell.piping) shell.printed = printedBy(fields);
  else if (!writeFile(shell, printedBy(fields), node, source)) keepSetting(shell, fields, node, source);
  return true;
};

/** `… > /etc/iptables/rules.v4`: rules are taken at once, commands when the file is run. */
function writeFile(shell: Shell, pieces: readonly Piece[], node: SimpleCommand, source: ScriptText): boolean {
  const redirect = node.redirects.find(
    ({ operator, descriptor }) => (operator === '>' || operator === '>>' || operator === '>|') && descriptor < 2,
  );
  const name = redirect && fieldText(shell.text(redirect.target, source));
  if (name === undefined || name === '/dev/null' || name.startsWith('/proc/')) return false;
  takeFile(shell, name, pieces, redirect?.operator === '>>');
  return true;
}

function takeFile(shell: Shell, name: string, pieces: readonly Piece[], adds: boolean): void {
  const lines = linesOf(pieces);
  shell.files.write(name, pieces, adds);
  if (!lines.some((line) => textLine(line).some(({ shape }) => shape === Shape.Table))) return;
  shell.files.use(name);
  loadLines(shell, pieces);
}

function loadLines(shell: Shell, pieces: readonly Piece[]): void {
  for (const line of linesOf(pieces)) {
    for (const read of textLine(line)) shell.take({ ...read, ...(shell.guard && { runsIf: shell.guard }) }, undefined);
    shell.report.askFor([{ pieces: line, literal: false }]);
  }
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  ':': () => true,
  true: () => true,
  false: () => false,
  export: declare,
  readonly: declare,
  local: declare,
  declare,
  typeset: declare,
  '[': test,
  test,
  echo: print,
  printf: print,
  cat: (shell, fields, node, source) => {
    if (fields.length !== 1 || !shell.input) return true;
    if (shell.piping) shell.printed = shell.input;
    else writeFile(shell, shell.input, node, source);
    return true;
  },
  unset: (shell, fields) => {
    for (const field of fields.slice(1)) if (!fieldText(field).startsWith('-')) shell.unset(fieldText(field));
    return true;
  },
  shift: (shell, fields) => {
    const count = Number(fields[1] ? fieldText(fields[1]) : 1);
    shell.positional = Number.isInteger(count) ? shell.positional?.slice(Math.max(0, count)) : undefined;
    return true;
  },
  set: (shell, fields) => {
    const at = fields.findIndex((field) => fieldText(field) === '--');
    if (at > 0) shell.positional = fields.slice(at + 1);
    else if (fields[1] && !/^[-+]/.test(fieldText(fields[1]))) shell.positional = fields.slice(1);
    return true;
  },
  alias: (shell, fields) => {
    for (const field of fields.slice(1)) {
      const found = /^([\w-]+)=(.*)$/.exec(fieldText(field));
      if (found?.[1] !== undefined && unknownOf(field).length === 0) shell.aliases.set(found[1], found[2] ?? '');
    }
    return true;
  },
  return: (shell, fields) => {
    shell.signal = 'return';
    return fields[1] === undefined || fieldText(fields[1]) === '0'
      ? true
      : /^\d+$/.test(fieldText(fields[1]))
        ? false
        : { unknown: 'what the function returns' };
  },
  exit: (shell) => {
    shell.signal = 'exit';
    return true;
  },
  break: (shell) => {
    shell.signal = 'break';
    return true;
  },
  continue: (shell) => {
    shell.signal = 'continue';
    return true;
  },
  read: (shell, fields) => {
    for (const field of fields.slice(1))
      if (/^[A-Za-z_]\w*$/.test(fieldText(field))) shell.lose(fieldText(field), 'it is read while the script runs');
    return { unknown: 'what is read' };
  },
  '.': (shell, fields, node) => sourceFile(shell, fields, node),
  source: (shell, fields, node) => sourceFile(shell, fields, node),
  eval: (shell, fields, node) => runWord(shell, joinFields(fields.slice(1)), [], node),
  command: (shell, fields, node, source) => asksForProgram(fields) ?? runProgram(shell, fields.slice(1), node, source),
  builtin: (shell, fields, node, source) => runProgram(shell, fields.slice(1), node, source),
  which: (_shell, fields) => asksForProgram(fields) ?? { unknown: 'which program is installed' },
  type: (_shell, fields) => asksForProgram(fields) ?? { unknown: 'which program is installed' },
  hash: (_shell, fields) => asksForProgram(fields) ?? { unknown: 'which program is installed' },
};

function asksForProgram(fields: readonly ExpandedWord[]): Status | undefined {
  const words = fields.map(fieldText);
  if (words[0] === 'command' && words[1] !== '-v' && words[1] !== '-V') return undefined;
  const operands = words.slice(1).filter((word) => !word.startsWith('-'));
  return operands.length > 0 && operands.every(isSurelyThere)
    ? true
    : { unknown: `whether there is ${operands.join(', ')}` };
}

function sourceFile(shell: Shell, fields: readonly ExpandedWord[], node: SimpleCommand): Status {
  const written = fields[1] && shell.files.read(fieldText(fields[1]));
  if (written) return runWord(shell, written, [], node);
  if (fields[1]) shell.report.sourced.push(fieldText(fields[1]));
  return true;
}

/** `echo 1 > /proc/sys/net/ipv4/ip_forward` is read by the readers of host facts. */
function keepSetting(shell: Shell, fields: readonly ExpandedWord[], node: SimpleCommand, source: ScriptText): void {
  const redirect = node.redirects.find(({ operator }) => operator === '>');
  const target = redirect && shell.text(redirect.target, source);
  const first = target?.pieces[0];
  if (!redirect || !first || !fieldText(target).startsWith('/proc/sys/')) return;
  const sign = source.place(redirect.start);
  shell.emit(
    [...fields, { pieces: [{ text: '>', from: sign, to: sign.column + 1, spelled: true }], literal: true }, target],
    node,
    false,
  );
}

/** What `echo` and `printf '%s\n'` print, for the command after a pipe. */
function printedBy(fields: readonly ExpandedWord[]): readonly Piece[] {
  const [program, ...all] = fields;
  const format = program && fieldText(program) === 'printf';
  const options = all.findIndex((field) => !/^-[neE]+$/.test(fieldText(field)));
  const words = format ? all : all.slice(options < 0 ? all.length : options);
  const escapes = format || all.slice(0, Math.max(0, options)).some((field) => fieldText(field).includes('e'));
  const separates = format && /^%s\\n$/.test(words[0] ? fieldText(words[0]) : '');
  const pieces: Piece[] = [];
  for (const [i, field] of (separates ? words.slice(1) : words).entries()) {
    const before = pieces.at(-1);
    if (i > 0 && before) pieces.push({ ...before, text: separates ? '\n' : ' ', spelled: false });
    for (const piece of field.pieces)
      pieces.push(
        escapes && piece.text.includes('\\')
          ? { ...piece, text: piece.text.replace(/\\n/g, '\n').replace(/\\t/g, '\t'), spelled: false }
          : piece,
      );
  }
  return pieces;
}

/** Runs a program, whatever comes before it: `sudo`, `ssh HOST`, `kubectl exec … --`. */
function runProgram(shell: Shell, given: readonly ExpandedWord[], node: SimpleCommand, source: ScriptText): Status {
  const fields = withoutUnknownWrapper(shell, given);
  const words = fields.map(fieldText);
  const [first] = words;
  if (first === undefined) return true;
  const script = scriptOf(words, fields, shell);
  if (script) return runWord(shell, script.word, fields.slice(0, script.wrapper), node, fields);
  const restore = words.findIndex((word) => /^ip6?tables(?:-legacy|-nft)?-restore$/.test(baseName(word)));
  if (restore >= 0) return runRestore(shell, fields, words, node, source);
  const tee = words.findIndex((word) => baseName(word) === 'tee');
  if (tee >= 0 && tee < 4 && shell.input && shell.input.length > 0) {
    const name = words.slice(tee + 1).find((word) => !word.startsWith('-'));
    if (name !== undefined) takeFile(shell, name, shell.input, words.includes('-a'));
    return true;
  }
  if (PRINTING.has(baseName(first))) return answerOf(words);
  const literal =
    node.words.length === fields.length && node.assignments.length === 0 && fields.every((field) => field.literal);
  const line = shell.emit(fields, node, literal, outputFiles(node.redirects, source));
  if (line && (line.shape === Shape.ProgramCommand || isListing(words))) return { asked: { kind: 'succeeded', line } };
  return answerOf(words);
}

function isListing(words: readonly string[]): boolean {
  return words.some((word) => isTables(baseName(word)));
}

function answerOf(words: readonly string[]): Status {
  const program = words.map(baseName).find((word) => word !== 'sudo' && !word.startsWith('-')) ?? '';
  if (
    !QUESTIONS.has(program) &&
    !(program === 'ip' && words.some((word) => word === 'show' || word === 'list' || word === 'get'))
  )
    return true;
  return { unknown: `\`${words.slice(0, 6).join(' ').slice(0, 80)}\` succeeds` };
}

/** `$SUDO iptables …` where nothing sets SUDO: it stands for a word such as sudo, or for none. */
function withoutUnknownWrapper(shell: Shell, fields: readonly ExpandedWord[]): readonly ExpandedWord[] {
  const [first, second] = fields;
  const [piece] = first?.pieces ?? [];
  if (
    !first ||
    !second ||
    !piece?.unknown ||
    first.pieces.length !== 1 ||
    !/^(?:sudo|doas|ip6?tables\S*)$/.test(baseName(fieldText(second)))
  )
    return fields;
  shell.report.add(
    piece.from,
    piece.to,
    'info',
    'shell-assumption',
    `${piece.unknown.join(', ')} is not set above: it is taken for a word such as sudo, or for nothing`,
  );
  return fields.slice(1);
}

/**
 * The word that is a script itself, of `sh -c '…'`, `ssh HOST '…'`, `minikube ssh '…'`; `wrapper`: how many words come
 * before it that state where it runs.
 */
function scriptOf(
  words: readonly string[],
  fields: readonly ExpandedWord[],
  shell: Shell,
): { readonly word: readonly Piece[]; readonly wrapper: number } | undefined {
  for (let i = 0; i < Math.min(words.length, 30); i++) {
    const name = baseName(words[i] ?? '');
    if (isTables(name)) return undefined;
    if (SHELLS.has(name)) {
      const at = words.findIndex((word, k) => k > i && /^-\w*c$/.test(word));
      const field = at > 0 ? fields[at + 1] : undefined;
      if (field) return { word: field.pieces, wrapper: i };
      const written = shell.files.read(words[i + 1] ?? '');
      if (written) return { word: written, wrapper: i };
      // `bash <<EOF`, `sudo sh <<EOF`
      if (shell.input && shell.input.length > 0 && words.slice(i + 1).every((word) => word.startsWith('-')))
        return { word: shell.input, wrapper: i };
    } else if (name === 'ssh') {
      const last = fields.at(-1);
      if (last && fields.length > i + 1 && /\s/.test(fieldText(last)))
        return { word: last.pieces, wrapper: fields.length - 1 };
      if (shell.input && shell.input.length > 0) return { word: shell.input, wrapper: fields.length };
    }
  }
  return undefined;
}

/** Runs the text of a word as a script. */
function runWord(
  shell: Shell,
  pieces: readonly Piece[],
  wrapper: readonly ExpandedWord[],
  node: SimpleCommand,
  fields: readonly ExpandedWord[] = [],
): Status {
  if (shell.calls > 10) return true;
  const inner = new ScriptWord(pieces);
  const script = new Parser(inner.text, 0, inner.text.length).all();
  if (!script) {
    // What is not a script for this reader may still be one command for the reader of a line.
    if (fields.length > 0)
      shell.emit(
        fields,
        node,
        fields.every((field) => field.literal),
      );
    return true;
  }
  if (
    script.kind === 'simple' &&
    fields.length > 0 &&
    fields.every((field) => field.literal) &&
    script.words.every((word) => literalText(word) !== undefined)
  ) {
    const line = shell.emit(fields, node, true);
    if (line) return { asked: { kind: 'succeeded', line } };
  }
  const { wrapper: before, input } = shell;
  shell.wrapper = [...before, ...wrapper];
  shell.input = undefined;
  shell.calls++;
  const status = shell.run(script, inner);
  shell.calls--;
  shell.wrapper = before;
  shell.input = input;
  if (shell.signal === 'exit' && wrapper.length > 0) shell.signal = undefined;
  return status;
}

function joinFields(fields: readonly ExpandedWord[]): readonly Piece[] {
  return fields.flatMap(({ pieces }, i) => {
    const [first] = pieces;
    return i > 0 && first ? [{ ...first, text: ' ', spelled: false }, ...pieces] : pieces;
  });
}

/** `iptables-restore <<EOF`, `echo "$RULES" | iptables-restore`: the text is its input. */
function runRestore(
  shell: Shell,
  fields: readonly ExpandedWord[],
  words: readonly string[],
  node: SimpleCommand,
  source: ScriptText,
): Status {
  const from = node.redirects.find(({ operator }) => operator === '<');
  const file = from
    ? fieldText(shell.text(from.target, source))
    : words.slice(words.findIndex((word) => word.includes('-restore')) + 1).find((word) => !word.startsWith('-'));
  if (words.some((word) => word === '--test' || word === '-t')) return true;
  // What was written to the file is read already, as the rules that they are.
  if (file !== undefined && shell.files.use(file)) return true;
  if (shell.input === undefined || shell.input.length === 0) {
    const literal = node.words.length === fields.length && fields.every((field) => field.literal);
    shell.emit(fields, node, literal);
    if (file !== undefined || shell.input)
      shell.report.info(
        node,
        source,
        'not-read',
        `not read: what it loads is ${file === undefined ? 'in the output of other programs' : `in ${file}`}, ` +
          'not in this file',
      );
    return true;
  }
  shell.emit(fields, node, false);
  loadLines(shell, shell.input);
  return true;
}

/** `alias ipt='sudo iptables'`. */
function aliasFields(text: string, at: ExpandedWord): readonly ExpandedWord[] {
  const [piece] = at.pieces;
  return piece
    ? text
        .split(/\s+/)
        .filter((word) => word !== '')
        .map((word) => ({ pieces: [{ ...piece, text: word, spelled: false }], literal: false }))
    : [];
}
