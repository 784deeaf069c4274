import { outcomeOf, type Outcome } from '../../core/netfilter/outcome';
import { visible, visibleJson } from '../../core/text/visible';
import { countsOf, withoutRepeats, type TestedFile, type TestEntry } from './testRun';

/** One line in the words of the JSON contract (docs/contract.md). */
export interface TestJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly ok: boolean;
  /** The line cannot be read or asked: exit code 2. */
  readonly bad?: true;
  /** The outcome on a path that contradicts, else on the first. */
  readonly got?: Outcome;
  readonly message?: string;
  /** The packet with all that was filled in. */
  readonly packet?: string;
  /** What is expected and what is so, a condition a line. */
  readonly expected?: string;
  readonly actual?: string;
  /** Where the rule or policy stands that decided. */
  readonly decidedBy?: { readonly file: string; readonly line: number; readonly text: string };
  readonly notes?: readonly string[];
}

export function jsonOf({ file, line, column, text, status, message, result, rules }: TestEntry): TestJson {
  const decided = result?.decision?.line;
  return {
    file,
    line,
    column,
    text,
    ok: status === 'holds',
    ...(status === 'bad' ? { bad: true } : {}),
    ...(result?.walked ? { got: outcomeOf(result.walked) } : {}),
    ...(message === '' ? {} : { message }),
    ...(result?.packet === undefined ? {} : { packet: result.packet }),
    ...(status === 'fails' && result ? { expected: result.expected, actual: result.actual } : {}),
    ...(decided !== undefined && rules
      ? { decidedBy: { file: rules.name, line: decided, text: rules.lineText(decided) } }
      : {}),
    ...(result && result.notes.length > 0 ? { notes: result.notes } : {}),
  };
}

/** For a person: what does not hold, with what came instead and the rule that decided; then how many hold. */
export function plainText(files: readonly TestedFile[]): string {
  const lines: string[] = [];
  for (const { name, entries } of files) {
    const { holds, fails, bad } = countsOf([{ name, entries }]);
    const all = fails + bad === 0;
    lines.push(`${all ? '✓' : '✗'} ${visible(name)}: ${holds} of ${entries.length} hold`);
    for (const entry of withoutRepeats(entries)) lines.push(...plainEntry(entry));
  }
  lines.push('', summaryOf(files));
  return `${lines.join('\n')}\n`;
}

/** `12 expectations hold, 1 does not, 2 lines are wrong`. */
function summaryOf(files: readonly TestedFile[]): string {
  const { holds, fails, bad } = countsOf(files);
  return [
    `${holds} ${holds === 1 ? 'expectation holds' : 'expectations hold'}`,
    ...(fails > 0 ? [`${fails} ${fails === 1 ? 'does' : 'do'} not`] : []),
    ...(bad > 0 ? [`${bad} ${bad === 1 ? 'line is' : 'lines are'} wrong`] : []),
  ].join(', ');
}

function plainEntry(entry: TestEntry): readonly string[] {
  const { file, line, column, text, status, result } = entry;
  const notes = (result?.notes ?? []).map((note) => `      note: ${visible(note)}`);
  const place = visible(`${file}:${line}:${column}`);
  if (status === 'holds') return notes.length === 0 ? [] : [`    ${place}: ${visible(text)}`, ...notes];
  return [
    `  ${status === 'bad' ? '!' : '✗'} ${place}: ${visible(text)}`,
    `      ${visible(entry.message)}`,
    ...decidedLines(entry).map((each) => `      ${each}`),
    ...notes,
  ];
}

/** `rules.v4:12: -A INPUT -j DROP`. */
function decidedLines({ status, result, rules }: TestEntry): readonly string[] {
  const line = result?.decision?.line;
  return status === 'fails' && rules && line !== undefined
    ? [visible(`${rules.name}:${line}: ${rules.lineText(line)}`)]
    : [];
}

