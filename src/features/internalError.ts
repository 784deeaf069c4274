/** What can be reported of an error that should not have happened, without any content of the file. */
export interface InternalError {
  /** `RangeError`; for a thrown value that is not an error, its type. */
  readonly name: string;
  /** The engine's message on one line: it may quote a word of the input, so that it is for the person at hand only. */
  readonly message: string;
  /** Where it happened, `cli.js:14:31832`; undefined where the engine does not say. */
  readonly place: string | undefined;
}

/** Takes apart any thrown value. Never throws. */
export function internalErrorOf(thrown: unknown): InternalError {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: '', place: undefined };
  const [, place] = /([^\s()/\\]+:[0-9]+:[0-9]+)\)?$/m.exec(framesOf(thrown)) ?? [];
  return { name: thrown.name, message: thrown.message.replace(/\s+/g, ' ').slice(0, LONGEST_MESSAGE), place };
}

/**
 * One line on an internal error and what to do: `internal error (RangeError: … at cli.js:14:31832). It is a bug of …
 * 0.1.0; please report …`.
 */
export function internalErrorText(thrown: unknown, version: string, reported: string): string {
  const { name, message, place } = internalErrorOf(thrown);
  const what = `${name}${message === '' ? '' : `: ${message}`}${place === undefined ? '' : `, at ${place}`}`;
  return (
    `internal error (${what}). This is a bug of iptables-lens ${version}: please report it with this line and ` +
    `${reported}`
  );
}

/** The frames of the stack without the message before them, which may quote the input. */
export function framesOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  return belowMessage(thrown)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .join('\n');
}

const LONGEST_MESSAGE = 200;
const MOST_FRAMES = 20;

/** A message may have lines that look like frames. */
function belowMessage({ stack, message }: Error): string {
  if (typeof stack !== 'string') return '';
  const at = stack.indexOf(message);
  return at < 0 ? stack : stack.slice(at + message.length);
}
