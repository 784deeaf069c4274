import { formatPacketExpression, parsePacketExpression } from '../core/net/packetExpression';
import { familyOf } from '../core/net/makePacket';
import { outcomeOf } from '../core/netfilter/outcome';
import type { PacketRequest } from '../core/net/packetRequest';
import { parseSourceFile } from '../core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../features/fileModel';
import { settingOf, traceInFile, type FileSetting, type FileTraced } from '../features/fileTrace';
import { ruleSetView } from '../features/ruleSetView';
import { traceText } from '../features/traceView/traceText';
import { Failure, oneFile, type Arguments } from './arguments';
import type { Terminal } from './main';

/** Traces one packet through the rules of a file, whatever surrounds them. */
export function runTrace(given: Arguments, terminal: Terminal): number {
  const name = oneFile(given, 'trace');
  const request = readExpression(given.values.packet);
  const model = modelOf(parseSourceFile(terminal.read(name), { fileName: name }));
  const dump = chooseDump(model, given.values.dump, name);
  const setting = settingOf(model, dump, readHost(given.values.host, terminal));
  for (const problem of setting.problems) throw new Failure(`${given.values.host ?? name}: ${problem}`);
  const result = traceInFile(request, setting);
  if (typeof result === 'string') throw new Failure(`--packet: ${result}`);
  if (given.flags.has('json')) terminal.out(`${JSON.stringify(asJson(result, setting), undefined, 1)}\n`);
  else terminal.out(asText(model, setting, result));
  return 0;
}

function readExpression(text: string | undefined): PacketRequest {
  if (text === undefined) throw new Failure('trace needs --packet, such as --packet "in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn new"');
  const parsed = parsePacketExpression(text);
  if (parsed.problems === undefined) return parsed.request;
  const [first] = parsed.problems;
  throw new Failure(`--packet: ${first ? `column ${first.start + 1}: ${first.message}` : 'cannot be read'}`);
}

function chooseDump(model: FileModel, wanted: string | undefined, name: string): Dump {
  if (!model.defaultDump) throw new Failure(`${name}: there are no rules in it. Paste the output of iptables-save, or the log of istio-init`);
  if (wanted === undefined) return model.defaultDump;
  const dump = model.dumps[Number(wanted) - 1];
  if (dump) return dump;
  const list = model.dumps.map(({ label, detail }, i) => `${i + 1} (${label}, ${detail})`).join(', ');
  throw new Failure(`--dump ${wanted}: there are these rule sets in ${name}: ${list}`);
}

function readHost(file: string | undefined, terminal: Terminal): unknown {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(terminal.read(file));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file}: is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function warningsOf({ filled }: FileTraced, { assumptions }: FileSetting): readonly string[] {
  return [
    ...assumptions.map(({ message, line }) => (line === undefined ? message : `line ${line + 1}: ${message}`)),
    ...filled.map(({ field, value, why }) => `packet: ${field} is taken to be ${value}: ${why}`),
  ];
}

function asJson(result: FileTraced, setting: FileSetting): unknown {
  return {
    id: null, packet: formatPacketExpression(result.request), outcomes: result.traced.outcomes.map(outcomeOf), warnings: warningsOf(result, setting),
  };
}

function asText(model: FileModel, setting: FileSetting, result: FileTraced): string {
  const family = familyOf(result.request);
  const ruleSet = family === 4 ? setting.setting.ruleSets.v4 : setting.setting.ruleSets.v6;
  const sockets = model.file.sections.some(({ kind }) => kind === 'sockets');
  const text = traceText({
    traced: result.traced, ruleSet, family, packet: formatPacketExpression(result.request), selected: 0, answers: new Map(),
    listenersFrom: sockets ? 'the list of sockets in this file' : undefined, listeners: setting.setting.host.listeners,
    knowledge: ruleSet && ruleSetView(ruleSet),
  });
  const warnings = warningsOf(result, setting);
  return warnings.length === 0 ? text : `${text}\nTaken for granted:\n${warnings.map((warning) => `  ${warning}\n`).join('')}`;
}
