import type { ExpressionProblem } from '../../core/net/packetExpression';
import { baseName } from '../../core/syntax/baseName';
import { promptEnd } from '../../core/syntax/prompt';
import { scanWords, type WordScan } from '../../core/syntax/words';
import type { CommandContext } from './commandContext';
import { readCurl } from './curl';
import { readDig, readHostCommand, readNslookup, type Resolvers } from './dnsQuery';
import { environmentBefore, isSetting, NO_ENVIRONMENT, settingsBefore, type Environment } from './environment';
import { problemAt, type FirstPacket, type Piece } from './firstPacket';
import { readNetcat } from './netcat';
import { readPing } from './ping';
import { readTelnet } from './telnet';
import { readWget } from './wget';

type CommandReader = (
  words: readonly Piece[],
  program: Piece,
  context: CommandContext,
) => FirstPacket | ExpressionProblem;

const READERS: ReadonlyMap<string, CommandReader> = new Map<string, CommandReader>([
  ['curl', readCurl],
  ['wget', readWget],
  ...['nc', 'netcat', 'ncat', 'nc.openbsd', 'nc.traditional'].map((name) => [name, readNetcat] as const),
  ['ping', readPing],
  ['ping6', readPing],
  ['telnet', readTelnet],
  ['dig', (words, program, { resolvers }) => readDig(words, program, resolvers)],
  ['nslookup', (words, program, { resolvers }) => readNslookup(words, program, resolvers)],
  ['host', (words, program, { resolvers }) => readHostCommand(words, program, resolvers)],
]);

/** Programs that start another one, whose name comes later. */
const WRAPPERS =
  /^(?:sudo|doas|kubectl|oc|docker|podman|nerdctl|crictl|lxc|nsenter|ip|env|time|timeout|watch|strace|ssh|sh|bash|exec|nohup|minikube|vagrant|multipass)$/;

/** Of them those that start it with an environment of its own, or on another machine. */
const OWN_ENVIRONMENT = /^(?:sudo|doas|kubectl|oc|docker|podman|nerdctl|crictl|lxc|ssh|minikube|vagrant|multipass)$/;

/** Whether a text begins as the command line of one of the programs that are known here, or with a prompt. */
export function isCommandLine(text: string): boolean {
  const start = promptEnd(text, 0, text.length);
  const word = baseName(text.slice(start).trimStart().split(/\s/, 1)[0] as string);
  return start > 0 || READERS.has(word) || WRAPPERS.test(word) || word === 'export';
}

/** Whether a text begins with `ping`, which is also a word of expressions. */
export function isPing(text: string): boolean {
  const start = promptEnd(text, 0, text.length);
  return /^(?:sudo[ \t]+)?(?:\/(?:usr\/)?s?bin\/)?ping6?[ \t]/.test(text.slice(start, start + 60).trimStart());
}

/**
 * The first packet of a command line, after prompts and programs such as `sudo` and `kubectl exec … --`. undefined
 * where it runs none of the programs that are known here.
 */
export function readCommand(text: string, resolvers: Resolvers): FirstPacket | ExpressionProblem | undefined {
  return commandIn(joined(text), 0, text.length, { resolvers, environment: NO_ENVIRONMENT }, 0);
}

/** A backslash at the end of a line goes on in the next one; a box of one line has made a blank of the line end. */
function joined(text: string): string {
  return text
    .replace(/\\\r?\n/g, (found) => ' '.repeat(found.length))
    .replace(/\\(?=[ \t]+(?:-|'|"|https?:)|[ \t]*$)/g, ' ')
    .replace(/[\r\n]/g, ' ');
}

/** At most this many words come before a program. */
const MOST_WORDS_BEFORE = 30;

function commandIn(
  text: string,
  from: number,
  to: number,
  outer: CommandContext,
  depth: number,
): FirstPacket | ExpressionProblem | undefined {
  const start = promptEnd(text, from, to);
  const { words, unterminated, environment: given } = commandAt(text, start, to, outer.environment);
  const first = words.findIndex((word) => !isSetting(word));
  const wrapped = start > from || WRAPPERS.test(baseName(words[first]?.text ?? ''));
  const at = words
    .slice(0, wrapped ? MOST_WORDS_BEFORE : first + 1)
    .findIndex((word) => READERS.has(baseName(word.text)));
  const found = words[at];
  const read = found && READERS.get(baseName(found.text));
  if (found && read) {
    if (unterminated) return problemAt(unterminated, 'this quote is never closed');
    const environment = environmentBefore(words.slice(0, at), given, OWN_ENVIRONMENT);
    return read(words.slice(at + 1), { ...found, text: baseName(found.text) }, { ...outer, environment });
  }
  // `ssh host 'curl …'`, `sh -c "curl …"`
  const inner = wrapped && depth < 2 ? words.find(({ quoted, text: word }) => quoted && / /.test(word)) : undefined;
  if (!inner) return undefined;
  const quote = /^['"]/.test(text.charAt(inner.start)) ? 1 : 0;
  const environment = environmentBefore(words.slice(0, words.indexOf(inner)), given, OWN_ENVIRONMENT);
  return commandIn(text, inner.start + quote, inner.end - quote, { ...outer, environment }, depth + 1);
}

/** The words of the first command that is more than settings, with those before it. */
function commandAt(
  text: string,
  from: number,
  to: number,
  outer: Environment,
): Pick<WordScan, 'words' | 'unterminated'> & { readonly environment: Environment } {
  let environment = outer;
  for (let start = from; ;) {
    const { words, unterminated, tail } = scanWords(text, start, to, 'shell');
    const operator = tail && /^(?:;|&&)/.exec(text.slice(tail.start, tail.end))?.[0];
    const settings = settingsBefore(words, operator !== undefined, environment);
    environment = settings.environment;
    if (!tail || !operator || settings.length === 0 || settings.length < words.length)
      return { words: words.slice(settings.length), unterminated, environment };
    start = tail.start + operator.length;
  }
}
