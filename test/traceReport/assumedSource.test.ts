import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { outcomeReport } from '../../src/features/traceReport/makeReport';
import { evaluate } from '../../src/features/traceSession/evaluate';

const nat = (...rules: readonly string[]): string =>
  ['*nat', ':PREROUTING ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
const SERVICE = nat(
  '-A PREROUTING -d 10.96.7.7/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.60.1.21:8080',
  '-A POSTROUTING -d 10.60.1.21/32 -j MASQUERADE',
);
const LISTED =
  '$ ip addr\n2: eth0: <UP> mtu 1500\n    inet 192.168.40.3/24 scope global eth0\n' +
  '$ ip route\ndefault via 192.168.40.1 dev eth0\n192.168.40.0/24 dev eth0 scope link src 192.168.40.3\n';

describe('a source that NAT takes from an interface of which the file states no address', () => {
  test.each([
    ['the address of a Service is not one of the node', SERVICE, 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80', 'assumed'],
    ['an interface that is listed', `${SERVICE}${LISTED}`, 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80', '192.168.40.3'],
    [
      'an address that the rule names',
      SERVICE.replace('MASQUERADE', 'SNAT --to-source 192.168.40.9'),
      'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
      '192.168.40.9',
    ],
    [
      'what leaves by an interface without an address in the file',
      nat('-A POSTROUTING -o eth1 -j MASQUERADE'),
      'forward eth0 eth1 tcp 10.9.0.7 > 198.51.100.80:443',
      'assumed',
    ],
  ])('%s', (_name, text, packet, source) => {
    const model = modelOf(parseSourceFile(text));
    const [dump] = model.dumps;
    if (!dump) throw new Error('there are no rules in it');
    const { input, assumed } = evaluate(model, dump, {
      expression: packet,
      outcome: 0,
      answers: {},
      overrides: undefined,
    });
    if (!input) throw new Error('it cannot be traced');
    const first = outcomeReport(input);
    const words = first.verdict.map(({ text: piece }) => piece).join('');
    if (source === 'assumed') {
      expect(first.card.headline).toMatch(/, with an address of eth[01] as its source$/);
      expect(words).toMatch(/gives it the source [\d.]+:\d+, an assumed address\./);
      expect(words).not.toContain('source 10.96.7.7');
      expect(assumed.map(({ message }) => message).join('\n')).toMatch(
        /The file does not state the IPv4 address of eth[01]/,
      );
    } else {
      expect(first.card.headline).toContain(`, with ${source}:`);
      expect(words).not.toContain('assumed address');
    }
  });
});
