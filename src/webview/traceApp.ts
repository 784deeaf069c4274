import './traceCapture';
import './traceChips';
import './traceDetail';
import './traceFields';
import './traceFind';
import './traceHeadline';
import './traceKernel';
import './traceQuestions';
import './traceReply';
import './traceSteps';
import './traceToolbar';
import './traceVerdict';
import './traceWhatIf';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { isStep } from '../shared/stepId';
import type { FoldRow, Remedy, StepId, ToView, TraceReport, ViewState } from '../shared/protocol';
import type { Editor } from './editor';
import { FocusAfter } from './focusAfter';
import { RovingFocus } from './rovingFocus';
import type { SendEvent } from './send';
import { StepSelection } from './stepSelection';
import { isWrong, messageTemplate } from './pageMessage';
import { journeyTemplate, waysTemplate } from './waysPart';
import { setTokenColours, theme } from './theme';
import { boxOf } from './tracePath';
import { traceAppStyle } from './traceAppStyle';
import type { TraceCapture } from './traceCapture';
import type { TraceFind } from './traceFind';
import type { TraceQuestions } from './traceQuestions';
import type { TraceSteps } from './traceSteps';
import type { TraceToolbar } from './traceToolbar';
import type { RowMove } from './visibleRows';

/** The whole page: holds what the editor sent last, what is selected and what is open, and passes wishes on. */
@customElement('trace-app')
export class TraceApp extends LitElement {
  @property({ attribute: false }) editor!: Editor;
  @state() private view: ViewState | undefined;
  /** The last view with a trace: it stays in sight, dimmed, while the packet cannot be traced. */
  private lastTraced: ViewState | undefined;
  @state() private remedies: readonly Remedy[] | undefined;
  @state() private draft: string | undefined;
  @state() private fieldsOpen = false;
  /** The box for what is tried is open. */
  @state() private tryOpen = false;
  @query('trace-capture') private capturePart!: TraceCapture | null;
  @query('trace-toolbar') private toolbar!: TraceToolbar | null;
  @query('trace-steps') private steps!: TraceSteps | null;
  @query('trace-find') private findPart!: TraceFind | null;
  @query('trace-questions') private questionsPart!: TraceQuestions | null;
  private readonly answerStops = new RovingFocus();
  private readonly selection = new StepSelection(this);
  private readonly focusAfter = new FocusAfter(this, () => this.view);

  static override styles = [...theme, traceAppStyle];

  /** Takes a message of the editor. */
  receive(message: ToView): void {
    switch (message.type) {
      case 'state':
        return this.show(message.state);
      case 'detail':
        if (message.revision === this.view?.revision) this.selection.takeDetail(message.detail);
        return;
      case 'remedies':
        if (message.revision === this.view?.revision) this.remedies = message.remedies;
        return;
      case 'page':
        if (message.revision === this.view?.revision) this.selection.takePage(message.page);
        return;
      case 'found':
        if (message.revision === this.view?.revision) this.selection.takeFound(message.text, message.steps, message.of);
        return;
      case 'completions':
        return this.toolbar?.receive(message);
      case 'show-step':
        return this.selection.want(message.step);
      case 'capture':
      case 'capture-rows':
        return this.capturePart?.receive(message);
      case 'move':
        return this.step(message.to, true);
      case 'draw':
        // The script of the page answers it.
        return;
      case 'colours':
        return setTokenColours(this.style, message.colours);
      case 'focus':
        if (message.part === 'packet') this.toolbar?.focus();
        else this.steps?.focus();
    }
  }

