import path from 'node:path';
import { formatBlock } from '../../../src/core/net/address';
import { completeExpectation } from '../../../src/features/expectations/complete';
import type { Condition } from '../../../src/features/expectations/condition';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { coverageSummary, RuleCoverage } from '../../../src/features/expectations/ruleCoverage';
import { ExpectationRunner } from '../../../src/features/expectations/runExpectation';
import { GrowingMap } from '../../../src/features/expectations/growingMap';
import { generateExpectation } from '../../../src/features/expectations/generate';
import { groupKey, ownKey } from '../../../src/features/possibleHosts/hostKeys';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import type { FileModel } from '../../../src/features/fileModel';
import { answersOf } from '../../answers';
import { cursor, modelOfText } from '../sample';
import { ROUTER } from './rules';

const folder = import.meta.dirname;

/** `endpoint destination 10.0.0.0/8 80-90`. */
function told(condition: Condition): string {
  switch (condition.kind) {
    case 'endpoint': {
      const { half, address, name = '', ports } = condition;
      return [half, address ? formatBlock(address) : name, ports ? `${ports.first}-${ports.last}` : ''].join(' ');
    }
    case 'by':
    case 'via':
      return `${condition.kind} ${condition.place.chain} ${condition.place.number ?? 'any'}`;
    default:
      return Object.values(condition).join(' ');
  }
}

/** How lines are read: what must hold, what they say of the host, what is wrong and where. */
answersOf(path.join(folder, 'readings.txt'), (question) => {
  const lines = question.split('\n');
  const { expectations, errors, settings } = readExpectations(question, 'iptest');
  return [
    ...expectations.flatMap(({ packet, line, clauses, packetStart, packetEnd, after }) => [
      `${packet.kind} "${(lines[line] ?? '').slice(packetStart, packetEnd)}"${packet.kind === 'typed' ? ` ${packet.text}` : ''}${after ? ` after line ${after.line}` : ''}`,
      ...clauses.map(
        ({ terms, start, end, text }) =>
          `  ${terms.map(({ negated, condition }) => `${negated ? 'not ' : ''}${told(condition)}`).join(' | ')} ` +
          `"${(lines[line] ?? '').slice(start, end)}"${text === (lines[line] ?? '').slice(start, end) ? '' : ` as "${text}"`}`,
      ),
    ]),
    ...Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
      if (!(value instanceof GrowingMap)) return value === undefined ? [] : [`${name}: ${JSON.stringify(value)}`];
      return value.size === 0 ? [] : [`${name} (${value.size}): ${JSON.stringify([...value])}`];
    }),
    ...errors.map(({ line, start, end, message }) => `"${(lines[line] ?? '').slice(start, end)}" ${message}`),
  ];
});

const RULES: Readonly<Record<string, string>> = {
  router: ROUTER,
  // As someone pastes them: nothing of the host.
  bare: `*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -j MARK --set-xmark 0x5/0xffffffff
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:LOOSE - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m statistic --mode random --probability 0.5 -j ACCEPT
-A INPUT -p udp -m set --match-set peers src -m recent --rcheck --name seen --rsource -j ACCEPT
-A INPUT -p udp -m recent --set --name seen --rsource -j LOOSE
-A LOOSE -p udp -m udp --dport 53 -j REJECT
COMMIT
`,
  'both families': `# iptables-save
*filter
:INPUT DROP [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
# ip6tables-save
*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 23 -j DROP
COMMIT
2: eth0: <UP> mtu 1500
    inet 192.0.2.1/24 scope global eth0
    inet6 2001:db8::1/64 scope global
LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=9,fd=3))
LISTEN 0 128 [::]:80 [::]:* users:(("web",pid=8,fd=3))
`,
};

const models = new Map<string, FileModel>();

function modelNamed(name: string): FileModel {
  const model = models.get(name) ?? modelOfText(RULES[name] ?? '', 'rules.md');
  models.set(name, model);
  return model;
}

