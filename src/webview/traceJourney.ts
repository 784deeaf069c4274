import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Leg, ViewState } from '../shared/protocol';
import { icon } from './icons';
import { send } from './send';
import { theme } from './theme';

/** The packets of a whole exchange and the answers to them, one after the other; a click traces one. */
@customElement('trace-journey')
export class TraceJourney extends LitElement {
  @property({ attribute: false }) legs: readonly Leg[] = [];
  @property({ attribute: false }) words: ViewState['journeyWords'] = { remarks: [], end: '' };

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        border-top: 1px solid var(--line);
        padding: 9px 14px;
      }
      .row {
        display: grid;
        grid-template-columns: 62px minmax(0, 1fr);
        gap: 6px;
        align-items: baseline;
      }
      .row + .row {
        margin-top: 6px;
      }
      ol {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
        min-width: 0;
      }
      li {
        display: flex;
        gap: 6px;
        align-items: center;
        min-width: 0;
        max-width: 100%;
      }
      .leg {
        border: 1px solid var(--edge);
        border-radius: 6px;
        padding: 4px 10px;
        text-align: left;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .leg:hover {
        background: var(--vscode-list-hoverBackground, var(--soft));
      }
      .leg[aria-current='step'] {
        border-color: var(--vscode-contrastActiveBorder, var(--blue));
        background: color-mix(in srgb, var(--blue) 13%, transparent);
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
      }
      .leg.maybe {
        border-style: dashed;
      }
      .leg .badge {
        margin-left: 6px;
      }
      .back {
        color: var(--green);
      }
      .leg.lost {
        color: var(--red);
      }
      p {
        margin: 6px 0 0;
        overflow-wrap: anywhere;
        max-width: 110ch;
      }
      .number {
        color: var(--dim);
        margin-right: 6px;
      }
      .between {
        color: var(--dim);
        flex: none;
      }
      @media (max-width: 520px) {
        .row {
          grid-template-columns: minmax(0, 1fr);
          gap: 3px;
        }
        /* One chip a line: all begin at the same place. */
        .between {
          width: 18px;
          text-align: right;
        }
        li:first-child {
          padding-left: 24px;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const there = this.legs.filter(({ comesBack }) => comesBack === undefined);
    const back = this.legs.filter(({ comesBack }) => comesBack !== undefined);
    const shown = this.legs.find(({ current }) => current);
    const { remarks, end } = this.words;
    return html`${there.length > 0 ? this.row('Journey', there) : nothing}${back.length > 0 ? this.row('Answer', back) : nothing}
    ${shown?.note === undefined ? nothing : html`<p title=${shown.source ?? ''}>${shown.when === undefined ? '' : `If ${shown.when}: `}${shown.note}</p>`}
    ${end === '' ? nothing : html`<p class="dim">${there.length > 0 ? 'The journey ends here: ' : ''}${end}</p>`}
    ${remarks.map((remark) => html`<p class="remark">${icon('warning')} ${remark}</p>`)}`;
  }

  /** The usual way is joined by arrows; where another begins that there is only under a condition, it says so. */
  private row(name: string, legs: readonly Leg[]): TemplateResult {
    return html`<nav class="row" aria-label=${name}>
      <span class="dim">${name}</span>
      <ol>
        ${legs.map((leg, i) => html`<li>${i === 0 ? nothing : html`<span class="between" aria-hidden="true">${startsWay(leg, legs[i - 1]) ? 'or' : '→'}</span>`}${this.chip(leg)}</li>`)}
      </ol>
    </nav>`;
  }

  private chip({ id, label, when, current, comesBack, badge }: Leg): TemplateResult {
    const lost = comesBack === false;
    const words = `${id} ${label}${when === undefined ? '' : `, if ${when}`}${badge ? `: ${badge.text}` : ''}${comesBack === undefined ? '' : lost ? ', does not come back' : ', comes back'}`;
    return html`<button
      class="leg ${isMaybe(id) ? 'maybe' : ''} ${lost ? 'lost' : ''}"
      title=${when === undefined ? label : `If ${when}`}
      aria-label=${words}
      aria-current=${current ? 'step' : 'false'}
      @click=${() => send(this, { type: 'choose-leg', id })}
    >
      <span class="number">${id}</span>
      ${lost ? html`${icon('error')} ` : nothing}${label}${badge ? html` <span class="badge small ${badge.tone} ${badge.conditional ? 'conditional' : ''}">${badge.text}</span>` : nothing}${comesBack === true ? html` <span class="back">${icon('check')}</span>` : nothing}
    </button>`;
  }
}

/** `2b`, `3b`, `2br`: legs of one way have the same letters; without any it is the usual one. */
function wayOf(id: string): string {
  return id.replace(/^\d+|r$/g, '');
}

function isMaybe(id: string): boolean {
  return wayOf(id) !== '';
}

function startsWay(leg: Leg, before: Leg | undefined): boolean {
  return before === undefined || wayOf(leg.id) !== wayOf(before.id);
}