  override render(): TemplateResult {
    const { view } = this;
    if (!view) return html`<main><div class="busy" role="progressbar" aria-label="Loading"></div></main>`;
    const { at, of } = view.ways.shown ? { at: 0, of: 0 } : this.selection.position;
    return html`<header>
        <h1 class="hidden">Packet trace, ${view.fileName}</h1>
        ${view.phase === 'loading' ? html`<div class="busy" role="progressbar" aria-label="Tracing"></div>` : nothing}
        <trace-toolbar
          .state=${view}
          .fieldsOpen=${this.fieldsOpen}
          .at=${at}
          .of=${of}
          .draft=${this.draft}
          @send=${this.passOn}
          @draft=${(event: CustomEvent<string | undefined>) => {
            this.draft = event.detail;
          }}
          @toggle-fields=${() => {
            this.fieldsOpen = !this.fieldsOpen;
          }}
          @step=${(event: CustomEvent<RowMove>) => this.step(event.detail, true)}
        ></trace-toolbar>
        ${this.fieldsOpen ? html`<trace-fields .fields=${view.packet.fields} @send=${this.passOn}></trace-fields>` : nothing}
      </header>
      <main>
        <trace-capture .expression=${view.packet.expression} @send=${this.passOn}></trace-capture>
        ${this.body(view)}
      </main>`;
  }

  private body(view: ViewState): TemplateResult | typeof nothing {
    if (view.phase === 'empty')
      return messageTemplate(
        'circleSlash',
        view.message === '' ? 'There are no iptables rules in this file.' : view.message,
      );
    if (view.phase === 'error') return messageTemplate('error', view.message);
    if (view.ways.shown) return waysTemplate(view, view.ways.shown, this.passOn);
    if (!view.trace && this.lastTraced && isWrong(view))
      return html`<div class="of-before">
          The last packet that could be traced: <span class="mono">${this.lastTraced.packet.expression}</span>
        </div>
        <div class="before" inert>${this.traced(this.lastTraced)}</div>`;
    if (!view.trace)
      return view.phase === 'loading'
        ? html`<div class="message" aria-busy="true">Tracing…</div>`
        : messageTemplate(
            'info',
            view.message !== ''
              ? view.message
              : view.packet.problems.length > 0
                ? 'This packet cannot be traced as it is. What is wrong is shown above.'
                : 'Type a packet above, and press Enter.',
          );
    return this.traced(view);
  }

  /** What is shown of a view with a trace. */
  private traced(view: ViewState): TemplateResult | typeof nothing {
    const { trace } = view;
    if (!trace) return nothing;
    return html` ${view.reply.kind === 'shown' ? html`<trace-reply .stops=${this.answerStops} .reply=${view.reply} @send=${this.passOn}></trace-reply>` : nothing}
      ${trace.tabs.length > 1 ? html`<trace-chips .trace=${trace} @send=${this.passOn}></trace-chips>` : nothing}
      <div
        class="panel"
        role=${trace.tabs.length > 1 ? 'tabpanel' : nothing}
        aria-label=${trace.tabs.length > 1 ? 'Chosen outcome' : nothing}
      >
        <trace-headline
          .stops=${this.answerStops}
          .outcome=${trace.outcome}
          .reply=${view.reply}
          .doubtful=${view.warnings.length > 0}
          .compared=${view.compared}
          .whatIf=${view.whatIf}
          @send=${this.passOn}
        ></trace-headline>
        <trace-what-if
          .stops=${this.answerStops}
          .whatIf=${view.whatIf}
          .example=${view.whatIfExample}
          .open=${this.tryOpen}
          @send=${this.passOn}
          @what-if-box=${this.tryBox}
        ></trace-what-if>
        ${view.kernel ? html`<trace-kernel .stops=${this.answerStops} .kernel=${view.kernel} @send=${this.passOn} @pick=${(event: CustomEvent<StepId>) => this.pickNear(event.detail)}></trace-kernel>` : nothing}
        <trace-verdict
          .stops=${this.answerStops}
          .trace=${trace}
          .revision=${view.revision}
          .assumed=${view.assumed}
          .reading=${view.reading}
          .reply=${view.reply}
          .warnings=${view.warnings}
          .remedies=${this.remedies}
          .trying=${view.whatIf !== undefined || this.tryOpen}
          @send=${this.passOn}
          @what-if-box=${this.tryBox}
          @edit-field=${(event: CustomEvent<string>) => this.editField(event.detail)}
          @show-question=${(event: CustomEvent<string>) => this.questionsPart?.show(event.detail)}
        ></trace-verdict>
        ${journeyTemplate(view, this.answerStops, this.passOn)}
        ${trace.questions.length > 0 ? html`<trace-questions role="toolbar" aria-label="Questions" aria-orientation="vertical" .questions=${trace.questions} .more=${trace.moreQuestions} .assumptions=${trace.tabs[trace.selected]?.assumptions ?? []} @send=${this.passOn}></trace-questions>` : nothing}
        <trace-path
          .path=${trace.outcome.path}
          .current=${boxOf(trace.outcome.path, this.selection.selected)}
          @pick=${(event: CustomEvent<StepId>) => this.pickNear(event.detail)}
        ></trace-path>
        ${this.panes(view, trace)}
      </div>`;
  }

