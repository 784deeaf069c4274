import { literalText, type Redirect, type ShellWord } from './nodes';
import { writtenPiece, type Piece, type ScriptText } from './scriptText';

/** The text of a here-document or of `<<<`; undefined where the input is another. `text`: how words expand. */
export function hereInput(
  { here, operator, target }: Redirect,
  source: ScriptText,
  text: (word: Pick<ShellWord, 'parts'>) => readonly Piece[],
): readonly Piece[] | undefined {
  if (!here) return operator === '<<<' ? text(target) : undefined;
  const { parts, start, end } = here;
  return text({ parts: parts ?? [{ kind: 'text', text: source.text.slice(start, end), quoted: true, start, end }] });
}

/** The redirections of what a command prints, as they are written: `> /tmp/before`. */
export function outputFiles(redirects: readonly Redirect[], source: ScriptText): readonly Piece[] {
  return redirects
    .filter(({ operator, descriptor }) => /^&?>[>|]?$/.test(operator) && descriptor < 2)
    .map(({ start, target }) => writtenPiece(source, start, target.end));
}

/** Whether a redirection discards the error messages of a command. */
export function areQuiet(redirects: readonly Redirect[]): boolean {
  return redirects.some((redirect) => isQuiet(redirect, redirects));
}

function isQuiet({ operator, descriptor, target }: Redirect, all: readonly Redirect[]): boolean {
  const where = literalText(target);
  if (operator === '&>' || operator === '&>>') return where === '/dev/null';
  if (descriptor !== 2) return false;
  if (operator === '>' || operator === '>>') return where === '/dev/null';
  return (
    operator === '>&' &&
    (where === '-' ||
      (where === '1' &&
        all.some((each) => each.operator === '>' && each.descriptor < 2 && literalText(each.target) === '/dev/null')))
  );
}
