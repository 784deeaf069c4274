import '@vscode-elements/elements/dist/vscode-button/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { counted, grouped } from '../shared/numbers';
import type { CaptureView, FlowRow, ToView } from '../shared/protocol';
import { takeDroppedCaptures } from './droppedCapture';
import { icon } from './icons';
import { RovingFocus } from './rovingFocus';
import { selectTemplate } from './select';
import { send } from './send';
import { theme } from './theme';

/** A capture as a table of its flows; a row opens the trace of its first packet. */
@customElement('trace-capture')
export class TraceCapture extends LitElement {
  @state() private capture: CaptureView | undefined;
  /** Rows beyond those in `capture`. */
  @state() private more: readonly FlowRow[] = [];
  /** The packet that is traced below. */
  @property({ attribute: false }) expression = '';
  /** Why what was dropped is not traced, or not all of it; empty: there is nothing to say. */
  @state() private refusal = '';
  private dropped: (() => void) | undefined;
  readonly roving = new RovingFocus().join(this, 'button');

  static override styles = [
    ...theme,
    css`
      section {
        border-bottom: 1px solid var(--line);
        padding: 6px 0 8px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 12px;
        padding: 0 14px 4px;
      }
      h2 {
        margin: 0;
        font-size: 1em;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .refused {
        flex-wrap: nowrap;
        padding: 6px 14px;
        border-bottom: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
      .refused > .icon {
        color: var(--yellow);
      }
      vscode-single-select {
        width: 190px;
        align-self: center;
      }
      .close {
        margin-left: auto;
      }
      .scroll {
        max-height: 34vh;
        overflow: auto;
      }
      table {
        border-collapse: collapse;
        width: 100%;
        min-width: 640px;
      }
      th,
      td {
        padding: 2px 10px 2px 0;
        text-align: left;
        vertical-align: baseline;
        white-space: nowrap;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--bg);
        color: var(--dim);
        font-weight: 400;
        font-size: var(--small);
        z-index: 1;
      }
      th:first-child,
      td:first-child {
        padding-left: 14px;
      }
      .count {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      tr[aria-current='true'] td {
        background: var(--vscode-list-inactiveSelectionBackground, var(--soft));
        border-color: var(--vscode-contrastActiveBorder, transparent);
        border-style: solid;
        border-width: 1px 0;
      }
      .flow {
        font-family: var(--mono);
        font-size: min(var(--mono-size), 13px);
        text-align: left;
      }
      .badge {
        font-size: 0.78em;
        padding: 0 5px;
      }
      .badge.conditional {
        border-style: dashed;
      }
      ul {
        margin: 4px 14px 0;
        padding-left: 18px;
        color: var(--dim);
        font-size: var(--small);
      }
      .next {
        margin: 4px 14px;
      }
    `,
  ];

  /** Takes a message of the editor. */
  receive(message: Extract<ToView, { readonly type: 'capture' | 'capture-rows' }>): void {
    if (message.type === 'capture') {
      if (message.capture?.done !== this.capture?.done) this.more = [];
      this.capture = message.capture;
    } else if (message.from === (this.capture?.rows.length ?? 0) + this.more.length)
      this.more = [...this.more, ...message.rows];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.dropped = takeDroppedCaptures(
      (message) => send(this, message),
      (message) => {
        this.refusal = message;
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dropped?.();
  }

  override render(): TemplateResult | typeof nothing {
    return html`${this.refusal === '' ? nothing : this.refused()}${this.capture ? this.shown(this.capture) : nothing}`;
  }

  private refused(): TemplateResult {
    return html`<div class="head refused" role="alert">
      ${icon('warning')}<span>${this.refusal}</span>
      <button
        class="tool close"
        title="Close this message"
        aria-label="Close this message"
        @click=${() => {
          this.refusal = '';
        }}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  private shown(capture: CaptureView): TemplateResult {
    const { file, packets, flows, rows, done, busy, stale, iface, notes } = capture;
    const all = [...rows, ...this.more];
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title">${file}</h2>
        <span class="dim" role="status"
          >${counted(packets, 'packet')} in ${counted(flows, 'flow')}${busy ? `, ${grouped(done)} traced …` : ''}</span
        >
        ${iface ? this.ifaceChoice(iface) : nothing}
        ${stale ? html`<span>${icon('warning')} The rules have changed since. <button class="link" @click=${() => send(this, { type: 'capture-again' })}>Trace again</button></span>` : nothing}
        <button
          class="tool close"
          title="Close the capture"
          aria-label="Close the capture"
          @click=${() => send(this, { type: 'close-capture' })}
        >
          ${icon('close')}
        </button>
      </div>
      ${all.length === 0 ? nothing : this.table(all)}
      ${done > all.length && !busy ? html`<button class="link next" @click=${() => send(this, { type: 'capture-rows', from: all.length })}>Show more of ${grouped(done)} flows</button>` : nothing}
      ${
        notes.length === 0
          ? nothing
          : html`<ul>
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
      }
    </section>`;
  }

  /** Where it was made, which a pcap does not say. */
  private ifaceChoice({ chosen, choices }: NonNullable<CaptureView['iface']>): TemplateResult {
    const all = [
      { id: '', label: 'interface not stated', detail: '' },
      ...choices.map((name) => ({ id: name, label: `captured at ${name}`, detail: '' })),
    ];
    return selectTemplate('Interface of the capture', all, chosen ?? '', (name) =>
      send(this, { type: 'capture-iface', name }),
    );
  }

  private table(rows: readonly FlowRow[]): TemplateResult {
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Verdict</th>
            <th scope="col">Flow</th>
            <th scope="col" class="count">Packets</th>
            <th scope="col">Decided by</th>
            <th scope="col">Becomes</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            ({ first }) => first,
            (row) => this.row(row),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private row(row: FlowRow): TemplateResult {
    const { flow, direction, packets, replies, badges, decided, became, expression, problem } = row;
    return html`<tr aria-current=${expression === this.expression ? 'true' : 'false'}>
      <td>
        ${problem === '' ? badges.map(({ text, tone, conditional }) => html`<span class="badge ${tone} ${conditional ? 'conditional' : ''}" title=${conditional ? 'this depends on something that neither the file nor the capture states' : nothing}>${text}${conditional ? '?' : ''}</span> `) : html`<span class="dim">${problem}</span>`}
      </td>
      <td>
        <button
          class="flow link"
          title="Trace packet ${row.first}: ${expression}"
          @click=${() => send(this, { type: 'trace', expression })}
        >
          <span class="hidden">${direction === 'in' ? 'in: ' : 'out: '}</span>${flow}
        </button>
      </td>
      <td class="count">
        ${grouped(packets)}${replies > 0 ? html`<span class="dim"> + ${grouped(replies)} back</span>` : nothing}
      </td>
      <td>
        ${decided.line === undefined ? nothing : html`<button class="link line" @click=${() => this.openLine(decided.line)}>line ${decided.line}</button> `}${[decided.place, decided.target].join(' ').trim()}
      </td>
      <td class="mono">${became}</td>
    </tr>`;
  }

  private openLine(line: number | undefined): void {
    if (line !== undefined) send(this, { type: 'open-line', line });
  }
}
