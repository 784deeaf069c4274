import { formatAddress, sameAddress } from '../../core/net/address';
import { hasPorts } from '../../core/net/makePacket';
import { endpoint } from '../../core/net/endpoint';
import { parsePacketExpression } from '../../core/net/packetExpression';
import { NO_TABLES_SAID, type SaidTables } from '../../core/ruleset/oneHost/saidTables';
import type { Walked, WalkEnd } from '../../core/netfilter/events';
import { isThrough } from '../../core/netfilter/walkEnds';
import type { FileModel } from '../fileModel';
import type { Evaluation } from '../traceSession/evaluate';
import { selectedPath } from '../traceReport/traceInput';
import { ofProviso, premisesOfPath } from './assumedPaths';
import { decisionOf } from './passedRules';
import { readExpectations, type ExpectationForm } from './readExpectations';
import { ExpectationRunner } from './runExpectation';
import type { Settings } from './settings';

/** What a trace view shows. */
export interface ShownTrace {
  readonly evaluation: Evaluation;
  /** Of the reply, where that is shown. */
  readonly reply: Evaluation | undefined;
  /** The host as the user has changed it. */
  readonly overrides: unknown;
  readonly tables?: SaidTables;
}

export type Generated = { readonly lines: readonly string[] } | { readonly problem: string };

/**
 * Lines that say what a trace shows: what has to be stated for it, and an expectation that holds. They go at the end of
 * `existing`, and say nothing that is there already. It is as specific as is certain: what differs between the possible
 * paths is not in it.
 */
export function generateExpectation(
  shown: ShownTrace,
  model: FileModel,
  existing: string,
  form: ExpectationForm,
): Generated {
  const { evaluation, reply } = shown;
  if (!evaluation.input) return { problem: 'nothing is traced' };
  const walked = selectedPath(evaluation.input);
  const writer = new Writer(model, existing, form);
  const settings = settingLines(shown, walked, model, writer.settings);
  const packet = writer.holding(settings, packetText(evaluation), evaluation, walked);
  if ('problem' in packet || !reply?.input) return packet;
  return writer.holding(packet.lines, 'then reply', reply, selectedPath(reply.input));
}

/** With everything that was filled in, as far as the packet language has words for it. */
function packetText({ input, request, expression }: Evaluation): string {
  const full = input?.packet ?? expression;
  const again = parsePacketExpression(full).request;
  return again && JSON.stringify(sorted(again)) === JSON.stringify(sorted(request ?? {})) ? full : expression;
}

function sorted(fields: object): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What has to be stated for a path to be the only one, and does not stand above. */
function settingLines(
  { evaluation, overrides, tables = NO_TABLES_SAID }: ShownTrace,
  walked: Walked,
  model: FileModel,
  above: Settings,
): readonly string[] {
  const lines: string[] = [];
  const { dumps, defaultDump } = model;
  const set = dumps.findIndex(({ id }) => id === evaluation.setting.dump.id) + 1;
  const before = above.set ?? dumps.indexOf(defaultDump ?? evaluation.setting.dump) + 1;
  if (set > 0 && set !== before) lines.push(`@set ${set}`);
  for (const [key, table] of Object.entries(tables)) {
    const chain = key.replace(/ \d+$/, '');
    if (above.tables.get(chain) !== table) lines.push(`@table ${chain}=${table}`);
  }
  const host = overrides === undefined || overrides === null ? undefined : JSON.stringify(overrides);
  const hostAbove =
    above.host === undefined ? undefined : 'value' in above.host ? JSON.stringify(above.host.value) : '';
  if (host !== hostAbove) lines.push(`@host ${host ?? '{}'}`);
  const certain = premisesOfPath(walked).filter(({ choice, chance }) => !choice && !chance);
  const unknown = evaluation.unknownInterfaces.filter(({ name }) => above.interfaces.get(name) === undefined);
  const said = [
    ...unknown.map(({ name }) => `interface ${name}`),
    ...certain.map(({ say }) => say),
    ...(walked.provided ?? []).map((each) => ofProviso(each).say),
  ];
  const known = new Set([...lines, ...linesOf(above)]);
  // What can only be said with the packet is not a line.
  const stated = said.filter((say) => /^(?:interface|not own|own|not joined|joined|assume|sysctl|@table) /.test(say));
  return [...lines, ...new Set(stated.filter((say) => !known.has(say)))];
}

