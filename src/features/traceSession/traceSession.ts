import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { KeptState, Move, StepId, ToEditor, ToView, ViewState } from '../../shared/protocol';
import type { Dump, FileModel } from '../fileModel';
import type { FileEdit } from '../remedies/fileEdits';
import { findRemedies, type FoundRemedy } from '../remedies/findRemedies';
import { scenariosFor, type Scenario } from '../scenarios';
import { eventAt, lineOfStep, runPage, stepsAtLine, traceModel } from '../traceView/traceModel';
import { stepDetail } from '../traceView/stepDetail';
import { traceMarkdown, traceText } from '../traceView/traceText';
import { evaluate, type Evaluation } from './evaluate';
import { hostOverrides, isHostField, type HostChanges } from './hostFields';
import { journeyOf, type JourneyLeg } from '../journey/journey';
import { lineMarks, NO_MARKS, type LineMarks } from './lineMarks';
import { withField } from './packetForm';
import { rulePlace, stepAtPlace } from './rulePlace';
import { stepAfter } from './stepAfter';
import { failedState, viewState } from './viewState';
import { visibleMessage } from './visibleMessage';
import { withAnswer } from './withAnswer';

/** What the editor has to do after a message. */
export type Effect =
  | { readonly kind: 'post'; readonly message: ToView }
  /** Show a line, 1-based. */
  | { readonly kind: 'reveal'; readonly line: number; readonly focus: boolean }
  /** `said`: what to tell the user then. */
  | { readonly kind: 'copy'; readonly text: string; readonly said: string }
  /** Change the file. The lines are those of the model that was set last. */
  | { readonly kind: 'edit'; readonly edits: readonly FileEdit[] }
  /** `marks` of the session has changed. */
  | { readonly kind: 'marks' };

/**
 * One trace view and what it shows: which rule set, which packet, which course, which step. It knows nothing of an editor: messages and
 * file models go in, effects come out.
 */
export class TraceSession {
  private model: FileModel | undefined;
  private dump: Dump | undefined;
  private scenarios: readonly Scenario[] = [];
  private scenario: string | undefined;
  private expression: string | undefined;
  /** The packet that the journey starts with, while another leg of it is shown. */
  private journeyStart: string | undefined;
  private legs: readonly JourneyLeg[] = [];
  private outcome = 0;
  private step: StepId | undefined;
  private answers: Readonly<Record<string, boolean>> = {};
  private hostChanges: HostChanges = {};
  /** Values of fields that cannot be used, as typed, with what is wrong. */
  private drafts: ReadonlyMap<string, { readonly value: string; readonly problem: string }> = new Map();
  private notice = '';
  /** After an edit the view selects a step by itself; the editor must not jump there while somebody types. */
  private quiet = false;
  private revision = 0;
  private evaluation: Evaluation | undefined;
  /** The last packet that could be read: the form stays while the expression is being typed. */
  private readable: PacketRequest | undefined;
  private state: ViewState | undefined;
  /** What `state` was made of. */
  private shownEvaluation: Evaluation | undefined;
  private found: { readonly of: Evaluation; readonly remedies: readonly FoundRemedy[] } | undefined;

  constructor(
    private uri: string,
    private fileName: string,
  ) {}

  /** The file was opened or edited. The same packet is traced again, and the selected step is kept where its rule is still there. */
  setModel(model: FileModel | undefined): readonly Effect[] {
    const before = this.evaluation?.input;
    const selected = before && this.step !== undefined ? rulePlace(before, this.step) : undefined;
    this.model = model;
    this.dump = model && this.sameDump(model);
    this.takeScenarios();
    this.trace();
    const input = this.evaluation?.input;
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
    this.dump = this.model?.dumps.find(({ id }) => id === kept.dump) ?? this.model?.defaultDump;
    this.takeScenarios();
    this.trace();
    const input = this.evaluation?.input;
    this.step = kept.step !== undefined && input && eventAt(input, kept.step).event ? kept.step : undefined;
    return this.changed();
  }

  /** The file got another name, or was closed (`notice` says so; empty takes it back). */
  setFile(uri: string, fileName: string, notice: string): readonly Effect[] {
    if (uri === this.uri && fileName === this.fileName && notice === this.notice) return [];
    this.uri = uri;
    this.fileName = fileName;
    this.notice = notice;
    return this.changed();
  }

