import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { KeptState, Move, StepId, ToEditor, ToView, ViewState } from '../../shared/protocol';
import { NO_TABLES_SAID, type SaidTables } from '../../core/ruleset/oneHost/saidTables';
import type { Dump, FileModel } from '../fileModel';
import { dumpLike, isTableQuestion } from '../openTables';
import { findRemedies, type FoundRemedy } from '../remedies/findRemedies';
import { scenariosFor, type Scenario } from '../scenarios';
import { eventAt, lineOfStep, runPage, stepsAtLine, makeReport } from '../traceReport/makeReport';
import { stepDetail } from '../traceReport/stepDetail';
import { copyRemedy, copyTrace, tryRemedy, type Effect } from './effects';
import type { Evaluation } from './evaluate';
import { evaluateChanged } from './evaluateChanged';
import { isHostField, type HostChanges } from './hostFields';
import { NO_JOURNEY, shownJourney, type ShownJourney } from '../journey/shownJourney';
import { lineMarks, NO_MARKS, type LineMarks } from './lineMarks';
import { withField } from './packetForm';
import { rulePlace, stepAtPlace } from './rulePlace';
import { asSaid, sameDump } from './readAgain';
import { replyTo, type ShownReply } from './shownReply';
import { stepAfter } from './stepAfter';
import { failedState, viewState } from './viewState';
import { visibleMessage } from './visibleMessage';
import { withAnswer, withTableAnswer } from './withAnswer';

export type { Effect };

/**
 * One trace view and what it shows: which rule set, which packet, which path, which step. It knows nothing of an
 * editor: messages and file models go in, effects come out.
 */
export class TraceSession {
  private model: FileModel | undefined;
  private dump: Dump | undefined;
  private scenarios: readonly Scenario[] = [];
  private scenario: string | undefined;
  private expression: string | undefined;
  /** The packet that the journey starts with, while another leg of it is shown. */
  private journeyStart: string | undefined;
  private journey: ShownJourney = NO_JOURNEY;
  private outcome = 0;
  private step: StepId | undefined;
  private answers: Readonly<Record<string, boolean>> = {};
  private hostChanges: HostChanges = {};
  private said: SaidTables = NO_TABLES_SAID;
  private replyWanted = false;
  private replyOutcome = 0;
  /** Values of fields that cannot be used, as typed, with what is wrong. */
  private drafts: ReadonlyMap<string, { readonly value: string; readonly problem: string }> = new Map();
  private notice = '';
  /** After an edit the view selects a step by itself; the editor must not jump there while somebody types. */
  private quiet = false;
  private revision = 0;
  private evaluation: Evaluation | undefined;
  /** The reply, while it is shown in place of the packet. */
  private reply: ShownReply | undefined;
  /** The last packet that could be read: the form stays while the expression is being typed. */
  private readable: PacketRequest | undefined;
  private state: ViewState | undefined;
  /** What `state` was made of. */
  private before: { readonly evaluation: Evaluation | undefined; readonly reply: ShownReply | undefined } = {
    evaluation: undefined,
    reply: undefined,
  };
  private found: { readonly of: Evaluation; readonly remedies: readonly FoundRemedy[] } | undefined;

  constructor(
    private uri: string,
    private fileName: string,
  ) {}

  /**
   * The file was opened or edited. The same packet is traced again, and the selected step is kept where its rule is
   * still there.
   */
  setModel(model: FileModel | undefined): readonly Effect[] {
    // Nothing but what was said of tables can differ, and that is known here first.
    if (model && model.file === this.model?.file) return [];
    const before = this.current?.input;
    const selected = before && this.step !== undefined ? rulePlace(before, this.step) : undefined;
    this.model = model && asSaid(model, this.said);
    this.dump = this.model && sameDump(this.model, this.dump);
    this.takeScenarios();
    this.trace();
    const input = this.current?.input;
    this.step = selected && input && model && stepAtPlace(input, model.file, selected);
    this.quiet = true;
    return [...this.changed(), ...(this.step === undefined ? [] : [this.post({ type: 'show-step', step: this.step })])];
  }

