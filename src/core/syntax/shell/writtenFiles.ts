import { Shape } from '../shape';
import { textLine } from './emit';
import { linesOf, type Piece } from './scriptText';

/** What a script writes into files, for a command below that loads or runs them. */
export class WrittenFiles {
  private readonly written = new Map<string, readonly Piece[]>();
  private readonly used = new Set<string>();

  write(name: string, pieces: readonly Piece[], adds: boolean): void {
    const before = adds ? this.written.get(name) : undefined;
    // A file that grows line by line is not a script that is run.
    if (before && before.length > 10_000) return;
    this.written.set(name, before ? [...before, ...pieces] : pieces);
  }

  /** Whether a file of this name was written; then it is not reported as unread. */
  use(name: string): boolean {
    if (!this.written.has(name)) return false;
    this.used.add(name);
    return true;
  }

  read(name: string): readonly Piece[] | undefined {
    return this.use(name) ? this.written.get(name) : undefined;
  }

  /** The lines with commands of iptables in files that nothing runs. */
  unused(): readonly { readonly name: string; readonly piece: Piece }[] {
    return [...this.written]
      .filter(([name]) => !this.used.has(name))
      .flatMap(([name, pieces]) =>
        linesOf(pieces).flatMap((line) => {
          const [piece] = line;
          return piece && textLine(line).some(({ shape }) => shape === Shape.ProgramCommand) ? [{ name, piece }] : [];
        }),
      );
  }
}
