import { formatAddress, sameAddress } from '../../core/net/address';
import { isOwn } from '../../core/net/completePacket';
import { addressFamily } from '../../core/syntax/family';
import { capital } from '../../core/text/capital';
import type { Walked } from '../../core/netfilter/events';
import type { Evaluation } from '../traceSession/evaluate';
import { unknownInterfaceWords, type UnknownInterface } from '../traceSession/unknownInterface';
import { ofProviso, openProvisos, premisesOfPath, type Premised } from './assumedPaths';
import type { Clause } from './condition';
import type { Expectation } from './expectation';
import type { ExpectationResult } from './expectationResult';
import { judgeClause, type Judged, type JudgedPath } from './judge';
import { decisionOf, type Decision } from './passedRules';

/** A path with the trace that it is of. */
export interface TracedPath {
  readonly evaluation: Evaluation;
  readonly path: JudgedPath;
}

interface JudgedClauses extends TracedPath {
  readonly judged: readonly Judged[];
  readonly holds: boolean;
}

/** It cannot be asked. `columns`: of the line; omitted: the packet. */
export function badResult(
  expectation: Expectation,
  message: string,
  columns: ExpectationResult['columns'] = { start: expectation.packetStart, end: expectation.packetEnd },
): ExpectationResult {
  return { ...nothingTraced(expectation), status: 'bad', message, columns };
}

/** It does not hold, because there is no packet. */
export function failedResult(expectation: Expectation, message: string): ExpectationResult {
  return { ...nothingTraced(expectation), status: 'fails', message };
}

function nothingTraced(expectation: Expectation): ExpectationResult {
  return {
    expectation,
    status: 'bad',
    message: '',
    notes: [],
    columns: undefined,
    packet: undefined,
    expected: expectedText(expectation),
    actual: '',
    walked: undefined,
    decision: undefined,
    input: undefined,
  };
}

function expectedText({ clauses }: Expectation): string {
  return clauses.map(({ text }) => text).join('\n');
}

/** It holds only if it holds on every path, and nothing that nobody states decides that. */
export function verdictOn(
  expectation: Expectation,
  paths: readonly TracedPath[],
  { truncated, excluded }: { readonly truncated: boolean; readonly excluded: number },
): ExpectationResult {
  const judged = paths.map(({ evaluation, path }): JudgedClauses => {
    const clauses = expectation.clauses.map((clause) => judgeClause(clause, path));
    return { evaluation, path, judged: clauses, holds: clauses.every(({ holds }) => holds) };
  });
  const failing = judged.find(({ holds }) => !holds);
  const shown = failing ?? judged[0];
  if (!shown)
    return failedResult(
      expectation,
      excluded > 0
        ? 'what is assumed rules out every path of the packet: check the lines with "assume"'
        : 'the packet takes no path',
    );
  const message = failing ? failure(expectation, failing, judged) : restsOn(expectation, judged, truncated);
  return resultOf(expectation, shown, message);
}

function resultOf(expectation: Expectation, shown: JudgedClauses, message: string): ExpectationResult {
  const { path, judged, evaluation } = shown;
  const { walked } = path;
  const decision = decisionOfShown(expectation, shown);
  const actual = judged.map((each) => each.actual);
  if (message !== '' && decision && !actual.includes(decision.words))
    actual.push(`${decision.words}${lineText(decision)}`);
  return {
    expectation,
    status: message === '' ? 'holds' : 'fails',
    message,
    notes: [
      ...evaluation.notes,
      ...unknownOf(evaluation, expectation).map(unknownInterfaceWords),
      ...refutedOwn(evaluation, expectation)
        .filter((each) => !message.includes(each))
        .map(capital),
    ],
    columns: undefined,
    packet: evaluation.input?.packet,
    expected: expectedText(expectation),
    actual: actual.join('\n'),
    walked,
    decision,
    input: evaluation.input,
  };
}

/** `expected LOCAL, got DROPPED by filter/INPUT:4 (line 12)`, and what it depends on. */
function failure(expectation: Expectation, failing: JudgedClauses, paths: readonly JudgedClauses[]): string {
  const impossible = failing.judged.find((each) => each.impossible !== undefined)?.impossible;
  if (impossible !== undefined) return impossible;
  const all = wrongClauses(expectation, failing);
  // Where it ends is wrong: that it leaves by another interface, or none, goes without saying.
  const ends = all.filter(([{ terms }]) => terms.some(({ condition }) => condition.kind === 'outcome'));
  const wrong = ends.length > 0 ? ends : all;
  const expected = wrong.map(([{ text }]) => text).join(', ');
  const got = wrong.map(([, { actual }]) => actual).join(', ');
  const decision = decisionOfShown(expectation, failing);
  const by = !decision
    ? ''
    : `${got.includes(decision.words) ? '' : `, ${decision.words}`}${lineText(decision)}` +
      `${decision.detail === '' ? '' : `: ${decision.detail}`}`;
  return `expected ${expected}, got ${got}${by}${guessed(wrong, failing)}${dependsOn(failing, paths)}`;
}

function lineText({ line }: Decision): string {
  return line === undefined ? '' : ` (line ${line})`;
}

function wrongClauses({ clauses }: Expectation, { judged }: JudgedClauses): readonly (readonly [Clause, Judged])[] {
  return clauses.flatMap((clause, i): readonly (readonly [Clause, Judged])[] => {
    const each = judged[i];
    return each && !each.holds ? [[clause, each]] : [];
  });
}

/** Who decided; where only the source is not as expected, who gave it that. */
function decisionOfShown(expectation: Expectation, shown: JudgedClauses): Decision | undefined {
  const wrong = wrongClauses(expectation, shown);
  const source =
    wrong.length > 0 &&
    wrong.every(([{ terms }]) =>
      terms.every(({ condition }) => condition.kind === 'endpoint' && condition.half === 'source'),
    );
  return decisionOf(shown.path.walked, source ? 'source' : undefined);
}

