import { hostFromTopology } from '../core/net/hostFromTopology';
import { isProblem, shown, type InputProblem } from '../core/net/packetRequest';
import { addConnections } from '../core/netfilter/connections';
import { outcomeOf, type Outcome } from '../core/netfilter/outcome';
import { notesOf, tracePacket, tracePackets, type TraceSetting, type Traced } from '../core/netfilter/trace';
import { World } from '../core/netfilter/world';
import type { RuleSet } from '../core/ruleset/ruleSet';
import type { Host } from '../core/net/host';
import { parseSourceFile } from '../core/syntax/parse';
import type { SourceFile } from '../core/syntax/sourceFile';
import { checkFile } from '../features/diagnostics';
import { printRuleSet } from '../features/canonical';
import { explainAt } from '../features/explainAt';
import { modelOf, type FileModel } from '../features/fileModel';
import { internalErrorText } from '../features/internalError';
import { loadWarnings } from '../features/loadProblems';
import { withReplies } from '../features/replies';
import { boundRules, fileWithNft, rulesFile } from '../features/rulesOfText';
import { readBatchPacket, type BatchPacket } from './batchPacket';
import { Recent } from './recent';
import type { RequestLine } from './requestLines';
import { VERSION } from './version';

/** One result of `batch`, in the words of the contract (docs/contract.md). */
export type BatchResult = Readonly<Record<string, unknown>>;

/**
 * Responds to one line of `batch` with one line of JSON, without its line end. Never throws: `error` says what is wrong
 * with the request, and what goes wrong in handling it.
 */
export function answerText(line: RequestLine): string {
  const result = line.kind === 'line' ? answerLine(line.text) : { id: null, error: `this line ${line.reason}` };
  try {
    return JSON.stringify(result);
  } catch (error) {
    return textOfError(result.id, error);
  }
}

