import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AssumptionModel, Question } from '../shared/protocol';
import { icon } from './icons';
import { send } from './send';
import { theme } from './theme';

/** What nothing in the file answers: the user may, and then one course is left. */
@customElement('trace-questions')
export class TraceQuestions extends LitElement {
  @property({ attribute: false }) questions: readonly Question[] = [];
  /** How many questions are not shown. */
  @property({ attribute: false }) more = 0;
  /** What the course on show takes for granted. */
  @property({ attribute: false }) assumptions: readonly AssumptionModel[] = [];

  static override styles = [...theme, css`
    :host { display: block; border-bottom: 1px solid var(--line); padding: 8px 14px; background: color-mix(in srgb, var(--yellow) 6%, transparent); }
    .question { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; padding: 2px 0; }
    .question > .icon { color: var(--yellow); }
    .text { flex: 1 1 260px; min-width: 0; overflow-wrap: anywhere; }
    .choices { display: flex; flex-wrap: wrap; }
    .choice { border: 1px solid var(--edge); padding: 1px 10px; border-radius: 0; margin-left: -1px; }
    .choice:first-child { border-radius: 3px 0 0 3px; margin-left: 0; } .choice:last-child { border-radius: 0 3px 3px 0; }
    .choice.here { color: var(--yellow); text-decoration: underline dashed; text-underline-offset: 3px; }
    .choice[aria-checked='true'] { background: var(--vscode-button-secondaryBackground, var(--chip)); color: var(--vscode-button-secondaryForeground, inherit); border-color: var(--vscode-contrastActiveBorder, var(--focus)); z-index: 1; }
  `];

  override render(): TemplateResult {
    return html`${this.questions.map((question) => html`
      <div class="question" role="radiogroup" aria-label=${question.text}>
        ${icon('question')}
        <div class="text"><span class="mono">${question.text}</span> <span class="dim">${question.place}: ${question.reason}</span>
          ${question.line === undefined ? nothing : html`<button class="link" @click=${() => send(this, { type: 'open-line', line: question.line as number })}>line ${question.line}</button>`}</div>
        <div class="choices">
          ${question.choices.map(({ text, probability, key, value }, i) => this.choice(question, i, `${text}${probability === undefined ? '' : ` · ${Math.round(probability * 1000) / 10} %`}`, this.assumptions.some((assumed) => assumed.key === key && assumed.value === value)))}
          ${this.choice(question, undefined, 'open', false)}
        </div>
      </div>`)}
      ${this.more > 0 ? html`<div class="dim">${this.more} more questions are open; all outcomes are followed for them.</div>` : nothing}`;
  }

  private choice(question: Question, chosen: number | undefined, text: string, here: boolean): TemplateResult {
    const title = chosen === undefined ? 'Follow every course' : here ? 'The course below takes it so. Click to settle it' : 'Settle it so';
    return html`<button class="choice ${here ? 'here' : ''}" role="radio" aria-checked=${question.chosen === chosen ? 'true' : 'false'} title=${title} @click=${() => send(this, { type: 'answer', question: question.id, chosen })}>${text}</button>`;
  }
}