/** What becomes of the expectations in lines about the rules that the section names. */
answersOf(path.join(folder, 'verdicts.txt'), (question, section) => {
  const runner = new ExpectationRunner(modelNamed(section), (name) =>
    name === 'host.json'
      ? { value: { ifaces: [{ name: 'eth0', addrs: ['10.0.0.1/24'] }] } }
      : { problem: `no ${name}` },
  );
  const { expectations, errors } = readExpectations(question, 'iptest');
  return [
    ...errors.map(({ message }) => `wrong: ${message}`),
    ...expectations.flatMap((expectation) => {
      const { status, message, notes, actual, decision, packet } = runner.run(expectation);
      return [
        `${status}${message === '' ? '' : `: ${message}`}`,
        `  ${packet ?? 'no packet'}: ${actual.replaceAll('\n', ', ')}${decision ? ` (${decision.words}, line ${decision.line ?? '-'}${decision.detail === '' ? '' : `, ${decision.detail}`})` : ''}`,
        ...notes.map((note) => `  note: ${note}`),
      ];
    }),
  ];
});

/** Which rules the packets of lines come to. */
answersOf(path.join(folder, 'covered.txt'), (question, section) => {
  const coverage = new RuleCoverage();
  const runner = new ExpectationRunner(modelNamed(section), undefined, coverage);
  for (const expectation of readExpectations(question, 'iptest').expectations) runner.run(expectation);
  const rules = coverage.rules();
  return [
    coverageSummary(rules),
    ...rules.map(
      ({ line, place, evaluated, matched, text }) => `${line} ${place}: ${matched} of ${evaluated}   ${text}`,
    ),
  ];
});

/** The words that are offered at ‸, by their ranks; `…` where there are more. `marked`: among rules. */
answersOf(path.join(folder, 'completions.txt'), (question, section) => {
  const isMarked = question.startsWith('marked ');
  const lines = question.replace(/^marked /, '').split('\n');
  const { text, column } = cursor(lines.at(-1) ?? '');
  const { settings } = readExpectations(lines.slice(0, -1).join('\n'), 'iptest');
  const list = completeExpectation(
    text,
    column,
    isMarked ? 'marked' : 'iptest',
    settings,
    section === 'no rules' ? undefined : modelNamed('router'),
  );
  if (!list) return ['nothing'];
  const byRank = new Map<string, string[]>();
  for (const { label, kind, rank } of list.items) {
    const key = `${rank} ${kind}`;
    byRank.set(key, [...(byRank.get(key) ?? []), label]);
  }
  return [
    `${list.range.start}-${list.range.end}${list.incomplete ? ' …' : ''}`,
    ...[...byRank].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, labels]) => `${key}: ${labels.join(' ')}`),
  ];
});

/**
 * The lines that are made of a trace; above the packet are those that stand already, before ` | ` what the user has chosen.
 */
answersOf(path.join(folder, 'generated.txt'), (question, section) => {
  const [chosen, typed] = question.includes(' | ') ? question.split(' | ') : ['', question];
  const lines = (typed ?? '').split('\n');
  const expression = lines.pop() ?? '';
  const model = modelNamed(section);
  const answers: Record<string, boolean> = {};
  for (const [, not, fact, address = ''] of (chosen ?? '').matchAll(/(not )?(own|joined) ([^, ]+)/g))
    answers[fact === 'own' ? ownKey(address) : groupKey(address)] = not === undefined;
  const [, host] = /host (\{.*\})/.exec(chosen ?? '') ?? [];
  const overrides: unknown = host === undefined ? undefined : JSON.parse(host);
  const outcome = Number(/path (\d+)/.exec(chosen ?? '')?.[1] ?? 0);
  const dump = model.dumps[Number(/set (\d+)/.exec(chosen ?? '')?.[1] ?? 1) - 1];
  if (!dump) throw new Error('there are no such rules');
  const evaluation = evaluate(model, dump, { expression, outcome, answers, overrides });
  const reply = (chosen ?? '').includes('reply') ? evaluation : undefined;
  const made = generateExpectation({ evaluation, reply, overrides }, model, lines.join('\n'), 'iptest');
  return 'lines' in made ? made.lines : [`problem: ${made.problem}`];
});
