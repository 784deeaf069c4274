import { traceMarkdown, traceText } from '../traceReport/traceText';
import { commandLine } from '../share/commandLine';
import { traceHtml } from '../share/html';
import { traceMermaid } from '../share/mermaid';
import { sharedJourney } from '../share/sharedJourney';
import { ALONE, type SharedJourney, type SharedTrace } from '../share/sharedTrace';
import { sharedWaysText, waysHtml, waysMarkdown, waysMermaid, type SharedWays } from '../share/sharedWays';
import type { Picture } from '../share/drawing';
import { traceSvg } from '../share/svg';
import { waysSvg } from '../share/waysSvg';
import type { PictureTheme } from '../share/colours';
import { assumedFacts } from './assumedFacts';
import type { Evaluation } from './evaluate';
import { currentOf, evaluateLeg, type SessionTrace } from './sessionTrace';
import type { WaysReport } from '../../shared/ways';
import { madeWords } from '../whatIf/ground';
import { wordsOf } from '../whatIf/whatIf';
import type { SessionState } from './sessionState';

/** What is shown, in every form in which it can be given to others. Made when asked for. */
export interface Shareable {
  /** What is shown, for the name of a file. */
  readonly what: 'trace' | 'ways';
  readonly text: () => string;
  readonly markdown: () => string;
  readonly mermaid: () => string;
  readonly html: () => string;
  readonly command: () => string;
  readonly picture: (theme: PictureTheme) => Picture;
}

export function shareOf(state: SessionState, trace: SessionTrace): Shareable | undefined {
  if (state.ways && trace.ways) return shareOfWays(state, trace, trace.ways.traced.report);
  const current = currentOf(trace);
  const input = current?.input;
  if (!input) return undefined;
  const assumed = assumedOf(current);
  const shared = (): SharedTrace => ({ input, assumed, file: state.fileName, journey: journeyOf(state, trace) });
  return {
    what: 'trace',
    text: () => traceText(input, assumed),
    markdown: () => traceMarkdown(input, assumed),
    mermaid: () => traceMermaid(shared()),
    html: () => traceHtml(shared()),
    command: () => commandOf(state, trace, false),
    picture: (theme) => traceSvg({ input, assumed, file: state.fileName }, theme),
  };
}

function shareOfWays(state: SessionState, trace: SessionTrace, report: WaysReport): Shareable {
  const shared: SharedWays = { report, file: state.fileName, whatIf: trace.made.map(madeWords) };
  return {
    what: 'ways',
    text: () => sharedWaysText(shared),
    markdown: () => waysMarkdown(shared),
    mermaid: () => waysMermaid(shared),
    html: () => waysHtml(shared),
    command: () => commandOf(state, trace, true),
    picture: (theme) => waysSvg(shared, theme),
  };
}

/** Sentences: the reader of a copy has no view that shows them. */
export function assumedOf(evaluation: Evaluation): readonly string[] {
  const { model, dump } = evaluation.setting;
  return assumedFacts(model, dump, evaluation).map(({ message }) => message);
}

function journeyOf(state: SessionState, { journey }: SessionTrace): SharedJourney {
  if (journey.legs.length < 2) return ALONE;
  return sharedJourney(journey, journey.replies, (leg) => {
    const evaluation = evaluateLeg(state, leg)?.evaluation;
    return evaluation?.input && { input: evaluation.input, assumed: assumedOf(evaluation) };
  });
}

function commandOf(state: SessionState, { evaluated, journey, reply }: SessionTrace, ways: boolean): string {
  const { model, dump } = state;
  const number = model && dump ? model.dumps.findIndex(({ id }) => id === dump.id) + 1 : 0;
  return commandLine({
    file: state.fileName,
    packet: ways ? undefined : (state.expression ?? ''),
    dump: number > 0 && dump !== model?.defaultDump ? number : undefined,
    overrides: evaluated?.overrides,
    tables: state.tables,
    journey: !ways && journey.legs.length > 1,
    reply: !ways && reply !== undefined,
    whatIf: state.whatIf.map(wordsOf),
    answered: Object.keys(state.answers).length,
  });
}
