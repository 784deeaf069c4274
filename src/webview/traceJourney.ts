import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Leg } from '../shared/protocol';
import { send } from './send';
import { theme } from './theme';

/** The packets of a whole exchange, one after the other; a click traces one. */
@customElement('trace-journey')
export class TraceJourney extends LitElement {
  @property({ attribute: false }) legs: readonly Leg[] = [];

  static override styles = [...theme, css`
    :host { display: block; border-top: 1px solid var(--line); padding: 9px 14px; }
    nav { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
    .leg { border: 1px solid var(--edge); border-radius: 6px; padding: 4px 10px; text-align: left; }
    .leg:hover { background: var(--vscode-list-hoverBackground, var(--soft)); }
    .leg[aria-current='step'] { border-color: var(--vscode-contrastActiveBorder, var(--blue)); background: color-mix(in srgb, var(--blue) 13%, transparent); }
    .leg.maybe { border-style: dashed; }
    p { margin: 6px 0 0; overflow-wrap: anywhere; }
    .number { color: var(--dim); margin-right: 6px; }
  `];

  override render(): TemplateResult {
    const shown = this.legs.find(({ current }) => current);
    return html`<nav aria-label="Journey"><span class="dim">Journey</span>
      ${this.legs.map(({ id, label, when, current }, i) => html`${i > 0 ? html`<span class="dim" aria-hidden="true">${when === undefined ? '→' : 'or'}</span>` : nothing}
        <button class="leg ${when === undefined ? '' : 'maybe'}" title=${when === undefined ? label : `If ${when}`} aria-label=${when === undefined ? label : `${label}, if ${when}`} aria-current=${current ? 'step' : 'false'} @click=${() => send(this, { type: 'choose-leg', id })}><span class="number">${id}</span>${label}</button>`)}</nav>
      ${shown?.note === undefined ? nothing : html`<p class="dim" title=${shown.source ?? ''}>${shown.when === undefined ? '' : `If ${shown.when}: `}${shown.note}</p>`}`;
  }
}
