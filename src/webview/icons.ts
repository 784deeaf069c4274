import { css, html, type TemplateResult } from 'lit';

/**
 * Glyphs of the codicon font, which the page loads. Text, not markup: it needs no style sheet of its own in each
 * component.
 */
const GLYPHS = {
  beaker: '\uea79',
  check: '\ueab2',
  chevronDown: '\ueab4',
  chevronRight: '\ueab6',
  chevronUp: '\ueab7',
  circleFilled: '\uea71',
  circleSlash: '\ueabd',
  close: '\uea76',
  copy: '\uebcc',
  error: '\uea87',
  export: '\uebac',
  filter: '\ueaf1',
  gear: '\ueaf8',
  goTo: '\uea94',
  info: '\uea74',
  lightbulb: '\uea61',
  loading: '\ueb19',
  loop: '\ueae2',
  markdown: '\ueb1d',
  next: '\uea9a',
  pin: '\ueb2b',
  pinned: '\ueba0',
  play: '\ueb2c',
  previous: '\ueaa1',
  question: '\ueb32',
  search: '\uea6d',
  server: '\ueb50',
  globe: '\ueb01',
  plug: '\ueb2d',
  warning: '\uea6c',
  reply: '\uea7d',
  arrow: '\uea9c',
  arrowSwap: '\uebcb',
  arrowLeft: '\uea9b',
  edit: '\uea73',
} as const;

export type IconName = keyof typeof GLYPHS;

/** A symbol beside a text or within a labelled button: screen readers pass over it. */
export function icon(name: IconName): TemplateResult {
  return html`<span class="icon" aria-hidden="true">${GLYPHS[name]}</span>`;
}

export const iconStyles = css`
  .icon {
    font: normal 16px/1 codicon;
    display: inline-block;
    text-align: center;
    vertical-align: text-bottom;
    user-select: none;
    -webkit-font-smoothing: antialiased;
  }
`;
