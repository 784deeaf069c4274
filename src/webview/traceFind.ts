import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { icon } from './icons';
import type { FindResult } from './stepFinder';
import { theme } from './theme';

/**
 * The bar above the steps: finds words in them, those of folded rules too, and hides what did not match. Events: `find`
 * (the text), `find-next` (1 or -1), `only-matched` (on or off), `leave`.
 */
@customElement('trace-find')
export class TraceFind extends LitElement {
  @property({ attribute: false }) text = '';
  @property({ type: Boolean }) onlyMatched = false;
  /** undefined: nothing is looked for. */
  @property({ attribute: false }) found: FindResult | undefined;
  @query('input') private input!: HTMLInputElement;

  static override styles = [
    ...theme,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 6px;
        padding: 5px 14px;
        border-bottom: 1px solid var(--line);
      }
      .box {
        display: flex;
        flex: 0 1 280px;
        min-width: 120px;
        height: 24px;
        align-items: center;
        background: var(--field);
        border: 1px solid var(--edge);
        border-radius: 2px;
        padding: 0 4px 0 6px;
        color: var(--dim);
      }
      .box:focus-within {
        outline: 1px solid var(--focus);
        outline-offset: -1px;
      }
      input {
        flex: 1;
        min-width: 0;
        font: inherit;
        color: var(--vscode-input-foreground, var(--fg));
        background: none;
        border: 0;
        outline: none;
        padding: 0 4px;
      }
      input::placeholder {
        color: var(--dim);
        opacity: 1;
      }
      .count {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
        color: var(--dim);
      }
      .none .count {
        color: var(--error);
      }
      .tool {
        height: 24px;
      }
      .only {
        padding: 0 8px;
        white-space: nowrap;
        margin-left: auto;
      }
    `,
  ];

  override render(): TemplateResult {
    const { found } = this;
    return html`<span class="box ${found?.of === 0 ? 'none' : ''}"
        >${icon('search')}<input
          type="text"
          role="searchbox"
          aria-label="Find in the steps"
          placeholder="Find in the steps"
          spellcheck="false"
          autocomplete="off"
          .value=${this.text}
          @input=${() => this.say('find', this.input.value)}
          @keydown=${this.keyDown}
        /><span class="count" role="status"
          >${found === undefined ? nothing : found.of === 0 ? 'none' : found.at > 0 ? `${found.at} of ${found.of}` : found.of}</span
        ></span
      >
      <button
        class="tool only"
        aria-pressed=${this.onlyMatched ? 'true' : 'false'}
        title="Hide the rules that did not match"
        @click=${() => this.say('only-matched', !this.onlyMatched)}
      >
        ${icon('filter')}Only matched
      </button>`;
  }

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') this.say('find-next', event.shiftKey ? -1 : 1);
    else if (event.key === 'F3') this.say('find-next', event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.say('leave', undefined);
    else return;
    event.preventDefault();
  };

  private say(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
