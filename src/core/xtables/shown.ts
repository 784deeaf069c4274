/** The packet lacks the field. The text says what is missing, and mostly why: `no ports: not the first fragment`. */
export interface Missing {
  readonly missing: string;
}

/** What a packet has to show for a condition. */
export type Shown = string | Missing;

export function missing(text: string): Missing {
  return { missing: text };
}

/** In words. */
export function shownText(shown: Shown): string {
  return typeof shown === 'string' ? shown : shown.missing;
}
