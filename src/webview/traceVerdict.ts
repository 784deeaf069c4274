import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AssumedFact, TraceModel } from '../shared/protocol';
import { icon } from './icons';
import { send } from './send';
import { richTemplate } from './text';
import { theme } from './theme';

/** How it ends, in one sentence; the courses where several are possible; what was taken for granted. */
@customElement('trace-verdict')
export class TraceVerdict extends LitElement {
  @property({ attribute: false }) trace!: TraceModel;
  @property({ attribute: false }) assumed: readonly AssumedFact[] = [];
  @state() private assumedOpen = false;

  static override styles = [...theme, css`
    :host { display: block; border-bottom: 1px solid var(--line); }
    .main { display: flex; gap: 12px; align-items: flex-start; padding: 12px 14px; }
    .sentence { flex: 1; min-width: 0; padding-top: 2px; text-wrap: pretty; overflow-wrap: anywhere; }
    .tools { display: flex; gap: 2px; margin: -2px -4px 0 0; }
    .tabs { display: flex; flex-wrap: wrap; gap: 6px; padding: 10px 14px 0; }
    .tab { display: inline-flex; gap: 8px; align-items: center; padding: 4px 8px; border: 1px solid var(--edge); border-radius: 5px; max-width: 100%; text-align: left; }
    .tab[aria-selected='true'] { border-color: var(--vscode-contrastActiveBorder, var(--blue)); background: color-mix(in srgb, var(--blue) 12%, transparent); }
    .tab .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    @media (max-width: 560px) { .main { flex-wrap: wrap; gap: 6px 12px; } .sentence { order: 2; flex-basis: 100%; } .tools { margin-left: auto; } }
    .tab .label { max-width: 260px; }
    .assumed { padding: 0 14px 10px; margin-top: -4px; }
    .assumed > button { color: var(--dim); display: inline-flex; align-items: center; gap: 3px; }
    .assumed > button:hover { color: var(--fg); }
    ul { margin: 4px 0 0; padding: 0 0 0 22px; }
    li { padding: 1px 0; }
    li::marker { color: var(--dim); }
  `];

  override render(): TemplateResult {
    const { tabs, outcome } = this.trace;
    return html`
      ${tabs.length > 1 ? this.tabs() : nothing}
      <div class="main">
        <span class="badge ${outcome.badge.tone}">${outcome.badge.text}</span>
        <div class="sentence">${richTemplate(outcome.verdict, (line) => send(this, { type: 'open-line', line }))}</div>
        <div class="tools">
          <button class="tool" title="Copy the trace as text" aria-label="Copy the trace as text" @click=${() => send(this, { type: 'copy', format: 'text' })}>${icon('copy')}</button>
          <button class="tool" title="Copy the trace as Markdown" aria-label="Copy the trace as Markdown" @click=${() => send(this, { type: 'copy', format: 'markdown' })}>${icon('markdown')}</button>
        </div>
      </div>
      <div class="hidden" role="status" aria-live="polite">${outcome.badge.text}. ${outcome.verdictText}</div>
      ${this.assumed.length > 0 ? this.facts() : nothing}`;
  }

  private tabs(): TemplateResult {
    const { tabs, selected, moreOutcomes } = this.trace;
    return html`<div class="tabs" role="tablist" aria-label="Possible courses">
      ${tabs.map(({ badge, label, probability }, index) => html`
        <button class="tab" role="tab" aria-selected=${index === selected ? 'true' : 'false'} tabindex=${index === selected ? 0 : -1} title=${label}
          @click=${() => this.choose(index)} @keydown=${this.tabKey}>
          <span class="badge small ${badge.tone}">${badge.text}</span>
          <span class="label">${probability === undefined ? label : `${Math.round(probability * 1000) / 10} %`}</span>
        </button>`)}
      ${moreOutcomes > 0 ? html`<span class="dim">and ${moreOutcomes} more</span>` : nothing}
    </div>`;
  }

  private facts(): TemplateResult {
    const many = this.assumed.length;
    return html`<div class="assumed">
      <button aria-expanded=${this.assumedOpen ? 'true' : 'false'} @click=${() => { this.assumedOpen = !this.assumedOpen; }}>${icon(this.assumedOpen ? 'chevronDown' : 'chevronRight')}Assumed: ${many === 1 ? 'one thing' : `${many} things`} that the file does not say</button>
      ${this.assumedOpen ? html`<ul>${this.assumed.map(({ message, line, field }) => html`<li>${message}
        ${line === undefined ? nothing : html`<button class="link" @click=${() => send(this, { type: 'open-line', line })}>line ${line}</button>`}
        ${field === undefined ? nothing : html`<button class="link" @click=${() => this.dispatchEvent(new CustomEvent<string>('edit-field', { detail: field, bubbles: true, composed: true }))}>change</button>`}</li>`)}</ul>` : nothing}
    </div>`;
  }

  private choose(index: number): void {
    send(this, { type: 'choose-outcome', index });
  }

  private readonly tabKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const { tabs, selected } = this.trace;
    const index = selected + by;
    if (by === 0 || index < 0 || index >= tabs.length) return;
    event.preventDefault();
    this.choose(index);
    this.renderRoot.querySelectorAll<HTMLElement>('.tab')[index]?.focus();
  };
}
