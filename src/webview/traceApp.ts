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
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { isStep } from '../shared/stepId';
import type {
  FoldRow,
  KeptState,
  OutcomeReport,
  Remedy,
  StepDetail,
  StepId,
  ToEditor,
  ToView,
  TraceReport,
  ViewState,
} from '../shared/protocol';
import { RovingFocus } from './rovingFocus';
import type { SendEvent } from './send';
import { StepFinder } from './stepFinder';
import { isWrong, messageTemplate } from './pageMessage';
import { journeyTemplate, waysTemplate } from './waysPart';
import { setTokenColours, theme } from './theme';
import { boxOf } from './tracePath';
import { traceAppStyle } from './traceAppStyle';
import type { TraceCapture } from './traceCapture';
import type { TraceFields } from './traceFields';
import type { TraceFind } from './traceFind';
import type { TraceQuestions } from './traceQuestions';
import type { TraceReply } from './traceReply';
import type { TraceSteps } from './traceSteps';
import type { TraceToolbar } from './traceToolbar';
import type { TraceJourney } from './traceJourney';
import type { TraceVerdict } from './traceVerdict';
import type { TraceWays } from './traceWays';
import {
  addPage,
  foldOf,
  move,
  NOTHING_OPENED,
  parentOf,
  position,
  reveal,
  sameStep,
  toggle,
  visibleRows,
  type Opened,
  type RowMove,
} from './visibleRows';

/** What the page needs of the editor around it. */
export interface Editor {
  post(message: ToEditor): void;
  keep(state: KeptState): void;
}

/** Rules of a folded run are fetched this many at a time. */
const PAGE = 200;

/** To show one rule of a folded run, so many before and after it are fetched as well. */
const AROUND = 2;

/** The whole page: holds what the editor sent last, what is selected and what is open, and passes wishes on. */
@customElement('trace-app')
export class TraceApp extends LitElement {
  @property({ attribute: false }) editor!: Editor;
  @state() private view: ViewState | undefined;
  /** The last view with a trace: it stays in sight, dimmed, while the packet cannot be traced. */
  private lastTraced: ViewState | undefined;
  @state() private selected: StepId | undefined;
  @state() private detail: StepDetail | undefined;
  @state() private remedies: readonly Remedy[] | undefined;
  @state() private opened: Opened = NOTHING_OPENED;
  @state() private draft: string | undefined;
  @state() private fieldsOpen = false;
  @state() private find = StepFinder.idle;
  @state() private onlyMatched = false;
  /** The box for what is tried is open. */
  @state() private tryOpen = false;
  @query('trace-capture') private capturePart!: TraceCapture | null;
  @query('trace-toolbar') private toolbar!: TraceToolbar | null;
  @query('trace-steps') private steps!: TraceSteps | null;
  @query('trace-find') private findPart!: TraceFind | null;
  @query('trace-fields') private fieldsPart!: TraceFields | null;
  @query('trace-reply') private replyPart!: TraceReply | null;
  @query('trace-verdict') private verdictPart!: TraceVerdict | null;
  @query('trace-questions') private questionsPart!: TraceQuestions | null;
  private readonly answerStops = new RovingFocus();
  /** A step that the editor asked for before its trace was here. */
  private wantedStep: StepId | undefined;
  private wantedField: string | undefined;
  /** The button that was pressed goes, and the one that comes in its place takes the focus. */
  private replyPressed = false;
  private waysPressed = false;

  static override styles = [...theme, traceAppStyle];