/** Responds to the text of one line of `batch`. Never throws. */
export function answerLine(line: string): BatchResult {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch (error) {
    return { id: null, error: `this line is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return { id: null, error: 'a request must be a JSON object' };
  return answerRequest(request as Record<string, unknown>);
}

function answerRequest(request: Record<string, unknown>): BatchResult {
  const id = request.id ?? null;
  try {
    const result = answer(request);
    return 'kind' in result && isProblem(result) ? { id, error: result.message } : { id, ...result };
  } catch (error) {
    return { id, error: internalErrorText(error, VERSION, 'this request') };
  }
}

/** An answer that JSON cannot hold, because it is too long or its `id` too deep. */
function textOfError(id: unknown, error: unknown): string {
  const message =
    `the answer cannot be written: ${error instanceof Error ? error.message : String(error)}. Send fewer packets ` +
    'or rules in one request, and an id that is not nested deeply';
  try {
    return JSON.stringify({ id, error: message });
  } catch {
    return JSON.stringify({ id: null, error: message });
  }
}

/** In characters: of a large node's rules, one. */
const MOST_KEPT = 16_000_000;

function answer(request: Record<string, unknown>): BatchResult | InputProblem {
  const op = request.op ?? 'trace';
  switch (op) {
    case 'check': {
      const read = rulesText(request);
      return isProblem(read) ? read : { diagnostics: checkFile(fileOf(read.text), read.family) };
    }
    case 'print': {
      const read = rulesText(request);
      return isProblem(read) ? read : { text: printRuleSet(boundRules(fileOf(read.text), read.family)) };
    }
    case 'trace':
      return answerTrace(request);
    case 'explain':
      return answerExplain(request);
    default:
      return { kind: 'problem', field: 'op', message: `op: ${shown(op)} is not one of trace, check, print, explain` };
  }
}

/**
 * Requests in a row are mostly about the same rules on the same host: read and bound once, whatever is asked of them.
 */
const files = new Recent<SourceFile>(8, MOST_KEPT);
const explained = new Recent<FileModel>(1, MOST_KEPT);
const hosts = new Recent<Host | InputProblem>(8, MOST_KEPT);

function fileOf(text: string): SourceFile {
  return files.get(text, () => rulesFile(text));
}

function rulesText(request: Record<string, unknown>): { readonly text: string; readonly family: 4 | 6 } | InputProblem {
  const text = request.rules ?? (request.family === 6 ? request.rules6 : undefined);
  if (typeof text !== 'string')
    return { kind: 'problem', field: 'rules', message: 'rules: must be the text of iptables-save' };
  if (request.family !== undefined && request.family !== 4 && request.family !== 6)
    return { kind: 'problem', field: 'family', message: 'family: must be 4 or 6' };
  return { text, family: request.family === 6 ? 6 : 4 };
}

/** The place counts from 1, as an editor does; a request for each line of one file reads the file once. */
function answerExplain(request: Record<string, unknown>): BatchResult | InputProblem {
  const { text, line, column } = request;
  if (typeof text !== 'string') return { kind: 'problem', field: 'text', message: 'text: must be the text of a file' };
  const isPlace = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1;
  if (!isPlace(line))
    return { kind: 'problem', field: 'line', message: `line: ${shown(line)} is not a line number, counted from 1` };
  if (column !== undefined && !isPlace(column))
    return { kind: 'problem', field: 'column', message: `column: ${shown(column)} is not a column, counted from 1` };
  const model = explained.get(text, () => modelOf(parseSourceFile(text)));
  return { ...explainAt(model, line - 1, column === undefined ? undefined : column - 1) };
}

function answerTrace(request: Record<string, unknown>): BatchResult | InputProblem {
  const setting = readSetting(request);
  if (isProblem(setting)) return setting;
  const list = request.packets === undefined ? [request.packet] : request.packets;
  if (!Array.isArray(list)) return { kind: 'problem', field: 'packets', message: 'packets: must be a list' };
  if (list.length > MOST_PACKETS)
    return {
      kind: 'problem',
      field: 'packets',
      message:
        `packets: ${list.length} are too many for one request, which takes ${MOST_PACKETS} at most: send them in ` +
        'several requests',
    };
  const { reply = false } = request;
  if (typeof reply !== 'boolean')
    return { kind: 'problem', field: 'reply', message: `reply: ${shown(reply)} is neither true nor false` };
  const packets: BatchPacket[] = [];
  for (const [i, json] of list.entries()) {
    const field = request.packets === undefined ? 'packet' : `packets[${i}]`;
    const read = readBatchPacket(json, field, setting);
    if (isProblem(read)) return read;
    packets.push(read);
  }
  const answerOf = (traced: Traced): Readonly<Record<string, unknown>> => ({
    ...outcomesOf(traced, setting, reply),
    warnings: warningsOf(setting, traced),
  });
  const [first] = packets;
  if (request.packets === undefined && first) return withRead(answerOf(tracePacket(first.request, setting)), first);
  const requests = packets.map((packet) => packet.request);
  const results =
    request.independent === true
      ? requests.map((packet) => answerOf(tracePacket(packet, setting)))
      : tracePackets(requests, setting, answerOf);
  return { results: results.map((result, i) => withRead(result, packets[i])) };
}

/** A packet that was a text comes with the expression that was read. */
function withRead(
  result: Readonly<Record<string, unknown>>,
  packet: BatchPacket | undefined,
): Readonly<Record<string, unknown>> {
  if (packet?.expression === undefined) return result;
  const warnings = [...(result['warnings'] as readonly string[]), ...packet.warnings];
  return { ...result, packet: packet.expression, warnings };
}

/** This many packets make a response of about 100 MB, which is near what one string holds. */
const MOST_PACKETS = 50_000;

function readSetting(request: Record<string, unknown>): TraceSetting | InputProblem {
  if (request.sets !== undefined && request.sets !== null && typeof request.sets !== 'string')
    return { kind: 'problem', field: 'sets', message: 'sets: must be the text of ipset save' };
  const { topology, listeners, sets } = request;
  // What a packet changes of a host is in the world of its request.
  const host = hosts.get(JSON.stringify([topology, listeners, sets]), () =>
    hostFromTopology(topology ?? undefined, { listeners: listeners ?? [], sets: sets ?? undefined }),
  );
  if (isProblem(host)) return host;
  const world = new World();
  const bad = addConnections(request.conntrack, world);
  if (bad) return bad;
  const { nft } = request;
  if (nft !== undefined && nft !== null && typeof nft !== 'string')
    return { kind: 'problem', field: 'nft', message: 'nft: must be the text of nft list ruleset' };
  const v4 = bindText(request.rules, nft ?? undefined, 'rules', 4);
  if (isProblem(v4)) return v4;
  const v6 = bindText(request.rules6, nft ?? undefined, 'rules6', 6);
  if (isProblem(v6)) return v6;
  return { host, world, ruleSets: { v4, v6 }, answers: new Map(), rawSockets: true };
}

function bindText(
  text: unknown,
  nft: string | undefined,
  field: string,
  family: 4 | 6,
): RuleSet | undefined | InputProblem {
  if (text === undefined || text === null || text === '') return fileWithNft(undefined, nft, family);
  if (typeof text !== 'string')
    return { kind: 'problem', field, message: `${field}: must be the text of iptables-save` };
  return fileWithNft(fileOf(text), nft, family);
}

function outcomesOf(traced: Traced, setting: TraceSetting, reply: boolean): { readonly outcomes: readonly Outcome[] } {
  return { outcomes: reply ? withReplies(traced.outcomes, setting) : traced.outcomes.map(outcomeOf) };
}

function warningsOf(setting: TraceSetting, traced: Traced): readonly string[] {
  const warnings: string[] = [];
  for (const ruleSet of [setting.ruleSets.v4, setting.ruleSets.v6]) {
    if (ruleSet) warnings.push(...loadWarnings(ruleSet));
  }
  warnings.push(...notesOf(traced.outcomes));
  if (traced.truncated)
    warnings.push(`more than ${traced.outcomes.length} outcomes are possible; the others are not shown`);
  return warnings;
}
