import { trimmedEnd } from '../text/blanks';
import { NO_PROBLEMS } from './classified';
import { Command } from './command';
import { Shape } from './shape';
import type { Line, Problem } from './tree';

/**
 * A line `-A CHAIN …` without a fault in its words: nearly all that a large dump consists of. So it keeps its text and
 * nothing else until its words are needed.
 */
export class AppendLine implements Line {
  private command: Command | undefined = undefined;

  constructor(
    public index: number,
    readonly text: string,
    readonly eol: string,
    readonly contentStart: number,
  ) {}

  get node(): Command {
    return (this.command ??= new Command(this.text, this.contentStart, trimmedEnd(this.text), 'restore', 'A'));
  }

  get shape(): Shape {
    return Shape.Rule;
  }

  get problems(): readonly Problem[] {
    return NO_PROBLEMS;
  }
}
