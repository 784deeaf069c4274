import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ReportedAssumption, Question } from '../shared/protocol';
import { icon } from './icons';
import { RovingFocus } from './rovingFocus';
import { send } from './send';
import { percent } from './text';
import { theme } from './theme';

/** What nothing in the file answers: the user may, and then one path is left. */
@customElement('trace-questions')
export class TraceQuestions extends LitElement {
  @property({ attribute: false }) questions: readonly Question[] = [];
  /** How many questions are not shown. */
  @property({ attribute: false }) more = 0;
  /** What the path on show assumes. */
  @property({ attribute: false }) assumptions: readonly ReportedAssumption[] = [];

  /** Questions that make no difference are open. */
  @state() private open = false;
  readonly roving = new RovingFocus().join(this, 'button', '[aria-checked=true]');
  /** Several questions, or those that chance answers, are shown one by one. */
  @state() private unfolded = false;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        container-type: inline-size;
        border-bottom: 1px solid var(--line);
        padding: 8px 14px;
        background: color-mix(in srgb, var(--yellow) 6%, transparent);
      }
      .question {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 4px 10px;
        align-items: start;
        padding: 3px 0;
      }
      .answer {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 10px;
        align-items: center;
      }
      .idle {
        display: flex;
        gap: 3px;
        text-align: left;
        color: var(--dim);
      }
      .idle:hover {
        color: var(--fg);
      }
      @container (max-width: 620px) {
        .answer {
          grid-column: 2 / -1;
        }
      }
      .question > .icon {
        color: var(--yellow);
      }
      .text {
        min-width: 0;
        overflow-wrap: anywhere;
        text-wrap: pretty;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
      }
      .choice {
        border: 1px solid var(--edge);
        padding: 1px 10px;
        border-radius: 0;
        margin-left: -1px;
      }
      .choice:first-child {
        border-radius: 3px 0 0 3px;
        margin-left: 0;
      }
      .choice:last-child {
        border-radius: 0 3px 3px 0;
      }
      .choice.here {
        color: var(--yellow);
        text-decoration: underline dashed;
        text-underline-offset: 3px;
      }
      .said {
        color: var(--green);
        white-space: nowrap;
        display: inline-flex;
        gap: 3px;
        align-items: center;
      }
      .choice[aria-checked='true'] {
        background: var(--vscode-button-secondaryBackground, var(--chip));
        color: var(--vscode-button-secondaryForeground, inherit);
        border-color: var(--vscode-contrastActiveBorder, var(--focus));
        z-index: 1;
      }
    `,
  ];

  override render(): TemplateResult {
    const idle = this.questions.filter((question) => question.idle);
    const asked = this.questions.filter((question) => !question.idle);
    const folds = asked.length > 1 || asked.some(isChance);
    return html`${folds ? this.fold(asked) : nothing}
    ${folds && !this.unfolded ? nothing : asked.map((question) => this.question(question))}
    ${
      idle.length > 0
        ? html`<button class="idle" aria-expanded=${this.open ? 'true' : 'false'} @click=${this.toggle}>
              ${icon(this.open ? 'chevronDown' : 'chevronRight')}<span>${idleWords(idle)}</span>
            </button>
            ${this.open ? idle.map((question) => this.question(question)) : nothing}`
        : nothing
    }
    ${this.more > 0 && (!folds || this.unfolded) ? html`<div class="dim">${this.more} more questions are open; all outcomes are followed for them.</div>` : nothing}`;
  }

  /** Unfolds the questions and goes to that one. */
  show(id: string): void {
    this.unfolded = true;
    void this.updateComplete.then(() => {
      const all = [...this.renderRoot.querySelectorAll<HTMLElement>('.question')];
      const one = all.find((each) => each.dataset.id === id) ?? all[0];
      one?.querySelector<HTMLElement>('.choice')?.focus();
    });
  }

  private fold(asked: readonly Question[]): TemplateResult {
    const said = asked.filter(({ chosen }) => chosen !== undefined).length;
    const words = asked.every(isChance)
      ? 'Chance decides: choose what it draws'
      : `The file leaves ${asked.length + this.more === 1 ? 'one question' : `${asked.length + this.more} questions`} ` +
        `open: answer ${asked.length === 1 ? 'it' : 'them'}`;
    return html`<button class="idle" aria-expanded=${this.unfolded ? 'true' : 'false'} @click=${this.toggleAll}>
      ${icon(this.unfolded ? 'chevronDown' : 'chevronRight')}<span
        >${words}${said > 0 ? html` · <span class="said">${said} said by you</span>` : nothing}</span
      >
    </button>`;
  }

  private readonly toggleAll = (): void => {
    this.unfolded = !this.unfolded;
  };

  private readonly toggle = (): void => {
    this.open = !this.open;
  };

  private question(question: Question): TemplateResult {
    const { text, inWords, place, reason, line, chosen, choices, taken } = question;
    return html`<div class="question" role="radiogroup" aria-label=${text} data-id=${question.id}>
      ${icon('question')}
      <div class="text">
        <span class=${inWords ? 'strong' : 'mono'}>${text}</span>
        <span class="dim">${place === '' ? '' : `${place}: `}${reason}</span>
        ${line === undefined ? nothing : html`<button class="link" @click=${() => send(this, { type: 'open-line', line })}>line ${line}</button>`}
      </div>
      <div class="answer">
        <div class="choices">
          ${choices.map(({ text: words, probability, key, value }, i) => {
            const guess = taken === i;
            const more = guess ? ' · guess' : probability === undefined ? '' : ` · ${percent(probability)}`;
            return this.choice(
              question,
              i,
              `${words}${more}`,
              guess || this.assumptions.some((assumed) => assumed.key === key && assumed.value === value),
            );
          })}
          ${this.choice(question, undefined, chosen === undefined ? 'open' : 'take back', false)}
        </div>
        ${chosen === undefined ? nothing : html`<span class="said">${icon('check')}said by you</span>`}
      </div>
    </div>`;
  }

  private choice(question: Question, chosen: number | undefined, text: string, here: boolean): TemplateResult {
    const title =
      chosen === undefined
        ? question.chosen === undefined
          ? 'Left open'
          : 'Leave it open again'
        : here
          ? 'The outcome below assumes this. Click to settle it'
          : 'Settle it this way';
    return html`<button
      class="choice ${here ? 'here' : ''}"
      role="radio"
      aria-checked=${question.chosen === chosen ? 'true' : 'false'}
      title=${title}
      @click=${() => send(this, { type: 'answer', question: question.id, chosen })}
    >
      ${text}
    </button>`;
  }
}

/** Dice are thrown for it: nobody knows the answer, and every outcome has its share. */
function isChance({ choices }: Question): boolean {
  return choices.every(({ probability }) => probability !== undefined);
}

function idleWords(idle: readonly Question[]): string {
  const [first] = idle;
  if (!first || idle.length > 1) return `${idle.length} questions that make no difference to this packet`;
  const guess = first.taken === undefined ? '' : ` ${first.choices[first.taken]?.text ?? ''} is a guess,`;
  return `${first.text}${guess === '' ? '' : `${guess} and`} this packet has the same outcome in each`;
}
