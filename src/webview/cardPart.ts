import { css, html, type TemplateResult } from 'lit';
import type { CardAssumption, CardPart } from '../shared/protocol';

/** Where an assumed value is settled: a field of the form, or a question. */
export type Settle = (event: 'edit-field' | 'show-question', name: string) => void;

/** A piece of a row; an assumed value links to where it is settled. */
export function partTemplate({ text, style, change, assumed }: CardPart, settle: Settle): TemplateResult {
  const words = style === 'code' ? html`<code class=${change ?? ''}>${text}</code>` : html`${text}`;
  if (!assumed) return style === 'dim' ? html`<span class="dim">${text}</span>` : words;
  return assumedTemplate(words, assumed, settle);
}

/** A value that nothing states, with a mark. */
export function assumedTemplate(
  words: TemplateResult | string,
  { why, field, question }: CardAssumption,
  settle: Settle,
): TemplateResult {
  const title = `Assumed: ${why}`;
  const place = field ?? question;
  if (place === undefined) return html`<span class="assumed" title=${title}>${words}</span>`;
  const pressed = (): void => settle(field === undefined ? 'show-question' : 'edit-field', place);
  return html`<button class="assumed" title="${title}. Click to settle it" @click=${pressed}>${words}</button>`;
}

/** Says to the page around where a value is settled. */
export function settleFrom(element: HTMLElement): Settle {
  return (event, name) =>
    void element.dispatchEvent(new CustomEvent(event, { detail: name, bubbles: true, composed: true }));
}

export const assumedStyle = css`
  .assumed {
    text-decoration: underline dotted var(--yellow);
    text-underline-offset: 3px;
    overflow-wrap: anywhere;
    text-align: left;
  }
  .assumed::after {
    content: '?';
    font-size: 0.8em;
    vertical-align: super;
    line-height: 0;
    color: var(--yellow);
    font-weight: 600;
  }
  button.assumed:hover {
    text-decoration-style: solid;
  }
`;
