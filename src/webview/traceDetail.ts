import './traceState';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isStep } from '../shared/stepId';
import type { ReportedCondition, StepDetail, StepTry } from '../shared/protocol';
import { icon } from './icons';
import { send } from './send';
import { richTemplate, tokensTemplate } from './text';
import { headings, theme, tokenColours } from './theme';

/**
 * One step in full: what the rule is for, each condition with what the packet shows, what changes, and why it was not
 * spared.
 */
@customElement('trace-detail')
export class TraceDetail extends LitElement {
  @property({ attribute: false }) detail: StepDetail | undefined;
  @property({ type: Number }) revision = 0;

  static override styles = [
    ...theme,
    headings,
    tokenColours,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 12px 16px 18px;
        min-height: 0;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 4px;
        min-height: 26px;
      }
      h2 {
        flex: 1;
        min-width: 0;
        font-size: 1.06em;
        font-weight: 600;
        margin: 0;
        overflow-wrap: anywhere;
      }
      .source {
        margin: 2px 0 9px;
        padding: 6px 9px;
        background: var(--vscode-textCodeBlock-background, var(--soft));
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 4px;
        overflow-wrap: anywhere;
        line-height: 1.5;
      }
      .source span:not(.t-comment) {
        display: inline-block;
        max-width: 100%;
        vertical-align: top;
      }
      .tries {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin: 0 0 8px;
      }
      p {
        margin: 0 0 6px;
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }
      .purpose {
        margin: 8px 0 0;
      }
      h3 {
        margin: 16px 0 5px;
      }
      table {
        border-collapse: collapse;
        width: 100%;
      }
      th {
        color: var(--dim);
        font-weight: 400;
        text-align: left;
        font-size: 0.92em;
      }
      th,
      td {
        padding: 3px 10px 3px 0;
        border-bottom: 1px solid var(--line);
        vertical-align: baseline;
        overflow-wrap: anywhere;
      }
      th:last-child,
      td:last-child {
        padding-right: 0;
        white-space: nowrap;
        width: 1%;
      }
      .yes {
        color: var(--green);
      }
      .no {
        color: var(--red);
      }
      .not-asked {
        color: var(--dim);
      }
      .unknown {
        color: var(--yellow);
      }
      tr.skipped td {
        color: var(--dim);
      }
      .reason {
        color: var(--dim);
        white-space: normal;
        font-size: 0.92em;
      }
      .diff {
        display: grid;
        grid-template-columns: max-content max-content 1fr;
        line-height: 1.65;
        border-radius: 3px;
        overflow: hidden;
      }
      .diff > * {
        padding: 0 6px;
        overflow-wrap: anywhere;
      }
      .minus {
        background: var(--vscode-diffEditor-removedLineBackground, transparent);
      }
      .plus {
        background: var(--vscode-diffEditor-insertedLineBackground, transparent);
      }
      .sign {
        font-weight: 700;
      }
      .minus.sign {
        color: var(--red);
      }
      .plus.sign {
        color: var(--green);
      }
      .consequence {
        margin-top: 6px;
      }
      .note {
        border-left: 3px solid var(--vscode-textBlockQuote-border, var(--blue));
        background: var(--vscode-textBlockQuote-background, var(--soft));
        padding: 7px 11px;
        margin: 14px 0 0;
        border-radius: 0 4px 4px 0;
      }
      .note b {
        display: block;
        margin-bottom: 2px;
      }
      details {
        margin-top: 12px;
      }
      summary {
        color: var(--link);
        cursor: pointer;
        list-style: none;
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      dl {
        margin: 6px 0 0;
        display: grid;
        gap: 6px;
      }
      dt {
        font-family: var(--mono);
        font-size: 0.94em;
        overflow-wrap: anywhere;
      }
      dd {
        margin: 0;
        color: var(--dim);
      }
      .kind {
        color: var(--dim);
        font-family: var(--vscode-font-family, inherit);
        font-size: 0.9em;
        margin-left: 6px;
      }
      .empty {
        color: var(--dim);
        padding: 20px 0;
      }
    `,
  ];

  override render(): TemplateResult {
    const { detail } = this;
    if (!detail) return html`<div class="empty">Select a step to see why it happened.</div>`;
    const openLine = (line: number): void => send(this, { type: 'open-line', line });
    return html`<section aria-label="Selected step">
      <header>
        <h2>${richTemplate(detail.title, openLine)}</h2>
        ${detail.line === undefined ? nothing : html`<button class="tool" title="Go to line ${detail.line} in the editor (Enter)" aria-label="Go to line ${detail.line}" @click=${() => openLine(detail.line as number)}>${icon('goTo')}</button>`}
      </header>
      ${detail.tokens.length > 0 ? html`<div class="source tinted mono">${tokensTemplate(detail.tokens)}</div>` : nothing}
      ${
        detail.tries.length > 0
          ? html`<div class="tries">
              ${detail.tries.map((each) => html`<button class="link" @click=${() => this.tryIt(each)}>${icon(each.kind === 'back' ? 'close' : 'beaker')} ${each.label}</button>`)}
            </div>`
          : nothing
      }
      ${detail.happened === '' ? nothing : html`<p>${detail.happened}</p>`}
      ${detail.purpose.map((text) => html`<p class="dim">${text}</p>`)}
      ${
        /* What a rule changed, and why it came to that, is more than that its conditions held. */
        detail.changes.length > 0
          ? html`${changesTemplate(detail)}${notesTemplate(detail)}${conditionsTemplate(detail)}`
          : html`${conditionsTemplate(detail)}${notesTemplate(detail)}`
      }
      ${
        detail.changedBy.length > 0
          ? html`<details>
              <summary>${icon('lightbulb')}What changes this rule?</summary>
              <dl>
                ${detail.changedBy.map(
                  ({ kind, name, effect }) =>
                    html` <div>
                      <dt>${name}<span class="kind">${kind}</span></dt>
                      <dd>${effect}</dd>
                    </div>`,
                )}
              </dl>
            </details>`
          : nothing
      }
      <trace-state .groups=${detail.state}></trace-state>
    </section>`;
  }

  private tryIt(change: StepTry): void {
    const { detail } = this;
    if (change.kind === 'typed') send(this, { type: 'what-if', text: change.text });
    else if (change.kind === 'back') send(this, { type: 'what-if-back', index: change.index });
    else if (detail) send(this, { type: 'what-if-step', revision: this.revision, step: detail.step });
  }

  /** Another step is read from its beginning. */
  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('detail');
    if (changed.has('detail') && !isStep(before?.step, this.detail?.step)) this.scrollTop = 0;
  }
}

const RESULTS: Readonly<Record<ReportedCondition['result'], string>> = {
  yes: '✓ match',
  no: '✕ no',
  unknown: '? not known',
  'not-asked': 'not asked',
};

function conditionsTemplate({ conditions }: StepDetail): TemplateResult | typeof nothing {
  if (conditions.length === 0) return nothing;
  return html`<h3 id="conditions">Conditions</h3>
    <table aria-labelledby="conditions">
      <thead>
        <tr>
          <th scope="col">Condition</th>
          <th scope="col">Packet</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        ${conditions.map(
          ({ text, actual, result, reason }) =>
            html`<tr class=${result === 'not-asked' ? 'skipped' : ''}>
              <td class="mono">${text}</td>
              <td class="mono">${actual}${reason === '' ? nothing : html`<div class="reason">${reason}</div>`}</td>
              <td class=${result}>${RESULTS[result]}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function changesTemplate({ changes, consequence }: StepDetail): TemplateResult {
  return html`<h3>Packet</h3>
    <div class="diff mono">
      ${changes.map(
        ({ field, before, after }) =>
          html` <span class="minus sign" aria-label="before">−</span><span class="minus">${field}</span
            ><span class="minus">${before}</span> <span class="plus sign" aria-label="after">+</span
            ><span class="plus">${field}</span><span class="plus">${after}</span>`,
      )}
    </div>
    ${consequence === '' ? nothing : html`<p class="dim consequence">${consequence}</p>`}`;
}

function notesTemplate({ notes }: StepDetail): TemplateResult[] {
  return notes.map(({ title, text }) => html`<div class="note"><b class="strong">${title}</b>${text}</div>`);
}
