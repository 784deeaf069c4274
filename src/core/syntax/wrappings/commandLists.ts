import { Rewriting, type Rewritten } from '../../text/rewriting';

/**
 * Commands that a program prints as the list of their words: a Go slice (`iptables ["-t" "nat" …]`,
 * `/usr/sbin/iptables, [--wait -t nat …]`), a list of JSON, Python or YAML (`["iptables", "-t", "nat", …]`), the
 * arguments of a call in a source file (`("iptables", "-A", …)`), the text that a call gives to a shell
 * (`os.system("iptables -A …")`), and the rule of a Go struct (`{nat PREROUTING [-p tcp …]}`). Each as a shell would
 * take it; undefined where there is none.
 */
export function listedCommand(text: string, start: number, end: number): Rewritten | undefined {
  const open = text.indexOf('[', start);
  if (open < 0 && text.indexOf('(', start) < 0) return undefined;
  return (
    (open >= 0 && open < end ? (structRule(text, start, end) ?? behindProgram(text, start, end)) : undefined) ??
    withProgram(text, start, end) ??
    shellText(text, start, end)
  );
}

/** `os.system("iptables -A …")`, `exec.Command(…)`. What is printed or logged is not run. */
function shellText(text: string, start: number, end: number): Rewritten | undefined {
  SHELL_CALL.lastIndex = start;
  const found = SHELL_CALL.exec(text);
  const from = found ? found.index + found[0].length : end;
  const string = from < end ? quotedAt(text, from, end) : undefined;
  if (!string || !/^[ \t]{0,3}[,)]/.test(text.slice(string.to, string.to + 5))) return undefined;
  return new Rewriting().put(string.text, from + 1, string.to - from - 2).done();
}

const SHELL_CALL =
  /(?<![A-Za-z])(?:system|popen|run|call|check_call|check_output|getoutput|exec(?:[A-Z_]\w{0,20}|ute)?|shell(?:_exec)?|spawn\w{0,10}|passthru|sudo|command|cmd|sh|bash)\([ \t]{0,3}[fFrRbu]?(?=["'`](?:sudo[ \t]{1,3})?(?:\/[\w.-]{1,40}){0,6}\/?ip6?tables(?:-legacy|-nft)?[ \t])/gi;

/** `iptables [...]`, `/usr/sbin/iptables, [...]`. */
function behindProgram(text: string, start: number, end: number): Rewritten | undefined {
  PROGRAM.lastIndex = start;
  const found = PROGRAM.exec(text);
  const name = found?.[2];
  if (!found || name === undefined || found.index >= end) return undefined;
  const at = found.index + (found[1] ?? '').length;
  const words = listAt(text, found.index + found[0].length - 1, end);
  return words && command([{ text: name, from: at, to: at + name.length }, ...words]);
}

const PROGRAM =
  /(^|[\s"'=:(])((?:\/[\w.-]{1,40}){0,6}\/?ip6?tables(?:-legacy|-nft)?(?:-restore|-save)?)["']?,?[ \t]{0,3}\[/g;

/** A list whose first word is the program, or a shell with the command as its text. */
function withProgram(text: string, start: number, end: number): Rewritten | undefined {
  WITHIN.lastIndex = start;
  const found = WITHIN.exec(text);
  if (!found || found.index >= end) return undefined;
  const words = listAt(text, found.index, end);
  if (!words) return undefined;
  if (/(?:^|\/)(?:ba|da|a)?sh$/.test(words[0]?.text ?? '')) {
    const script = words.at(-1);
    return script && words.length > 1
      ? new Rewriting().put(script.text, script.from, script.to - script.from).done()
      : undefined;
  }
  return command(words);
}

const WITHIN =
  /[[(](?=[ \t]{0,3}["']?(?:(?:\/[\w.-]{1,40}){0,6}\/?ip6?tables(?:-legacy|-nft)?["',]|(?:\/[\w.-]{1,40}){0,4}\/?(?:ba|da|a)?sh["']?,))/g;

/** `{raw PREROUTING [-p udp … -j NOTRACK]}`. */
function structRule(text: string, start: number, end: number): Rewritten | undefined {
  STRUCT.lastIndex = start;
  const found = STRUCT.exec(text);
  if (!found || found.index >= end) return undefined;
  const [whole, table = '', chain = ''] = found;
  const words = listAt(text, found.index + whole.length - 1, end);
  if (!words) return undefined;
  const tableAt = found.index + 1;
  const chainAt = text.indexOf(chain, tableAt + table.length);
  const six = words.some(({ text: word }) => /^[\da-f]{0,4}:[\da-f:.]*:/i.test(word));
  const out = new Rewriting()
    .put(`${six ? 'ip6tables' : 'iptables'} -t `, found.index, 1)
    .keep(table, tableAt)
    .put(' -A ', tableAt + table.length, 1)
    .keep(chain, chainAt);
  for (const word of words) out.put(` ${shellWord(word.text)}`, word.from, word.to - word.from);
  return out.done();
}

const STRUCT = /\{(filter|nat|mangle|raw|security) ([\w.-]{1,30}) \[/g;

interface ListWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The words between the bracket at `open` and the one that closes it; undefined where it stays open. */
function listAt(text: string, open: number, end: number): readonly ListWord[] | undefined {
  const close = text.charAt(open) === '(' ? ')' : ']';
  const words: ListWord[] = [];
  let inComment = false;
  let i = open + 1;
  while (i < end) {
    const character = text.charAt(i);
    if (character === close) return words.length > 0 ? words : undefined;
    if (character === ',' || /\s/.test(character)) {
      i++;
      continue;
    }
    const from = i;
    if (character === '"' || character === "'" || character === '`') {
      const word = quotedAt(text, from, end);
      if (!word) return undefined;
      words.push(word);
      i = word.to;
    } else {
      // In a list of bare words a comma may belong to a word, as in a list of ports.
      while (i < end && !/\s/.test(text.charAt(i)) && text.charAt(i) !== close) i++;
      const word = text.slice(from, i);
      const bare = word.endsWith(',') ? word.slice(0, -1) : word;
      const before = words.at(-1);
      // Nothing shows where a comment ends but the next option.
      if (before && inComment && !OPTION.test(bare)) {
        const to = from + bare.length;
        words[words.length - 1] = { text: text.slice(before.from, to), from: before.from, to };
        continue;
      }
      inComment = before?.text === '--comment';
      if (bare !== '') words.push({ text: bare, from, to: from + bare.length });
    }
  }
  return undefined;
}

/** `->` is none. */
const OPTION = /^(?:!|-[A-Za-z]|--[a-z][\w-]*)$/;

/** The string whose quote is at `from`; undefined where it stays open. */
function quotedAt(text: string, from: number, end: number): ListWord | undefined {
  const quote = text.charAt(from);
  let value = '';
  let i = from + 1;
  while (i < end && text.charAt(i) !== quote) {
    if (text.charAt(i) === '\\' && quote !== '`' && i + 1 < end) i++;
    value += text.charAt(i);
    i++;
  }
  return i < end ? { text: value, from, to: i + 1 } : undefined;
}

function command(words: readonly ListWord[]): Rewritten {
  const out = new Rewriting();
  for (const [i, word] of words.entries())
    out.put(`${i === 0 ? '' : ' '}${shellWord(word.text)}`, word.from, word.to - word.from);
  return out.done();
}

/** As a shell takes it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./!-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}