  /** Takes a message of the editor. */
  receive(message: ToView): void {
    switch (message.type) {
      case 'state':
        return this.show(message.state);
      case 'detail':
        if (message.revision === this.view?.revision && isStep(message.detail.step, this.selected))
          this.detail = message.detail;
        return;
      case 'remedies':
        if (message.revision === this.view?.revision) this.remedies = message.remedies;
        return;
      case 'page':
        if (message.revision === this.view?.revision && this.outcome) {
          this.opened = addPage(this.opened, this.outcome, message.page.run, message.page.rows);
          if (this.wantedStep) this.select(this.wantedStep, false);
        }
        return;
      case 'found':
        if (message.revision !== this.view?.revision || message.text !== this.find.text) return;
        this.find = this.find.found(message.steps, message.of);
        if (!this.find.has(this.selected)) this.nextFound(1);
        return;
      case 'completions':
        return this.toolbar?.receive(message);
      case 'show-step':
        this.wantedStep = message.step;
        return this.select(message.step, false);
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
    const { at, of } = view.ways.shown ? { at: 0, of: 0 } : position(this.rows, this.selected);
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

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.replyPressed && changed.has('view')) {
      this.replyPressed = false;
      const part = this.view?.reply.kind === 'shown' ? this.replyPart : this.verdictPart;
      void part?.updateComplete.then(() => part.renderRoot.querySelector<HTMLElement>('.reply-toggle')?.focus());
    }
    if (this.waysPressed && changed.has('view')) {
      this.waysPressed = false;
      const part = this.renderRoot.querySelector<TraceWays | TraceJourney>('trace-ways, trace-journey');
      void part?.updateComplete.then(() => part.focus());
    }
    if (this.wantedField !== undefined && this.fieldsPart) {
      const { fieldsPart, wantedField } = this;
      this.wantedField = undefined;
      void fieldsPart.updateComplete.then(() => fieldsPart.focusField(wantedField));
    }
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
          .current=${boxOf(trace.outcome.path, this.selected)}
          @pick=${(event: CustomEvent<StepId>) => this.pickNear(event.detail)}
        ></trace-path>
        ${this.panes(view, trace)}
      </div>`;
  }

  /** The steps, and the selected one in full. */
  private panes(view: ViewState, trace: TraceReport): TemplateResult {
    return html`<div class="panes">
      <div class="steps">
        <trace-steps
          .rows=${visibleRows(trace.outcome, this.opened, this.only)}
          .selected=${this.selected}
          .found=${this.find.keys}
          .kernel=${view.kernel}
          @seek=${() => this.findPart?.focus()}
          @pick=${(event: CustomEvent<StepId>) => this.select(event.detail, true)}
          @move=${(event: CustomEvent<RowMove>) => this.step(event.detail, false)}
          @fold=${(event: CustomEvent<{ step: StepId; collapse: boolean }>) => {
            this.opened = toggle(this.opened, event.detail.step, event.detail.collapse);
          }}
          @to-parent=${(event: CustomEvent<StepId>) => this.selectParent(event.detail)}
          @unfold=${(event: CustomEvent<FoldRow>) => this.unfold(event.detail)}
          @open=${(event: CustomEvent<number>) => this.editor.post({ type: 'open-line', line: event.detail })}
        ></trace-steps>
        <trace-find
          .text=${this.find.text}
          .onlyMatched=${this.onlyMatched}
          .found=${this.find.result(this.selected)}
          @find=${(event: CustomEvent<string>) => this.lookFor(event.detail)}
          @find-next=${(event: CustomEvent<1 | -1>) => this.nextFound(event.detail)}
          @only-matched=${(event: CustomEvent<boolean>) => {
            this.onlyMatched = event.detail;
          }}
          @leave=${() => {
            this.lookFor('');
            this.steps?.focus();
          }}
        ></trace-find>
      </div>
      <trace-detail
        aria-busy=${isStep(this.detail?.step, this.selected) ? 'false' : 'true'}
        .detail=${this.detail}
        .revision=${view.revision}
        @send=${this.passOn}
        @edit-field=${(event: CustomEvent<string>) => this.editField(event.detail)}
        @show-question=${(event: CustomEvent<string>) => this.questionsPart?.show(event.detail)}
      ></trace-detail>
    </div>`;
  }

  private get outcome(): OutcomeReport | undefined {
    return this.view?.trace?.outcome;
  }

  private get rows(): ReturnType<typeof visibleRows> {
    return this.outcome ? visibleRows(this.outcome, this.opened, this.only) : [];
  }

  private get only(): { readonly but: StepId | undefined } | undefined {
    return this.onlyMatched ? { but: this.selected } : undefined;
  }

  private lookFor(text: string): void {
    this.find = this.find.lookFor(text);
    if (this.view && this.find.active) this.editor.post({ type: 'find', revision: this.view.revision, text });
  }

  private nextFound(by: 1 | -1): void {
    const step = this.find.next(this.selected, by);
    if (step) this.select(step, true);
  }

  /**
   * Another trace: what was open in the last one means nothing here. Where only the file was edited, the same rule
   * stays selected, and the editor is left where the user types; a new packet shows the step that decides.
   */
  private show(next: ViewState): void {
    const before = this.view;
    const rowsBefore = this.rows;
    this.view = next;
    if (next.trace) {
      this.remedies = undefined;
      this.lastTraced = next;
    } else if (next.phase !== 'ready' || next.dump !== this.lastTraced?.dump) this.lastTraced = undefined;
    if (before?.packet.expression !== next.packet.expression || next.packet.problems.length === 0)
      this.draft = undefined;
    const outcome = next.trace?.outcome;
    if (!outcome) return;
    const samePacket =
      before !== undefined &&
      before.packet.expression === next.packet.expression &&
      before.dump === next.dump &&
      before.trace?.selected === next.trace?.selected &&
      (before.reply.kind === 'shown') === (next.reply.kind === 'shown');
    this.opened = NOTHING_OPENED;
    this.detail = undefined;
    // The steps are others; the text is looked for among them when they are here.
    if (this.find.text !== '') this.lookFor(this.find.text);
    const rows = this.rows;
    const exists = (step: StepId | undefined): step is StepId =>
      step !== undefined && rows.some(({ row }) => isStep(row.id, step));
    const kept = before ? (samePacket ? sameStep(rowsBefore, this.selected, rows) : undefined) : next.keep.step;
    const { differs } = next.kernel ?? {};
    const wanted = [this.wantedStep, kept, differs, outcome.decisive, move(rows, undefined, 'first', true)].find(
      exists,
    );
    this.wantedStep = undefined;
    this.selected = undefined;
    if (wanted !== undefined) this.select(wanted, before !== undefined && !samePacket);
  }

  private select(step: StepId, revealLine: boolean): void {
    if (!this.view || !this.outcome) return;
    this.opened = reveal(this.opened, this.outcome, step);
    if (this.onlyMatched && this.selected !== step) this.selected = step;
    if (!this.rows.some(({ row }) => isStep(row.id, step))) return this.fetch(step);
    this.wantedStep = undefined;
    this.selected = step;
    this.editor.keep({ ...this.view.keep, step });
    if (this.rows.find(({ row }) => isStep(row.id, step))?.row.kind === 'fold') return;
    this.editor.post({ type: 'select', revision: this.view.revision, step, reveal: revealLine });
  }

  /** A rule of a folded run is selected when its row is here. */
  private fetch(step: StepId): void {
    const fold = this.outcome && foldOf(this.outcome, step);
    if (!this.view || !fold || step.kind !== 'rule') return;
    this.wantedStep = step;
    const from = Math.max(fold.from, step.rule - AROUND);
    const count = Math.min(fold.to, step.rule + AROUND) - from + 1;
    this.editor.post({ type: 'expand', revision: this.view.revision, run: fold.id, from, count });
  }

  private step(to: RowMove, stepsOnly: boolean): void {
    const step = move(this.rows, this.selected, to, stepsOnly);
    if (isStep(step, this.selected)) this.steps?.showSelected();
    else if (step !== undefined) this.select(step, true);
  }

  /** The box names an event; the first row from there on is what is shown of it. */
  private pickNear(step: StepId): void {
    const row =
      this.rows.find(({ row: { id } }) => isStep(id, step)) ??
      this.rows.find(({ row: { id }, isStep: stops }) => stops && id.event >= step.event);
    if (row) this.select(row.row.id, true);
    this.steps?.focus();
  }

  private selectParent(step: StepId): void {
    const parent = parentOf(this.rows, step);
    if (parent !== undefined) this.select(parent, true);
  }

  private unfold(fold: FoldRow): void {
    if (this.view)
      this.editor.post({ type: 'expand', revision: this.view.revision, run: fold.id, from: fold.from, count: PAGE });
  }

  private editField(name: string): void {
    this.fieldsOpen = true;
    this.wantedField = name;
  }

  private readonly tryBox = (event: CustomEvent<boolean>): void => {
    this.tryOpen = event.detail;
  };

  private readonly passOn = (event: SendEvent): void => {
    event.stopPropagation();
    if (event.message.type === 'show-reply') this.replyPressed = true;
    if (event.message.type === 'show-ways') this.waysPressed = true;
    this.editor.post(event.message);
  };
}