/** What came instead may be made up. */
function guessed(wrong: readonly (readonly [Clause, Judged])[], { evaluation, path }: JudgedClauses): string {
  for (const [clause] of wrong) {
    const guess = guessBehind(clause, evaluation, path.walked);
    if (guess !== undefined) return `; ${guess}`;
  }
  return '';
}

/** What has to be so for the expectation to hold, where it holds on other paths. */
function dependsOn(failing: JudgedClauses, all: readonly JudgedClauses[]): string {
  const holding = all.filter(({ holds }) => holds);
  const against = premisesOfPath(failing.path.walked);
  const held = holding.map(({ path }) => premisesOfPath(path.walked));
  // Where one question parts those that hold from those that do not, its other answer is what is needed.
  for (const { key, value, choice } of against) {
    const others = held.map((premises) => premises.find((each) => each.key === key));
    const [other] = others;
    if (!choice && other && others.every((each) => each && each.value !== value)) return only(other);
  }
  const [first] = held;
  const choice = first?.find((each) => each.choice && !against.some(({ key }) => key === each.key));
  if (choice && holding.length === 1) return only(choice);
  // What is so on the other paths too does not decide.
  const parting = against.filter(({ key, value }) =>
    held.some((premises) => premises.find((each) => each.key === key)?.value !== value),
  );
  const named = parting.slice(0, MOST_NAMED).map(({ words }) => words);
  return named.length === 0 ? '' : `; not so if ${named.join(', and ')}`;
}

const MOST_NAMED = 3;

function only({ words, say }: Premised): string {
  return `; holds only if ${words}${saying(say)}`;
}

function saying(say: string): string {
  return say === '' ? '' : ` (say: ${say})`;
}

/** Interfaces of the packet that neither the file nor a line knows. */
function unknownOf({ unknownInterfaces }: Evaluation, { settings }: Expectation): readonly UnknownInterface[] {
  return unknownInterfaces.filter(({ name }) => settings.interfaces.get(name) === undefined);
}

/** Of the addresses of the packet, what a line says of them and the file says otherwise. */
function refutedOwn(
  { setting: { addressesKnown, setting }, request }: Evaluation,
  { settings }: Expectation,
): readonly string[] {
  return [request?.src, request?.dst].flatMap((address) => {
    const said = address === undefined ? undefined : settings.own.get(address);
    if (address === undefined || said === undefined || isOwn(setting.host, address) === said) return [];
    if (!addressesKnown[addressFamily(address) ?? 4]) return [];
    return [
      `the file lists the addresses of this host, and ${address} is ${said ? 'not ' : ''}among them: ` +
        `"${said ? '' : 'not '}own ${address}" does not count`,
    ];
  });
}

/** Why it is not certain although it holds on every path that was followed; empty where it is. */
function restsOn(expectation: Expectation, judged: readonly JudgedClauses[], truncated: boolean): string {
  for (const { evaluation, path } of judged) {
    const unknown = evaluation.unknownInterfaces.map(unknownInterfaceWords);
    const wrong = evaluation.contradictions.find((each) => !unknown.includes(each));
    if (wrong !== undefined) return `the packet is not as it is stated: ${wrong}`;
    const [refuted] = refutedOwn(evaluation, expectation);
    if (refuted !== undefined) return `the host is not as it is stated: ${refuted}`;
    const [iface] = unknownOf(evaluation, expectation);
    if (iface)
      return (
        `holds only if this host has an interface ${iface.name}, which the file does not ` +
        `know${iface.hint}${saying(`interface ${iface.name}`)}`
      );
    const [open] = openProvisos(path.walked, expectation.settings);
    if (open) {
      const { words, say } = ofProviso(open);
      return `holds only if ${words}${saying(say)}`;
    }
    for (const clause of expectation.clauses) {
      const guess = guessBehind(clause, evaluation, path.walked);
      if (guess !== undefined) return `"${clause.text}" holds only by an assumption: ${guess}`;
    }
  }
  return truncated ? 'more paths are possible than are followed: state more of the packet or of the host' : '';
}

/** What of the host had to be made up for a clause to hold; undefined: nothing. */
function guessBehind({ terms }: Clause, evaluation: Evaluation, { end, events }: Walked): string | undefined {
  const { given = {}, assumed, hostTraces } = evaluation;
  for (const { condition, negated } of terms) {
    const leaves =
      condition.kind === 'leaves' || (condition.kind === 'by' && condition.place.chain === end.outInterface);
    if (leaves && end.outcome === 'SENT' && given.oface === undefined) {
      const route = assumed.find(({ code }) => code === 'default-route');
      if (route)
        return (
          `${route.message} (say: ` +
          `"${given.dir === 'out' ? 'out' : `forward ${evaluation.request?.iface ?? 'IN'}`} ` +
          `${end.outInterface ?? ''}" in the packet, or the routes with @host)`
        );
    }
    if (condition.kind !== 'endpoint' || negated || (condition.address === undefined && condition.name === undefined))
      continue;
    const start = events.find((event) => event.kind === 'start')?.packet;
    const address = end.packet[condition.half];
    if (!start || sameAddress(start[condition.half], address)) continue;
    for (const { facts } of hostTraces) {
      const madeUp = facts.assumptions.find(
        ({ use, code }) => code === 'address' && use.kind === 'address' && sameAddress(use.address, address),
      );
      if (madeUp) return `${madeUp.message} (say: @host {"ifaces": …}, or omit ${formatAddress(address)})`;
    }
  }
  return undefined;
}
