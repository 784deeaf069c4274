import { capital } from '../text/capital';

/** A remark in words. */
export interface Finding {
  /** The clause that says enough beside a verdict: `hairpin without source NAT`. */
  readonly short: string;
  /** Sentences that begin with that clause. */
  readonly text: string;
}

/** `rest` completes the clause to sentences, with the colon or the full stop after it. */
export function finding(short: string, rest = '.'): Finding {
  return { short, text: `${capital(short)}${rest}` };
}
