import { css, type CSSResult } from 'lit';

/**
 * How light text may be, as OKLCH lightness (0 to 1), so that it has a contrast of 4.5 to what it is on (WCAG 2.2,
 * 1.4.3): the background of the editor, and tints of it as in selected rows and badges. Colours of a theme that are
 * within these bounds stay as they are. `--past` is the opacity of what is shown of before: in high contrast nothing is
 * dimmed. The classes of `body` are the editor's.
 */
export const lightnessOfText = css`
  body {
    --text-min: 0.67;
    --text-max: 1;
    --tinted-min: 0.72;
    --tinted-max: 1;
  }
  body.vscode-light,
  body.vscode-high-contrast-light {
    --text-min: 0;
    --text-max: 0.52;
    --tinted-min: 0;
    --tinted-max: 0.48;
  }
  body.vscode-high-contrast,
  body.vscode-high-contrast-light {
    --past: 1;
  }
`;

/** A colour for words on the background of the editor; in `.tinted`, on a tint of it. */
export function readable(colour: CSSResult): CSSResult {
  return css`oklch(from ${colour} clamp(var(--text-min, 0), l, var(--text-max, 1)) c h)`;
}

/** A colour for words that can be read on tints too. */
export function readableOnTints(colour: CSSResult): CSSResult {
  return css`oklch(from ${colour} clamp(var(--tinted-min, 0), l, var(--tinted-max, 1)) c h)`;
}
