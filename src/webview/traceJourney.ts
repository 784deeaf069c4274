import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Leg, ViewState } from '../shared/protocol';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

/**
 * The packets of a whole exchange and the replies to them, in one line that scrolls: it says where the packet on show
 * stands, and a click traces another. The screen of all ways has the same in full.
 */
@customElement('trace-journey')
export class TraceJourney extends LitElement {
  @property({ attribute: false }) legs: readonly Leg[] = [];
  @property({ attribute: false }) words: ViewState['journeyWords'] = { remarks: [], end: '' };
  /** What the ways in and out of the host are called. */
  @property({ attribute: false }) ways: readonly string[] = [];
  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--line);
        padding: 7px 14px;
      }
      .row {
        display: flex;
        gap: 6px 10px;
        align-items: center;
        min-width: 0;
      }
      nav {
        flex: 1 1 0;
        min-width: 0;
        overflow-x: auto;
        scrollbar-width: thin;
        /* The outline of the current leg. */
        padding: 2px;
        margin: -2px;
      }
      ol {
        display: flex;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
        width: max-content;
      }
      li {
        display: flex;
        gap: 6px;
        align-items: center;
        flex: none;
      }
      .leg,
      .all {
        border: 1px solid var(--edge);
        border-radius: 6px;
        padding: 2px 9px;
        text-align: left;
        white-space: nowrap;
      }
      .all {
        flex: none;
        color: var(--link);
        display: inline-flex;
        gap: 5px;
        align-items: center;
      }
      .leg:hover,
      .all:hover {
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
        margin-left: 4px;
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
        margin-right: 4px;
      }
      .between {
        color: var(--dim);
      }
      .remark {
        display: flex;
        gap: 6px;
        color: var(--orange);
      }
      @media (max-width: 560px) {
        .row {
          flex-wrap: wrap;
        }
        nav {
          flex-basis: 100%;
        }
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
  }

  override render(): TemplateResult {
    const shown = this.legs.find(({ current }) => current);
    const { remarks, end } = this.words;
    return html`<div class="row">
        ${this.ways.length > 0 ? html`<button class="all" title=${`All ways in and out on one screen: ${this.ways.join(', ')}`} @click=${() => send(this, { type: 'show-ways', shown: true })}>${icon('arrowSwap')}${waysLabel(this.ways)}</button>` : nothing}
        ${this.legs.length > 0 ? this.strip() : nothing}
      </div>
      ${shown?.note === undefined ? nothing : html`<p title=${shown.source ?? ''}>${shown.when === undefined ? '' : `If ${shown.when}: `}${shown.note}</p>`}
      ${end === '' || this.legs.length > 0 ? nothing : html`<p class="dim">${end}</p>`}
      ${remarks.map((remark) => html`<p class="remark">${icon('warning')} <span>${remark}</span></p>`)}`;
  }

  /** The button that opens the screen of all ways. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.all')?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (changed.has('legs')) this.showCurrent();
  }

  /** Scrolls the line, and nothing else, to the packet on show. */
  private showCurrent(): void {
    const line = this.renderRoot.querySelector<HTMLElement>('nav');
    const current = this.renderRoot.querySelector<HTMLElement>("[aria-current='step']");
    if (!line || !current) return;
    const [seen, wanted] = [line.getBoundingClientRect(), current.getBoundingClientRect()];
    if (wanted.left < seen.left) line.scrollLeft -= seen.left - wanted.left + MARGIN;
    else if (wanted.right > seen.right) line.scrollLeft += wanted.right - seen.right + MARGIN;
  }

  /** The usual way is joined by arrows; where another begins that there is only under a condition, it says so. */
  private strip(): TemplateResult {
    return html`<nav aria-label="Journey">
      <ol>
        ${this.legs.map((leg, i) => html`<li>${i === 0 ? nothing : html`<span class="between" aria-hidden="true">${between(leg, this.legs[i - 1] as Leg)}</span>`}${this.chip(leg)}</li>`)}
        ${this.words.end === '' ? nothing : html`<li class="dim">The journey ends here: ${this.words.end}</li>`}
      </ol>
    </nav>`;
  }

  private chip({ id, label, when, at, current, comesBack, badge, loops }: Leg): TemplateResult {
    const lost = comesBack === false;
    const shown = comesBack === undefined ? label : shortAnswer(label);
    const words =
      `${id} ${shown}${at === undefined ? '' : `, at ${at}`}${when === undefined ? '' : `, if ${when}`}` +
      `${badge ? `: ${badge.text}` : ''}` +
      `${loops ? ', comes back to its sender: a loop' : ''}` +
      `${comesBack === undefined ? '' : lost ? ', does not come back' : ', comes back'}`;
    return html`<button
      class="leg ${isMaybe(id) ? 'maybe' : ''} ${lost ? 'lost' : ''}"
      title=${when === undefined ? label : `If ${when}`}
      aria-label=${words}
      aria-current=${current ? 'step' : 'false'}
      @click=${() => send(this, { type: 'choose-leg', id })}
    >
      <span class="number">${id}</span>
      ${lost ? html`${icon('error')} ` : nothing}${shown}${at === undefined ? nothing : html` <span class="at">at ${at}</span>`}${badge ? html` <span class="badge small ${badge.tone} ${badge.conditional ? 'conditional' : ''}">${badge.text}</span>` : nothing}${loops ? html` <span class="badge small drop">LOOP</span>` : nothing}${comesBack === true ? html` <span class="back">${icon('check')}</span>` : nothing}
    </button>`;
  }
}

/** In pixels, of what is beside the packet on show. */
const MARGIN = 24;

/** `Inbound · Outbound · 4 more`. */
function waysLabel(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return `${first} · ${second}${names.length > 2 ? ` · ${names.length - 2} more` : ''}`;
}

/** `app 10.0.0.7:3000 → proxy`: the sender of a reply is that of the leg before; its end is enough. */
function shortAnswer(label: string): string {
  const [from = '', to = ''] = label.split(' → ');
  return `${from.split(' ')[0] ?? ''} → ${to.split(' ')[0] ?? ''}`;
}

function between(leg: Leg, before: Leg): string {
  if (leg.comesBack !== undefined && before.comesBack === undefined) return '↩';
  return startsWay(leg, before) ? 'or' : '→';
}

/** `2b`, `3b`, `2br`: legs of one way have the same letters; without any it is the usual one. */
function wayOf(id: string): string {
  return id.replace(/^\d+|r$/g, '');
}

function isMaybe(id: string): boolean {
  return wayOf(id) !== '';
}

function startsWay(leg: Leg, before: Leg): boolean {
  return wayOf(leg.id) !== wayOf(before.id);
}