  /** Something failed inside. What was shown last stays as it was and says so; the next question is answered as ever. */
  failed(message: string): readonly Effect[] {
    this.revision++;
    this.evaluation = this.shownEvaluation;
    this.state = failedState(this.state, { revision: this.revision, message, uri: this.uri, fileName: this.fileName, expression: this.expression ?? '' });
    return [this.post({ type: 'state', state: this.state })];
  }

  /** Shows a packet of the caller's choice: from a rule, a chain, a test. */
  tracePacket(expression: string, dump?: string): readonly Effect[] {
    this.chooseDump(dump);
    this.choosePacket(expression, this.scenarios.find((each) => each.expression === expression)?.id);
    return this.changed();
  }

  get marks(): LineMarks {
    const input = this.evaluation?.input;
    return input ? lineMarks(input, this.step) : NO_MARKS;
  }

  /** The state as the view shows it now. */
  get shown(): ViewState | undefined {
    return this.state;
  }

  /** The line of the selected step, 1-based. */
  get selectedLine(): number | undefined {
    const input = this.evaluation?.input;
    return input && this.step !== undefined ? lineOfStep(input, this.step) : undefined;
  }

  /** The line to show first, 1-based: of the selected step, else of the one that decided. */
  get firstLine(): number | undefined {
    const input = this.evaluation?.input;
    const decisive = this.state?.trace?.outcome.decisive;
    return this.selectedLine ?? (input && decisive !== undefined ? lineOfStep(input, decisive) : undefined);
  }

  /** The cursor was put on a line, 1-based: selects its step, if the packet came by. */
  selectLine(line: number): readonly Effect[] {
    const input = this.evaluation?.input;
    if (!input || line === this.selectedLine) return [];
    const steps = stepsAtLine(input, line);
    const step = steps.find((each) => !each.includes('.')) ?? steps[0];
    return step === undefined ? [] : this.showStep(step);
  }

