import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf, type Dump } from '../../src/features/fileModel';
import { findRemedies } from '../../src/features/remedies/findRemedies';
import { evaluate, type Evaluation } from '../../src/features/traceSession/evaluate';
import { groundOf, type Ground } from '../../src/features/whatIf/ground';
import { offLine, type WhatIf } from '../../src/features/whatIf/whatIf';
import type { Figure, Measured } from './measure';

/** What is tried on a large file, from the click to the new answer. `service`: an address that its rules know. */
export function whatIf(
  text: string,
  service: string,
  run: (what: string, times: number, work: Measured) => Figure,
): readonly Figure[] {
  const model = modelOf(parseSourceFile(text, { fileName: 'node.iptables-save' }));
  const dump = model.defaultDump as Dump;
  const at = model.file.lines.findIndex(
    (line) => line.text.startsWith('-A KUBE-SERVICES ') && line.text.includes(service),
  );
  const rule = offLine(model.file.lines[at] as (typeof model.file.lines)[number]);
  const expression = `in eth0 tcp 192.0.2.7 > ${service}:80`;
  const traced = (ground: Pick<Ground, 'model' | 'dump'>): Evaluation =>
    evaluate(ground.model, ground.dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  const typed = (command: string): WhatIf => ({ kind: 'typed', text: command });
  const answered = (changes: readonly WhatIf[]) => () => traced(groundOf(model, dump, changes));
  const plain = traced({ model, dump });
  return [
    run('what if: a rule of 6,000 in its chain is off, to the answer', 10, answered([rule])),
    run(
      'what if: a command at the top of that chain, to the answer',
      10,
      answered([typed('iptables -t nat -I KUBE-SERVICES -j RETURN')]),
    ),
    run('what if: a policy, to the answer', 10, answered([typed('iptables -P FORWARD DROP')])),
    run('what if: a chain is emptied, to the answer', 5, answered([typed('iptables -t nat -F KUBE-SERVICES')])),
    run('what if: a setting of the host, to the answer', 10, answered([typed('sysctl -w net.ipv4.ip_forward=0')])),
    run('remedies for that packet', 5, () => findRemedies(plain)),
  ];
}
