import path from 'node:path';
import { familyOf } from '../../../src/core/net/makePacket';
import type { SaidTables } from '../../../src/core/ruleset/oneHost/saidTables';
import { modelOf, type Dump } from '../../../src/features/fileModel';
import { openTablesOf, tablesOffered } from '../../../src/features/openTables';
import { ownFactsOf } from '../../../src/features/ownFacts';
import { ruleSetNotes } from '../../../src/features/ruleSetNotes';
import { badgeOf } from '../../../src/features/traceReport/verdict';
import { firstUnread, reasonText, unreadLines } from '../../../src/features/unread';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { answersOf } from '../../answers';
import { modelOfText } from '../sample';

/** What programs print, by name. */
const PRINTED: Readonly<Record<string, string>> = {
  rules: '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT',
  nft: 'table ip t {\n  chain in {\n    type filter hook input priority 0; policy accept;\n    tcp dport 25 drop\n  }\n}',
  addresses: '2: eth0: <UP> mtu 1500\n    inet 192.0.2.10/24 scope global eth0',
  others: '2: ens3: <UP> mtu 1500\n    inet 198.51.100.10/24 scope global ens3',
  routes: 'default via 192.0.2.1 dev eth0',
  policy: '0:\tfrom all lookup local\n32766:\tfrom all lookup main',
  sockets:
    'State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0      128    0.0.0.0:22         0.0.0.0:*',
  sets: 'create office hash:ip family inet\nadd office 10.9.0.7',
  sysctls: 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 2',
  pods: 'NAME  READY STATUS  RESTARTS AGE IP         NODE NOMINATED NODE READINESS GATES\nweb-7 1/1   Running 0        1d  10.244.1.5 n1   <none>         <none>',
};

/**
 * A paste, `⏎` between its lines and `<name>` for what programs print, and after ` | ` the packet if it is not the usual
 * one, and what is said of tables, as JSON: what of the file counts for the rules (and for other rules of the file), what is said of them, and what the outcomes depend on.
 */
answersOf(path.join(import.meta.dirname, 'pastes.txt'), (question) => {
  const [paste = '', expression = 'in eth0 tcp 203.0.113.9:4000 > 192.0.2.10:22 syn', said = '{}'] =
    question.split(' | ');
  const { file } = modelOfText(
    `${paste.replace(/<(\w+)>/g, (_, name: string) => PRINTED[name] ?? name)}\n`,
    'notes.md',
  );
  const model = modelOf(file, JSON.parse(said) as SaidTables);
  const dump = model.defaultDump;
  if (!dump) return ['no rules'];
  const { input, problems, request } = evaluate(model, dump, {
    expression,
    outcome: 0,
    answers: {},
    overrides: undefined,
  });
  if (!input || !request) return problems.map(({ message }) => message);
  const factsOf = (of: Dump): string =>
    `${of.label}, ${of.detail}: ${ownFactsOf(model, of)
      .file.sections.map(({ kind, lines }) => `${kind} ${(lines[0]?.index ?? 0) + 1}–${(lines.at(-1)?.index ?? 0) + 1}`)
      .join(', ')}`;
  return [
    factsOf(dump),
    ...model.dumps.flatMap((each) => (each === dump ? [] : [`others: ${factsOf(each)}`])),
    ...ruleSetNotes(model, dump, familyOf(request), 'choose it').map(
      ({ message, line }) => `${line === undefined ? '-' : `${line}:`} ${message}`,
    ),
    ...openTablesOf(model, dump, familyOf(request)).map(
      (open) =>
        `open ${open.chain}: ${open.table} of ${tablesOffered(open).join(', ')}, line ${(open.lines[0]?.index ?? 0) + 1}` +
        (input.tables?.some((each) => each.open.key === open.key && each.decides) ? ', decides' : ''),
    ),
    ...input.traced.outcomes.flatMap((walked) => [
      badgeOf(walked).text,
      ...(walked.on?.answers ?? []).map(
        ({ what, value, choice, key, word, reason }) =>
          `  ${value ? 'if' : 'unless'} ${what}, ${choice ? 'a choice, ' : ''}${reason} [${key}] ${word}`,
      ),
      ...(walked.provided ?? []).map(
        ({ what, reason, unseen }) => `  only if ${what} (${reason})${unseen ? ', unseen' : ''}`,
      ),
    ]),
    ...(input.traced.truncated ? ['and more'] : []),
  ];
});

/**
 * Lines of a paste that look as if they meant something and are not used, `⏎` between its lines; `N letters` stands for
 * so many of them. The first one is shown where there are no rules.
 */
answersOf(path.join(import.meta.dirname, 'unread.txt'), (paste) => {
  const text = paste.replace(/(\d+) letters/g, (_, count: string) => 'x'.repeat(Number(count)));
  const model = modelOfText(`${text}\n`, 'notes.md');
  const short = (line: string): string => (line.length > 80 ? `${line.slice(0, 60)}… (${line.length})` : line);
  const said = unreadLines(model).map(
    (each) => `${each.line}: ${reasonText(each)} ⟨${short(each.text)}⟩${each.reason === reasonText(each) ? '' : ' *'}`,
  );
  const first = firstUnread(model);
  return [
    ...(said.length > 0 ? said : ['all is used']),
    ...(model.defaultDump ? [] : [`no rules. ${short(first)}`.trim()]),
  ];
});
