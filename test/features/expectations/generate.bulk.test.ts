import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateExpectation } from '../../../src/features/expectations/generate';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { ExpectationRunner } from '../../../src/features/expectations/runExpectation';
import { runs } from '../../runs';
import { modelOfText, sampleText } from '../sample';
import { ROUTER } from './rules';
import { shownTrace } from './shownTrace';

describe('the law: what is generated holds, and its negation does not', () => {
  const models = [
    modelOfText(ROUTER, 'router.md'),
    ...['docker-host.iptables-save', 'kube-node.iptables-save', 'istio-sidecar.md'].map((name) =>
      modelOfText(sampleText(name), name),
    ),
  ];
  const address = fc.constantFrom(
    '192.0.2.9',
    '203.0.113.9',
    '10.1.0.5',
    '198.51.100.14',
    '172.21.0.3',
    '10.96.0.10',
    '127.0.0.1',
    '8.8.8.8',
  );
  const packet = fc
    .record({
      way: fc.constantFrom('in', 'out', 'in wan0', 'in ens18', 'in eth0', 'forward eth0', 'out uid 1337', 'out lo'),
      proto: fc.constantFrom('tcp', 'udp', 'icmp'),
      source: fc.option(address, { nil: undefined }),
      destination: fc.option(address, { nil: undefined }),
      port: fc.constantFrom(22, 53, 80, 443, 3000, 5432, 9999, 15001),
      more: fc.constantFrom('', 'own', 'ttl 1', 'mark 0x539', 'ack', 'established'),
    })
    .map(({ way, proto, source = '', destination = '', port, more }) =>
      [
        way,
        proto,
        source,
        '>',
        proto === 'icmp' ? destination : `${destination}:${port}`,
        proto === 'tcp' || !/ack/.test(more) ? more : '',
      ].join(' '),
    );

  test('for random packets', () => {
    let made = 0;
    fc.assert(
      fc.property(fc.constantFrom(...models), packet, (model, expression) => {
        const shown = shownTrace(model, expression);
        if (!shown.evaluation.input) return;
        const found = generateExpectation(shown, model, '', 'iptest');
        // Some hold by nothing that a line can say; then it says so.
        if ('problem' in found) return void expect(found.problem).not.toBe('');
        made++;
        const text = found.lines.join('\n');
        const last = found.lines.at(-1) ?? '';
        const { expectations } = readExpectations(text, 'iptest');
        const expectation = expectations.at(-1);
        if (!expectation) throw new Error(text);
        expect([text, new ExpectationRunner(model).run(expectation).message]).toEqual([text, '']);
        const negated = expectation.clauses
          .map(({ terms }) => terms.map((term) => `not ${term.text}`))
          .map((terms) => terms)
          .flat()
          .join(' or ');
        // Alternatives are denied together, which the language says of outcomes only one by one.
        if (last.includes(' or ')) return;
        const against = readExpectations(
          [...found.lines.slice(0, -1), `${last.split(' => ')[0] ?? ''} => ${negated}`].join('\n'),
          'iptest',
        );
        const denied = against.expectations.at(-1);
        if (!denied) throw new Error(negated);
        expect(new ExpectationRunner(model).run(denied).status).toBe('fails');
      }),
      { numRuns: runs(120) },
    );
    expect(made).toBeGreaterThan(runs(60));
  });
});
