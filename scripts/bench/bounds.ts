import { printSourceFile } from '../../src/core/syntax/print';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printRuleSet } from '../../src/features/canonical';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf, ruleSetOf, type FileModel } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { traceText } from '../../src/features/traceReport/traceText';
import { setsOfFile } from '../../src/core/ruleset/fileSets';

/** What was done with an input of an uncommon size: milliseconds of processor time, and what came of it. */
export interface BoundFigure {
  readonly what: string;
  readonly milliseconds: number;
  readonly result: string;
}

const MILLION = 1_000_000;
const address = (i: number): string => `${1 + (i >>> 24)}.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
const fill = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** Inputs larger than anyone has: each is done once. */
export function measureBounds(): readonly BoundFigure[] {
  const figures: BoundFigure[] = [];
  const time = <T>(what: string, work: () => T, result: (done: T) => string): T => {
    (globalThis as { gc?: () => void }).gc?.();
    const start = process.cpuUsage();
    const done = work();
    const { user, system } = process.cpuUsage(start);
    figures.push({ what, milliseconds: (user + system) / 1000, result: result(done) });
    return done;
  };

  const matching = model(
    `*filter\n:INPUT DROP [0:0]\n${fill(130_000, (i) => `-A INPUT -j LOG --log-prefix "r${i}"\n`)}COMMIT\n`,
  );
  time(
    '130,000 rules that all match: traced and written',
    () => traced(matching),
    (text) => `${text.split('\n').length} lines, the others are said to be omitted`,
  );

  const members = fill(MILLION, (i) => `add s ${address(i)}\n`);
  const sets = model(
    `create s hash:ip family inet maxelem 2000000\n${members}\n*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set s src -j ACCEPT\nCOMMIT\n`,
  );
  time(
    'a set of 1,000,000 members: read',
    () => setsOfFile(sets.file),
    (found) => `${found?.sets.get('s')?.entries.length} members`,
  );
  time(
    'a packet traced through it',
    () => traced(sets),
    (text) => (/ACCEPT|DROP/.exec(text)?.[0] ?? '') + ', read no second time',
  );

  const text = `*filter\n:INPUT DROP [0:0]\n${fill(MILLION, (i) => `-A INPUT -s ${address(i)}/32 -p tcp -m tcp --dport ${i % 65536} -j ACCEPT\n`)}COMMIT\n`;
  const rules = time(
    '1,000,000 rules: read and bound',
    () => {
      const made = model(text);
      if (made.defaultDump) ruleSetOf(made.defaultDump.section);
      return made;
    },
    () => `${(text.length / 1e6).toFixed(0)} MB`,
  );
  time(
    'a packet traced through them',
    () => traced(rules),
    (done) => `${done.split('\n').length} lines`,
  );
  time(
    'all of them checked',
    () => fileDiagnostics(rules, 'rules.v4'),
    (found) => `${found.length} problems`,
  );
  time(
    'printed as they are',
    () => printSourceFile(rules.file) === text,
    (same) => (same ? 'byte for byte' : 'NOT the same'),
  );
  time(
    'printed as iptables-save does',
    () => (rules.defaultDump ? printRuleSet(ruleSetOf(rules.defaultDump.section)) : ''),
    (done) => `${(done.length / 1e6).toFixed(0)} MB`,
  );
  return figures;
}

function model(text: string): FileModel {
  return modelOf(parseSourceFile(text, { fileName: 'rules.md' }));
}

function traced(file: FileModel): string {
  if (!file.defaultDump) throw new Error('no rules');
  const { input } = evaluate(file, file.defaultDump, {
    expression: 'in eth0 tcp 1.2.3.4:5 > :80 syn',
    outcome: 0,
    answers: {},
    overrides: undefined,
  });
  return input ? traceText(input) : '';
}