  /** Steps without the help of the view, while it is hidden. */
  move(to: Move): readonly Effect[] {
    const input = this.evaluation?.input;
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
        this.outcome = Math.max(0, message.index);
        this.step = undefined;
        this.trace();
        return this.changed();
      case 'choose-leg': {
        const leg = this.legs.find(({ id }) => id === message.id);
        if (!leg) return [];
        const start = this.legs[0]?.expression;
        this.choosePacket(leg.expression, this.scenario, leg.expression === start ? undefined : start);
        return this.changed();
      }
      case 'answer':
        this.answer(message.question, message.chosen);
        return this.changed();
      case 'select':
        return message.revision === this.revision ? this.select(message.step, message.reveal) : [];
      case 'open-line':
        return [{ kind: 'reveal', line: message.line, focus: true }];
      case 'expand': {
        const input = this.evaluation?.input;
        const page = message.revision === this.revision && input ? runPage(input, message.run, message.from, message.count) : undefined;
        return page ? [this.post({ type: 'page', revision: this.revision, page })] : [];
      }
      case 'ask-remedies':
        return message.revision === this.revision ? [this.post({ type: 'remedies', revision: this.revision, remedies: this.remedies().map(({ remedy }) => remedy) })] : [];
      case 'copy-remedy': {
        const remedy = message.revision === this.revision ? this.remedies()[message.index]?.remedy : undefined;
        return remedy && remedy.commands.length > 0 ? [{ kind: 'copy', text: remedy.commands.join('\n'), said: 'Copied' }] : [];
      }
      case 'try-remedy': {
        const edits = message.revision === this.revision ? this.remedies()[message.index]?.edits : undefined;
        return edits && edits.length > 0 ? [{ kind: 'edit', edits }] : [];
      }
      case 'copy': {
        const input = this.evaluation?.input;
        return input ? [{ kind: 'copy', text: message.format === 'markdown' ? traceMarkdown(input) : traceText(input), said: 'The trace is on the clipboard' }] : [];
      }
    }
  }

  /** Found when first asked for: a large rule set is bound anew for each. */
  private remedies(): readonly FoundRemedy[] {
    if (!this.evaluation) return [];
    if (this.found?.of !== this.evaluation) this.found = { of: this.evaluation, remedies: findRemedies(this.evaluation) };
    return this.found.remedies;
  }

  private choosePacket(expression: string, scenario: string | undefined, journeyStart?: string): void {
    this.expression = expression;
    this.scenario = scenario;
    this.journeyStart = journeyStart;
    this.outcome = 0;
    this.step = undefined;
    this.drafts = new Map();
    this.trace();
  }

  /** Another rule set has other questions and other packets that make sense; a packet that was typed is kept. */
  private chooseDump(id: string | undefined): void {
    const dump = this.model?.dumps.find((each) => each.id === id);
    if (!dump || dump === this.dump) return;
    this.dump = dump;
    this.answers = {};
    this.outcome = 0;
    this.step = undefined;
    this.journeyStart = undefined;
    this.takeScenarios();
    this.trace();
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
        this.outcome = 0;
        this.step = undefined;
      }
    }
    this.drafts = drafts;
    this.trace();
  }

  private answer(question: string, chosen: number | undefined): void {
    const found = this.state?.trace?.questions.find(({ id }) => id === question);
    if (!found) return;
    this.answers = withAnswer(this.answers, found, chosen);
    this.outcome = 0;
    this.step = undefined;
    this.trace();
  }

  private select(step: StepId, reveal: boolean): readonly Effect[] {
    const input = this.evaluation?.input;
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
    this.legs = [];
    if (!this.model || !this.dump) return;
    this.evaluation = this.evaluate(this.model, this.dump, this.expression ?? '', this.outcome);
    this.readable = this.evaluation.given ?? this.readable;
    const start = this.journeyStart === undefined ? this.evaluation : this.evaluate(this.model, this.dump, this.journeyStart, 0);
    const { model, dump } = this;
    const legsOf = (evaluation: Evaluation, expression: string): readonly JourneyLeg[] => {
      const { legs } = journeyOf(evaluation, expression, (text) => this.evaluate(model, dump, text, 0));
      return legs.length > 1 ? legs : [];
    };
    this.legs = legsOf(start, this.journeyStart ?? this.expression ?? '');
    if (this.legs.length > 0 || this.journeyStart !== undefined || this.scenario === undefined) return;
    // After a reload only the packet is known: it may be a later leg of its scenario.
    const scenario = this.scenarios.find(({ id }) => id === this.scenario);
    if (!scenario || scenario.expression === this.expression) return;
    const legs = legsOf(this.evaluate(model, dump, scenario.expression, 0), scenario.expression);
    if (!legs.some(({ expression }) => expression === this.expression)) return;
    this.journeyStart = scenario.expression;
    this.legs = legs;
  }

  private evaluate(model: FileModel, dump: Dump, expression: string, outcome: number): Evaluation {
    const wanted = { expression, outcome, answers: this.answers };
    const plain = evaluate(model, dump, { ...wanted, overrides: undefined });
    if (Object.keys(this.hostChanges).length === 0) return plain;
    const { overrides, problems } = hostOverrides(model, plain.setting.setting.host, this.hostChanges);
    for (const [name, problem] of problems) this.drafts = new Map(this.drafts).set(name, { value: this.hostChanges[name] ?? '', problem });
    return problems.size > 0 || overrides === undefined ? plain : evaluate(model, dump, { ...wanted, overrides });
  }

  /** The rule set that was shown before an edit: the same lines, else the same place in the list. */
  private sameDump(model: FileModel): Dump | undefined {
    const before = this.dump;
    if (before === undefined) return model.defaultDump;
    return model.dumps.find(({ section }) => section === before.section) ?? model.dumps.find(({ id, section }) => id === before.id && section.role === before.section.role) ?? model.defaultDump;
  }

  private changed(): readonly Effect[] {
    this.revision++;
    const input = this.evaluation?.input;
    this.state = viewState({
      revision: this.revision, uri: this.uri, fileName: this.fileName, notice: this.notice, model: this.model, dump: this.dump, scenarios: this.scenarios,
      scenario: this.scenario, expression: this.expression ?? '', evaluation: this.evaluation, readable: this.readable, drafts: this.drafts,
      hostChanges: this.hostChanges, legs: this.legs, answers: this.answers, outcome: this.outcome, step: this.step,
      trace: input && this.drafts.size === 0 ? traceModel(input) : undefined,
    });
    this.shownEvaluation = this.evaluation;
    return [this.post({ type: 'state', state: this.state }), { kind: 'marks' }];
  }

  private post(message: ToView): Effect {
    return { kind: 'post', message: visibleMessage(message) };
  }
}