/** TAP version 14 (testanything.org). */
export function tapText(files: readonly TestedFile[]): string {
  const entries = files.flatMap((each) => each.entries);
  const lines = ['TAP version 14', `1..${entries.length}`];
  entries.forEach((entry, i) => {
    const { file, line, text, status } = entry;
    lines.push(`${status === 'holds' ? 'ok' : 'not ok'} ${i + 1} - ${tapEscaped(`${file}:${line}: ${text}`)}`);
    if (status === 'holds') return;
    const { message, column, result } = entry;
    lines.push(
      '  ---',
      `  message: ${yaml(message)}`,
      `  severity: ${status === 'bad' ? 'error' : 'fail'}`,
      '  at:',
      `    file: ${yaml(file)}`,
      `    line: ${line}`,
      `    column: ${column}`,
      ...(status === 'fails' && result
        ? [`  expected: ${yaml(result.expected)}`, `  actual: ${yaml(result.actual)}`]
        : []),
      ...decidedLines(entry).map((each) => `  by: ${yaml(each)}`),
      '  ...',
    );
  });
  return `${lines.join('\n')}\n`;
}

/** A `#` begins a directive. */
function tapEscaped(text: string): string {
  return visible(text.replace(/[\\#]/g, '\\$&'));
}

/** A double-quoted scalar of YAML is one of JSON. */
function yaml(text: string): string {
  return visibleJson(JSON.stringify(text));
}

/** JUnit's XML, as Jenkins, GitLab and GitHub's actions read it. */
export function junitText(files: readonly TestedFile[]): string {
  const all = countsOf(files);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="iptables-lens" tests="${total(all)}" failures="${all.fails}" errors="${all.bad}">`,
  ];
  for (const { name, entries } of files) {
    const counts = countsOf([{ name, entries }]);
    lines.push(
      `  <testsuite name="${xml(name)}" tests="${total(counts)}" failures="${counts.fails}" errors="${counts.bad}">`,
    );
    for (const entry of entries) lines.push(...junitCase(entry));
    lines.push('  </testsuite>');
  }
  lines.push('</testsuites>');
  return `${lines.join('\n')}\n`;
}

function junitCase(entry: TestEntry): readonly string[] {
  const { file, line, text, status, message, result } = entry;
  const open =
    `    <testcase classname="${xml(file)}" name="${xml(`${line}: ${text}`)}" file="${xml(file)}" ` + `line="${line}"`;
  if (status === 'holds') return [`${open}/>`];
  const kind = status === 'bad' ? 'error' : 'failure';
  const body = [
    `${file}:${line}: ${text}`,
    ...(result && status === 'fails'
      ? [`expected: ${result.expected.replaceAll('\n', ', ')}`, `got: ${result.actual.replaceAll('\n', ', ')}`]
      : []),
    ...decidedLines(entry),
  ];
  return [
    `${open}>`,
    `      <${kind} message="${xml(message)}">${body.map(xml).join('\n')}</${kind}>`,
    '    </testcase>',
  ];
}

/** XML has no way to write most control characters, and no reader needs the others. */
function xml(text: string): string {
  return visible(text).replace(/[&<>"'\ufffe\uffff]/g, (found) => XML[found] ?? '\ufffd');
}

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function total({ holds, fails, bad }: ReturnType<typeof countsOf>): number {
  return holds + fails + bad;
}

/** Workflow commands of GitHub's actions, which show each failure at its line; then how many hold. */
export function githubText(files: readonly TestedFile[]): string {
  const lines: string[] = [];
  for (const entry of files.flatMap(({ entries }) => entries)) {
    const { file, line, column, text, status, message } = entry;
    const body = [text, message, ...decidedLines(entry)].map(visible).join('\n');
    if (status !== 'holds')
      lines.push(
        `::error file=${property(file)},line=${line},col=${column},title=${property(status === 'bad' ? 'Not an expectation' : 'Expectation does not hold')}::${data(body)}`,
      );
    for (const note of entry.result?.notes ?? [])
      lines.push(`::notice file=${property(file)},line=${line}::${data(visible(note))}`);
  }
  lines.push(summaryOf(files));
  return `${lines.join('\n')}\n`;
}

/** Source: actions/toolkit, packages/core/src/command.ts. */
function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(visible(text)).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
