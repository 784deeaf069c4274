import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { KernelView, StepId } from '../shared/protocol';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

/** Whether the kernel's own trace of the packet says the same as the path below, and where both part. */
@customElement('trace-kernel')
export class TraceKernel extends LitElement {
  @property({ attribute: false }) kernel!: KernelView;
  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        padding: 6px 14px;
        margin-bottom: 4px;
        border-bottom: 1px solid var(--line);
        border-left: 3px solid var(--green);
      }
      :host(.differs) {
        border-left-color: var(--orange);
      }
      .same .icon {
        color: var(--green);
      }
      .differs .icon {
        color: var(--orange);
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 2px 10px;
        margin: 4px 0 2px 20px;
      }
      dt {
        color: var(--dim);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 2px 0 0 20px;
        color: var(--dim);
        font-size: var(--small);
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
    this.classList.toggle('differs', this.kernel.difference !== undefined);
  }

  override render(): TemplateResult {
    const { text, line, difference, remarks, differs } = this.kernel;
    return html`<section aria-label="The kernel’s trace">
      <div class=${difference ? 'differs' : 'same'}>
        ${icon(difference ? 'warning' : 'check')}
        <span class="strong">${text[0]?.toUpperCase()}${text.slice(1)}</span
        >${line === undefined ? nothing : html`, ${lineButton(this, line)}`}
      </div>
      ${
        difference
          ? html`<dl>
              <dt>kernel</dt>
              <dd>
                ${difference.kernel}${difference.kernelLine === undefined ? nothing : html`, ${lineButton(this, difference.kernelLine)}`}
              </dd>
              <dt>here</dt>
              <dd>
                ${difference.here}${difference.line === undefined ? nothing : html`, ${lineButton(this, difference.line)}`}
                ${differs === undefined ? nothing : html`· <button class="link" @click=${() => this.pick(differs)}>show the step</button>`}
              </dd>
            </dl>`
          : nothing
      }
      ${remarks.map((remark) => html`<p>${remark}</p>`)}
    </section>`;
  }

  private pick(step: StepId): void {
    this.dispatchEvent(new CustomEvent<StepId>('pick', { detail: step }));
  }
}

function lineButton(from: TraceKernel, line: number): TemplateResult {
  return html`<button class="link" @click=${() => send(from, { type: 'open-line', line })}>line ${line}</button>`;
}