  /** The steps, and the selected one in full. */
  private panes(view: ViewState, trace: TraceReport): TemplateResult {
    const { selection } = this;
    const { selected, detail, find } = selection;
    return html`<div class="panes">
      <div class="steps">
        <trace-steps
          .rows=${selection.rowsOf(trace.outcome)}
          .selected=${selected}
          .found=${find.keys}
          .kernel=${view.kernel}
          @seek=${() => this.findPart?.focus()}
          @pick=${(event: CustomEvent<StepId>) => selection.select(event.detail, true)}
          @move=${(event: CustomEvent<RowMove>) => this.step(event.detail, false)}
          @fold=${(event: CustomEvent<{ step: StepId; collapse: boolean }>) =>
            selection.toggle(event.detail.step, event.detail.collapse)}
          @to-parent=${(event: CustomEvent<StepId>) => selection.selectParent(event.detail)}
          @unfold=${(event: CustomEvent<FoldRow>) => selection.unfold(event.detail)}
          @open=${(event: CustomEvent<number>) => this.editor.post({ type: 'open-line', line: event.detail })}
        ></trace-steps>
        <trace-find
          .text=${find.text}
          .onlyMatched=${selection.onlyMatched}
          .found=${find.result(selected)}
          @find=${(event: CustomEvent<string>) => selection.lookFor(event.detail)}
          @find-next=${(event: CustomEvent<1 | -1>) => selection.nextFound(event.detail)}
          @only-matched=${(event: CustomEvent<boolean>) => selection.showOnlyMatched(event.detail)}
          @leave=${() => {
            selection.lookFor('');
            this.steps?.focus();
          }}
        ></trace-find>
      </div>
      <trace-detail
        aria-busy=${isStep(detail?.step, selected) ? 'false' : 'true'}
        .detail=${detail}
        .revision=${view.revision}
        @send=${this.passOn}
        @edit-field=${(event: CustomEvent<string>) => this.editField(event.detail)}
        @show-question=${(event: CustomEvent<string>) => this.questionsPart?.show(event.detail)}
      ></trace-detail>
    </div>`;
  }

  /** Gets the state to show. */
  private show(next: ViewState): void {
    const before = this.view;
    this.view = next;
    if (next.trace) {
      this.remedies = undefined;
      this.lastTraced = next;
    } else if (next.phase !== 'ready' || next.dump !== this.lastTraced?.dump) this.lastTraced = undefined;
    if (before?.packet.expression !== next.packet.expression || next.packet.problems.length === 0)
      this.draft = undefined;
    this.selection.show(next);
  }

  private step(to: RowMove, stepsOnly: boolean): void {
    if (!this.selection.step(to, stepsOnly)) this.steps?.showSelected();
  }

  private pickNear(step: StepId): void {
    this.selection.pickNear(step);
    this.steps?.focus();
  }

  private editField(name: string): void {
    this.fieldsOpen = true;
    this.focusAfter.editField(name);
  }

  private readonly tryBox = (event: CustomEvent<boolean>): void => {
    this.tryOpen = event.detail;
  };

  private readonly passOn = (event: SendEvent): void => {
    event.stopPropagation();
    this.focusAfter.sent(event.message);
    this.editor.post(event.message);
  };
}
