import { whatIf } from './whatIf';
import { editSourceFile } from '../../src/core/syntax/edit';
import { defaultRuleSet, ruleSetsOfFile } from '../../src/core/ruleset/oneHost/ruleSetsOfFile';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { RulesSection, SourceFile } from '../../src/core/syntax/sourceFile';
import { bindRules } from '../../src/core/ruleset/bind';
import type { RuleSet } from '../../src/core/ruleset/ruleSet';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { askAgain } from '../../src/core/netfilter/asking';
import { allConditions } from '../../src/core/netfilter/evidence';
import { tracePacket } from '../../src/core/netfilter/trace';
import { modelOf } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { batch } from './batch';
import { branching } from './branching';
import { editor } from './editor';

/** What is measured. */
export type Measured = () => unknown;

/** One measured thing: milliseconds, the best and the middle of several runs. */
export interface Figure {
  readonly what: string;
  readonly best: number;
  readonly median: number;
  readonly note: string;
}

export interface Bench {
  readonly figures: readonly Figure[];
  /** Milliseconds of processor time for parse and bind of the whole file, the best of several fresh runs. */
  readonly parseAndBind: number;
  /** Megabytes of heap that the file and its rules take, the text itself included. */
  readonly heap: number;
  readonly rules: number;
}

/** Measures everything on one dump. `address` gives the cluster IP of service n, `services` how many there are. */
export function measure(text: string, services: number, address: (n: number) => string): Bench {
  const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);
  collect();
  const before = process.memoryUsage().heapUsed;
  const fresh = run(
    'parse and bind, all rules read and checked',
    7,
    () => load(text),
    () => undefined,
  );
  collect();
  const { file, ruleSet } = load(text);
  collect();
  const heap = (process.memoryUsage().heapUsed - before + text.length) / 1e6;
  const figures: Figure[] = [
    fresh,
    run(
      'parse alone',
      7,
      () => parseSourceFile(text),
      () => undefined,
    ),
  ];
  figures.push(edits(file));
  const host = hostFromTopology(undefined, { listeners: [] });
  if (isProblem(host)) throw new Error(host.message);
  const trace = (to: string, port: number): (() => unknown) => {
    const request = packet(to, port);
    return () => tracePacket(request, { ruleSets: { v4: ruleSet }, host });
  };
  figures.push(
    run(
      'trace, first packet of a session (the index is made then)',
      1,
      trace(address(services - 2), 80),
      () => undefined,
    ),
  );
  figures.push(
    run('trace to the last service: 5 paths, all events', 60, trace(address(services - 2), 80), () => undefined),
  );
  const dots = modelOf(parseSourceFile(`${'.'.repeat(100_000)}0`));
  figures.push(
    run(
      'hover over 100 KB of dots in one line',
      20,
      () => hoverAt(dots, 0, 50_000),
      () => undefined,
    ),
  );
  const nested = [1, 2, 3, 4].reduce((inner) => JSON.stringify({ log: inner }), text.slice(0, 100_000));
  figures.push(
    run(
      '100 KB of rules in JSON in JSON, four deep',
      20,
      () => parseSourceFile(nested),
      () => undefined,
    ),
  );
  figures.push(run('one verdict: no service matches', 200, trace('8.8.8.8', 81), () => undefined));
  figures.push(
    run(
      'the same with every why-not put into words',
      10,
      () => worded(ruleSet, packet('8.8.8.8', 81)),
      () => undefined,
    ),
  );
  const plainRun = (what: string, times: number, work: Measured): Figure => run(what, times, work, () => undefined);
  figures.push(
    ...editor(text, plainRun),
    ...batch(text, address(services - 2), plainRun),
    ...branching(plainRun),
    ...whatIf(text, address(services - 2), plainRun),
  );
  const rules = [...ruleSet.tables.values()]
    .flatMap((table) => [...table.chains.values()])
    .reduce((sum, chain) => sum + chain.rules.length, 0);
  return { figures, parseAndBind: fresh.best, heap, rules };

  function worded(set: RuleSet, request: PacketRequest): number {
    if (isProblem(host)) return 0;
    let words = 0;
    for (const { events } of tracePacket(request, { ruleSets: { v4: set }, host }).outcomes) {
      for (const event of events) {
        if (event.kind !== 'skipped') continue;
        for (let i = event.from; i <= event.to; i++) {
          const rule = event.chain.rules[i - 1];
          if (rule) words += allConditions(rule, event.view, askAgain(rule, event.view)).length;
        }
      }
    }
    return words;
  }
}

function load(text: string): { file: SourceFile; section: RulesSection; ruleSet: RuleSet } {
  const file = parseSourceFile(text);
  const section = defaultRuleSet(ruleSetsOfFile(file, () => undefined))?.section;
  if (!section) throw new Error('no rules in the dump');
  return { file, section, ruleSet: bindRules(section) };
}

/** An edit of one character in the middle of the file, again and again. */
function edits(file: SourceFile): Figure {
  let now = file;
  const line = Math.floor(file.lines.length / 2);
  const first = file.lines[line]?.text.charAt(0) ?? '-';
  return run(
    'edit of one line: parse again',
    60,
    () => {
      now = editSourceFile(now, { startLine: line, startColumn: 0, endLine: line, endColumn: 1, newText: first });
    },
    () => undefined,
  );
}

function packet(to: string, port: number): PacketRequest {
  const request = readPacketRequest({
    dir: 'out',
    src: '10.244.1.5',
    dst: to,
    proto: 'tcp',
    sport: 40000,
    dport: port,
    flags: ['SYN'],
    uid: 1000,
  });
  if (isProblem(request)) throw new Error(request.message);
  return request;
}

/** Processor time, so that another program on the machine does not count. */
function run(what: string, times: number, work: () => unknown, after: () => void): Figure {
  const list: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = process.cpuUsage();
    work();
    const spent = process.cpuUsage(start);
    list.push((spent.user + spent.system) / 1000);
    after();
  }
  list.sort((a, b) => a - b);
  return { what, best: list[0] ?? 0, median: list[Math.floor(list.length / 2)] ?? 0, note: '' };
}