/** What is stated already, in the words of what would be stated. */
function linesOf({ own, joined, sysctls, tables, assumed }: Settings): readonly string[] {
  return [
    ...[...own].map(([address, value]) => `${value ? '' : 'not '}own ${address}`),
    ...[...joined].map(([group, value]) => `${value ? '' : 'not '}joined ${group}`),
    ...[...sysctls].map(([name, value]) => `sysctl ${name} = ${value}`),
    ...[...tables].map(([chain, table]) => `@table ${chain}=${table}`),
    ...[...assumed.values()].map(({ rule, what, value }) =>
      ['assume', rule, what === undefined ? [] : `"${what}"`, rule === undefined ? [] : value ? 'yes' : 'no']
        .flat()
        .join(' '),
    ),
  ];
}

class Writer {
  readonly settings: Settings;

  constructor(
    private readonly model: FileModel,
    private readonly existing: string,
    private readonly form: ExpectationForm,
  ) {
    this.settings = readExpectations(existing, form).settings;
  }

  /** The lines before with one more that holds. */
  holding(before: readonly string[], packet: string, evaluation: Evaluation, walked: Walked): Generated {
    const certain = candidates(walked).filter((words) => this.holds([...before, `${packet} => ${words}`]));
    const clauses = certain.some((words) => OUTCOMES.has(words))
      ? certain
      : [...this.anyOutcome(before, packet, evaluation), ...certain];
    const lines = [...before, `${packet} => ${clauses.join(' ')}`];
    if (clauses.length > 0 && this.holds(lines)) return { lines };
    // Without anything that holds, it is the outcome that does not.
    return {
      problem: this.messageOf(clauses.length > 0 ? lines : [...before, `${packet} => ${outcomeWord(walked.end)}`]),
    };
  }

  /** The outcomes of all paths, one or the other. */
  private anyOutcome(before: readonly string[], packet: string, { input }: Evaluation): readonly string[] {
    const words = [...new Set((input?.traced.outcomes ?? []).map(({ end }) => outcomeWord(end)))].join(' or ');
    return words !== '' && this.holds([...before, `${packet} => ${words}`]) ? [words] : [];
  }

  private holds(lines: readonly string[]): boolean {
    return this.messageOf(lines) === '';
  }

  /** Why the last line does not hold; empty: it holds. */
  private messageOf(lines: readonly string[]): string {
    const written = lines.map((line) => markedLine(line, this.form)).join('\n');
    const { expectations, errors } = readExpectations(`${this.existing}\n${written}\n`, this.form);
    const last = expectations.at(-1);
    const firstNew = this.existing.split('\n').length;
    const wrong = errors.find(({ line }) => line >= firstNew);
    if (wrong) return wrong.message;
    if (!last || last.line < firstNew) return 'it cannot be written as an expectation';
    const runner = new ExpectationRunner(this.model);
    if (last.after) runner.run(last.after);
    const { status, message } = runner.run(last);
    return status === 'holds' ? '' : message;
  }
}

/** As a line of a file: where only marked lines count, with the mark. */
function markedLine(line: string, form: ExpectationForm): string {
  return form === 'marked' ? `# expect: ${line}` : line;
}

const OUTCOMES: ReadonlySet<string> = new Set(['LOCAL', 'SENT', 'DROP', 'REJECT', 'NONE']);

function outcomeWord({ outcome, verdict }: WalkEnd): string {
  return outcome === 'DROPPED' ? (verdict === 'REJECT' ? 'REJECT' : 'DROP') : outcome;
}

/** What might be said of a path: its outcome, what NAT made of its addresses, the interface, the chain that decided. */
function candidates(walked: Walked): readonly string[] {
  const { end, events } = walked;
  const { packet } = end;
  const start = events.find((event) => event.kind === 'start')?.packet;
  const words = [outcomeWord(end)];
  const ported = hasPorts(packet.protocol) && packet.fragmentOffset === 0;
  if (start && isThrough(walked)) {
    const to = endpoint(formatAddress(packet.destination), ported ? packet.destinationPort : undefined);
    const moved = !sameAddress(start.destination, packet.destination);
    if (moved) words.push(to);
    if (ported && (!moved || start.destinationPort !== packet.destinationPort))
      words.push(`:${packet.destinationPort}`);
    if (!sameAddress(start.source, packet.source)) words.push(`from ${formatAddress(packet.source)}`);
  }
  if (end.outcome === 'SENT' && end.outInterface !== undefined) words.push(`on ${end.outInterface}`);
  const decision = decisionOf(walked);
  if (end.dropBy?.kind === 'kernel') words.push('by kernel');
  else if (decision?.rule) words.push(`by ${quoted(`${decision.rule.chain.table}/${decision.rule.chain.name}`)}`);
  else if (decision) words.push('by policy');
  // An address says its port as well.
  return words.filter((word) => !word.startsWith(':') || !words.some((each) => each !== word && each.endsWith(word)));
}

function quoted(text: string): string {
  return /[\s,]/.test(text) ? `"${text}"` : text;
}
