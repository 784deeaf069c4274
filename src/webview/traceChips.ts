import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OutcomeTab, TraceReport } from '../shared/protocol';
import { send } from './send';
import { percent } from './text';
import { theme } from './theme';

/** More chips are folded to this many and the chosen one: the answer has to stay in sight. */
const FEW = 6;

/** The outcomes where several are possible, one chip each, named by what they differ in. */
@customElement('trace-chips')
export class TraceChips extends LitElement {
  @property({ attribute: false }) trace!: TraceReport;
  @state() private unfolded = false;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        padding: 9px 14px 0;
      }
      .tabs {
        display: flex;
        flex-wrap: wrap;
        gap: 5px 6px;
        align-items: center;
      }
      .tab {
        display: inline-flex;
        gap: 7px;
        align-items: center;
        padding: 1px 10px;
        border: 1px solid var(--edge);
        border-radius: 12px;
        max-width: 100%;
        text-align: left;
      }
      .tab[aria-selected='true'] {
        border-color: var(--vscode-contrastActiveBorder, var(--blue));
        background: color-mix(in srgb, var(--blue) 12%, transparent);
      }
      .label {
        overflow: hidden;
        overflow-wrap: anywhere;
        min-width: 0;
        max-width: 460px;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      .end {
        color: var(--tone);
        font-size: var(--small);
        font-weight: 600;
        white-space: nowrap;
      }
      .chance {
        color: var(--dim);
        white-space: nowrap;
      }
    `,
  ];

  override render(): TemplateResult {
    const { tabs, selected, moreOutcomes, group } = this.trace;
    const sameEnd = tabs.every(({ badge }) => badge.text === tabs[0]?.badge.text);
    const folded = !this.unfolded && tabs.length > FEW + 1;
    const label = group === '' ? 'Possible outcomes' : group;
    return html`<div class="tabs">
      <div class="tabs" role="tablist" aria-label=${label}>
        ${tabs.map((tab, index) =>
          folded && index >= FEW && index !== selected ? nothing : this.tab(tab, index === selected, index, sameEnd),
        )}
      </div>
      ${
        tabs.length > FEW + 1
          ? html`<button class="link" aria-expanded=${folded ? 'false' : 'true'} @click=${this.toggle}>
              ${folded ? `Show all ${tabs.length}` : 'Show fewer'}
            </button>`
          : nothing
      }
      ${moreOutcomes > 0 ? html`<span class="dim">and ${moreOutcomes} more</span>` : nothing}
    </div>`;
  }

  private chip(index: number): HTMLElement | null {
    return this.renderRoot.querySelector(`.tab[data-index='${index}']`);
  }

  private readonly toggle = (): void => {
    this.unfolded = !this.unfolded;
  };

  private tab(
    { badge, name, label, probability }: OutcomeTab,
    selected: boolean,
    index: number,
    sameEnd: boolean,
  ): TemplateResult {
    return html`<button
      class="tab ${badge.tone}"
      role="tab"
      data-index=${index}
      aria-selected=${selected ? 'true' : 'false'}
      tabindex=${selected ? 0 : -1}
      title=${name.endsWith(label) ? '' : label}
      @click=${() => this.choose(index)}
      @keydown=${this.key}
    >
      ${sameEnd ? nothing : html`<span class="end">${badge.text}</span>`}
      <span class="label">${name === '' ? badge.text : name}</span>
      ${probability === undefined ? nothing : html`<span class="chance">${percent(probability)}</span>`}
    </button>`;
  }

  private choose(index: number): void {
    send(this, { type: 'choose-outcome', index });
  }

  private readonly key = (event: KeyboardEvent): void => {
    const { tabs, selected } = this.trace;
    const to = { ArrowRight: selected + 1, ArrowLeft: selected - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || to === selected || to < 0 || to >= tabs.length) return;
    event.preventDefault();
    this.choose(to);
    // Keys reach every outcome, and go to one that is folded away by unfolding it.
    this.unfolded ||= this.chip(to) === null;
    void this.updateComplete.then(() => this.chip(to)?.focus());
  };
}