  /** Takes over what the view had kept before the window was reloaded. */
  restore(kept: KeptState): readonly Effect[] {
    this.scenario = kept.scenario;
    this.expression = kept.expression;
    this.outcome = kept.outcome;
    this.answers = kept.answers;
    this.hostChanges = kept.hostFields;
    this.said = kept.tables ?? NO_TABLES_SAID;
    this.replyWanted = kept.reply === true;
    this.model = this.model && asSaid(this.model, this.said);
    this.dump = this.model?.dumps.find(({ id }) => id === kept.dump) ?? this.model?.defaultDump;
    this.takeScenarios();
    this.trace();
    const input = this.current?.input;
    // JSON has null for what was undefined.
    this.step = kept.step && input && eventAt(input, kept.step).event ? kept.step : undefined;
    return [...this.changed(), ...(kept.tables ? [{ kind: 'tables' } as const] : [])];
  }

  /** The file got another name, or was closed (`notice` says so; empty takes it back). */
  setFile(uri: string, fileName: string, notice: string): readonly Effect[] {
    if (uri === this.uri && fileName === this.fileName && notice === this.notice) return [];
    this.uri = uri;
    this.fileName = fileName;
    this.notice = notice;
    return this.changed();
  }

  /**
   * Something failed inside. What was shown last stays as it was and says so; the next question is answered as ever.
   */
  failed(message: string): readonly Effect[] {
    this.revision++;
    this.evaluation = this.before.evaluation;
    this.reply = this.before.reply;
    this.state = failedState(this.state, {
      revision: this.revision,
      message,
      uri: this.uri,
      fileName: this.fileName,
      expression: this.expression ?? '',
    });
    return [this.post({ type: 'state', state: this.state })];
  }

  /** Shows a packet of the caller's choice: from a rule, a chain, a test. */
  tracePacket(expression: string, dump?: string): readonly Effect[] {
    this.chooseDump(dump);
    this.choosePacket(expression, this.scenarios.find((each) => each.expression === expression)?.id);
    return this.changed();
  }

  get marks(): LineMarks {
    const input = this.current?.input;
    return input ? lineMarks(input, this.step, this.reply ? 'reply ' : '') : NO_MARKS;
  }

  /** What the user says of tables that the file does not name. */
  get tables(): SaidTables {
    return this.said;
  }

  /** The state as the view shows it now. */
  get shown(): ViewState | undefined {
    return this.state;
  }

  /** The line of the selected step, 1-based. */
  get selectedLine(): number | undefined {
    const input = this.current?.input;
    return input && this.step !== undefined ? lineOfStep(input, this.step) : undefined;
  }

  /** The line to show first, 1-based: of the selected step, else of the one that decided. */
  get firstLine(): number | undefined {
    const input = this.current?.input;
    const decisive = this.state?.trace?.outcome.decisive;
    return this.selectedLine ?? (input && decisive !== undefined ? lineOfStep(input, decisive) : undefined);
  }

  /** The cursor was put on a line, 1-based: selects its step, if the packet came by. */
  selectLine(line: number): readonly Effect[] {
    const input = this.current?.input;
    if (!input || line === this.selectedLine) return [];
    const steps = stepsAtLine(input, line);
    const step = steps.find(({ kind }) => kind === 'event') ?? steps[0];
    return step === undefined ? [] : this.showStep(step);
  }

  /** Steps without the help of the view, while it is hidden. */
  move(to: Move): readonly Effect[] {
    const input = this.current?.input;
    const outcome = this.state?.trace?.outcome;
    const next = outcome && stepAfter(outcome, this.step, to);
    if (!input || next === undefined) return [];
    const line = lineOfStep(input, next);
    return [...this.showStep(next), ...(line === undefined ? [] : [{ kind: 'reveal', line, focus: false } as const])];
  }

