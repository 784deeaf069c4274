import { html, nothing, type TemplateResult } from 'lit';
import type { RichText, Token } from '../shared/protocol';

/** The words of a rule, coloured. A blank between them is text, so that a copied rule is a rule. */
export function tokensTemplate(tokens: readonly Token[]): TemplateResult {
  return html`${tokens.map(({ text, kind }, i) => html`${i > 0 ? ' ' : nothing}<span class="t-${kind}">${text}</span>`)}`;
}

/** Spans of a sentence; those with a line lead to it. */
export function richTemplate(spans: RichText, openLine: (line: number) => void): TemplateResult {
  return html`${spans.map(({ text, style, line }) => {
    if (line !== undefined)
      return html`<button
        class="link ${style ?? ''}"
        title="Show line ${line} in the editor"
        @click=${() => openLine(line)}
      >
        ${text}
      </button>`;
    if (style === 'strong') return html`<b class="strong">${text}</b>`;
    if (style === 'code') return html`<code>${text}</code>`;
    return style === 'dim' ? html`<span class="dim">${text}</span>` : text;
  })}`;
}

/** `33.3 %`, of a chance from 0 to 1. */
export function percent(chance: number): string {
  return `${Math.round(chance * 1000) / 10} %`;
}
