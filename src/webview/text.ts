import { html, nothing, type TemplateResult } from 'lit';
import type { RichText, Token } from '../shared/protocol';

/** The words of a rule, coloured. A blank between them is text, so that a copied rule is a rule. */
export function tokensTemplate(tokens: readonly Token[]): TemplateResult {
  return html`${tokens.map(({ text, kind }, i) => html`${i > 0 ? ' ' : nothing}<span class="t-${kind}">${text}</span>`)}`;
}

/**
 * The words of a rule in a row of a list: where there is no room, comments are cut off first, then what the rule asks,
 * and what it does last of all.
 */
export function rowTokensTemplate(tokens: readonly Token[]): TemplateResult {
  const asks = tokens.filter(({ part, kind }) => part === undefined && kind !== 'comment');
  const does = tokens.filter(({ part }) => part === 'action');
  const comments = tokens.filter(({ part, kind }) => part === undefined && kind === 'comment');
  const part = (name: string, words: readonly Token[], before: boolean): TemplateResult | typeof nothing =>
    words.length === 0
      ? nothing
      : html`${before ? ' ' : nothing}<span class=${name}
            >${words.map(({ text, short, kind }, i) => html`${i > 0 ? ' ' : nothing}<span class="t-${kind}">${short ?? text}</span>`)}</span
          >`;
  return html`${part('asks', asks, false)}${part('does', does, asks.length > 0)}${part('remark', comments, asks.length + does.length > 0)}`;
}

/** `1.2k`, `34M`: a count in at most four letters, with the SI prefixes of powers of 1000. */
export function shortCount(count: string): string {
  const digits = count.replace(/^0+(?=\d)/, '');
  const thousands = Math.floor((digits.length - 1) / 3);
  if (thousands === 0) return digits;
  const whole = digits.length - 3 * thousands;
  const tenth = whole === 1 && digits[1] !== '0' ? `.${digits[1]}` : '';
  return `${digits.slice(0, whole)}${tenth}${'kMGTPE'[thousands - 1] ?? ''}`;
}

/** Spans of a sentence; those with a line link to it. */
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