  handle(message: ToEditor): readonly Effect[] {
    if (message.type !== 'select' && message.type !== 'ready') this.quiet = false;
    switch (message.type) {
      case 'ready':
        return this.changed();
      case 'trace':
        this.choosePacket(message.expression, undefined);
        return this.changed();
      case 'set-field':
        this.setField(message.name, message.value);
        return this.changed();
      case 'choose-dump':
        this.chooseDump(message.id);
        return this.changed();
      case 'choose-scenario': {
        const found = this.scenarios.find(({ id }) => id === message.id);
        if (!found) return [];
        this.choosePacket(found.expression, found.id);
        return this.changed();
      }
      case 'choose-outcome':
        if (this.reply) this.replyOutcome = Math.max(0, message.index);
        else this.outcome = Math.max(0, message.index);
        this.step = undefined;
        this.trace();
        return this.changed();
      case 'show-reply':
        return this.showReply(message.shown);
      case 'choose-leg': {
        const { legs, replies } = this.journey;
        const reply = replies.find(({ id }) => id === message.id);
        const leg = reply?.of ?? legs.find(({ id }) => id === message.id);
        if (!leg) return [];
        const start = legs[0]?.expression;
        this.choosePacket(leg.expression, this.scenario, leg.expression === start ? undefined : start);
        if (reply) this.showReply(true);
        return this.changed();
      }
      case 'answer':
        return this.answer(message.question, message.chosen);
      case 'select':
        return message.revision === this.revision ? this.select(message.step, message.reveal) : [];
      case 'open-line':
        return [{ kind: 'reveal', line: message.line, focus: true }];
      case 'expand': {
        const input = this.current?.input;
        const page =
          message.revision === this.revision && input
            ? runPage(input, message.run, message.from, message.count)
            : undefined;
        return page ? [this.post({ type: 'page', revision: this.revision, page })] : [];
      }
      case 'ask-remedies':
        return message.revision === this.revision
          ? [
              this.post({
                type: 'remedies',
                revision: this.revision,
                remedies: this.remedies().map(({ remedy }) => remedy),
              }),
            ]
          : [];
      case 'copy-remedy':
        return message.revision === this.revision ? copyRemedy(this.remedies()[message.index]) : [];
      case 'try-remedy':
        return message.revision === this.revision ? tryRemedy(this.remedies()[message.index]) : [];
      case 'copy':
        return copyTrace(this.current?.input, message.format);
    }
  }

  /** Found when first asked for: a large rule set is bound anew for each. */
  private remedies(): readonly FoundRemedy[] {
    const { current } = this;
    if (!current) return [];
    if (this.found?.of !== current) this.found = { of: current, remedies: findRemedies(current) };
    return this.found.remedies;
  }

  private choosePacket(expression: string, scenario: string | undefined, journeyStart?: string): void {
    this.expression = expression;
    this.scenario = scenario;
    this.journeyStart = journeyStart;
    this.showPacket();
    this.drafts = new Map();
    this.trace();
  }

  /** Another rule set has other questions and other packets that make sense; a packet that was typed is kept. */
  private chooseDump(id: string | undefined): void {
    const dump = this.model?.dumps.find((each) => each.id === id);
    if (!dump || dump === this.dump) return;
    this.dump = dump;
    this.answers = {};
    this.showPacket();
    this.journeyStart = undefined;
    this.takeScenarios();
    this.trace();
  }

  /** Another packet begins with its first path. */
  private showPacket(): void {
    this.outcome = 0;
    this.step = undefined;
    this.replyWanted = false;
    this.replyOutcome = 0;
  }

  showReply(shown: boolean): readonly Effect[] {
    if (shown === (this.reply !== undefined)) return [];
    this.replyWanted = shown;
    this.replyOutcome = 0;
    this.step = undefined;
    this.followReply();
    return this.changed();
  }

  private followReply(): void {
    this.reply = this.replyWanted ? replyTo(this.evaluation, this.replyOutcome) : undefined;
    this.replyWanted = this.reply !== undefined;
  }

  /** What is shown: the packet, or its reply. */
  private get current(): Evaluation | undefined {
    return this.reply?.evaluation ?? this.evaluation;
  }

  private setField(name: string, value: string): void {
    const drafts = new Map(this.drafts);
    drafts.delete(name);
    if (isHostField(name)) {
      const others = Object.entries(this.hostChanges).filter(([each]) => each !== name);
      this.hostChanges = Object.fromEntries(value.trim() === '' ? others : [...others, [name, value]]);
    } else if (this.readable) {
      const next = withField(this.readable, name, value);
      if (typeof next === 'string') drafts.set(name, { value, problem: next });
      else {
        this.expression = formatPacketExpression(next);
        this.scenario = undefined;
        this.journeyStart = undefined;
        this.showPacket();
      }
    }
    this.drafts = drafts;
    this.trace();
  }

  private answer(question: string, chosen: number | undefined): readonly Effect[] {
    const found = this.state?.trace?.questions.find(({ id }) => id === question);
    if (!found) return [];
    const ofTable = isTableQuestion(question);
    if (ofTable && this.model) {
      const { dump } = this;
      this.said = withTableAnswer(this.said, found, chosen);
      this.model = asSaid(this.model, this.said);
      this.dump = (dump && dumpLike(this.model, dump)) ?? this.model.defaultDump;
      this.takeScenarios();
    } else this.answers = withAnswer(this.answers, found, chosen);
    if (this.reply) this.replyOutcome = 0;
    else this.outcome = 0;
    this.step = undefined;
    this.trace();
    return [...this.changed(), ...(ofTable ? [{ kind: 'tables' } as const] : [])];
  }

  private select(step: StepId, reveal: boolean): readonly Effect[] {
    const input = this.current?.input;
    const detail = input && stepDetail(input, step);
    if (!detail) return [];
    this.step = step;
    const line = lineOfStep(input, step);
    const shown = reveal && !this.quiet;
    this.quiet = false;
    return [
      this.post({ type: 'detail', revision: this.revision, detail }),
      { kind: 'marks' },
      ...(shown && line !== undefined ? [{ kind: 'reveal', line, focus: false } as const] : []),
    ];
  }

  /** Selects a step from the editor's side: the view is told, and gets the details along with it. */
  private showStep(step: StepId): readonly Effect[] {
    return [this.post({ type: 'show-step', step }), ...this.select(step, false)];
  }

  private takeScenarios(): void {
    const before = this.scenarios.find(({ id }) => id === this.scenario);
    this.scenarios = this.model && this.dump ? scenariosFor(this.model, this.dump) : [];
    const now = this.scenarios.find(({ id }) => id === this.scenario);
    // What the file says of addresses and ports may have changed, and the scenario's packet with it.
    if (before && now && this.expression === before.expression) this.expression = now.expression;
    else if (!now) this.scenario = undefined;
    if (this.expression === undefined && this.dump) {
      this.scenario = this.scenarios[0]?.id;
      this.expression = this.scenarios[0]?.expression ?? '';
    }
  }

  private trace(): void {
    this.evaluation = undefined;
    this.reply = undefined;
    this.journey = NO_JOURNEY;
    const { model, dump } = this;
    if (!model || !dump) return;
    this.evaluation = this.evaluate(model, dump, this.expression ?? '', this.outcome);
    this.followReply();
    this.readable = this.evaluation.given ?? this.readable;
    const scenario = this.scenarios.find(({ id }) => id === this.scenario);
    this.journey = shownJourney(
      { evaluation: this.evaluation, expression: this.expression ?? '', start: this.journeyStart, scenario },
      (expression) => this.evaluate(model, dump, expression, 0),
    );
    this.journeyStart = this.journey.start;
  }

  private evaluate(model: FileModel, dump: Dump, expression: string, outcome: number): Evaluation {
    const { evaluation, problems } = evaluateChanged(
      model,
      dump,
      { expression, outcome, answers: this.answers },
      this.hostChanges,
    );
    for (const [name, problem] of problems)
      this.drafts = new Map(this.drafts).set(name, { value: this.hostChanges[name] ?? '', problem });
    return evaluation;
  }

  private changed(): readonly Effect[] {
    this.revision++;
    const input = this.current?.input;
    this.state = viewState({
      revision: this.revision,
      uri: this.uri,
      fileName: this.fileName,
      notice: this.notice,
      model: this.model,
      dump: this.dump,
      scenarios: this.scenarios,
      scenario: this.scenario,
      expression: this.expression ?? '',
      evaluation: this.evaluation,
      reply: this.reply,
      tables: this.said,
      readable: this.readable,
      drafts: this.drafts,
      hostChanges: this.hostChanges,
      journey: this.journey,
      answers: this.answers,
      outcome: this.outcome,
      step: this.step,
      trace: input && this.drafts.size === 0 ? makeReport(input) : undefined,
    });
    this.before = { evaluation: this.evaluation, reply: this.reply };
    return [this.post({ type: 'state', state: this.state }), { kind: 'marks' }];
  }

  private post(message: ToView): Effect {
    return { kind: 'post', message: visibleMessage(message) };
  }
}
