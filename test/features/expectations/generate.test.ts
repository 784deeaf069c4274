import { describe, expect, test } from 'vitest';
import { generateExpectation } from '../../../src/features/expectations/generate';
import type { FileModel } from '../../../src/features/fileModel';
import { modelOfText, sampleText } from '../sample';
import { ROUTER } from './rules';
import { shownTrace } from './shownTrace';

function generated(model: FileModel, expression: string, existing = '', outcome = 0): readonly string[] {
  const made = generateExpectation(shownTrace(model, expression, outcome), model, existing, 'iptest');
  return 'lines' in made ? made.lines : [made.problem];
}

describe('an expectation is made of a trace', () => {
  const router = modelOfText(ROUTER, 'router.md');
  test.each<[packet: string, lines: readonly string[]]>([
    [
      'in wan0 tcp 203.0.113.9 > 198.51.100.1:22',
      ['in wan0 tcp 203.0.113.9:41522 > 198.51.100.1:22 syn => LOCAL :22 by filter/INPUT'],
    ],
    [
      'in wan0 tcp 192.0.2.9 > 198.51.100.1:80',
      ['in wan0 tcp 192.0.2.9:41522 > 198.51.100.1:80 syn => SENT 10.1.0.5:8080 on lan0 by nat/PUBLISHED'],
    ],
    [
      'in wan0 tcp 192.0.2.66 > 198.51.100.1:80',
      ['in wan0 tcp 192.0.2.66:41522 > 198.51.100.1:80 syn => DROP by filter/GUARD'],
    ],
    [
      'in wan0 tcp 192.0.2.9 > 10.1.0.7:80',
      ['in wan0 tcp 192.0.2.9:41522 > 10.1.0.7:80 syn => SENT 10.1.0.5:8080 on lan0 by nat/PUBLISHED'],
    ],
    ['in wan0 tcp 192.0.2.9 > 10.1.0.7:81', ['in wan0 tcp 192.0.2.9:41522 > 10.1.0.7:81 syn => DROP by policy']],
    [
      'in wan0 tcp 192.0.2.9 > :3000',
      ['in wan0 tcp 192.0.2.9:41522 > 198.51.100.1:3000 syn => LOCAL :15006 by nat/PUBLISHED'],
    ],
    [
      'in lan0 tcp 10.1.0.9 > 192.0.2.80:443',
      ['in lan0 tcp 10.1.0.9:41522 > 192.0.2.80:443 syn => SENT :443 from 198.51.100.1 on wan0 by filter/FORWARD'],
    ],
    ['in wan0 tcp 192.0.2.9 > :23', ['in wan0 tcp 192.0.2.9:41522 > 198.51.100.1:23 syn => REJECT by filter/INPUT']],
  ])('%s', (packet, lines) => {
    expect(generated(router, packet)).toEqual(lines);
  });

  test('what has to be stated for the path comes before it, once', () => {
    const packet = 'in wan0 tcp 192.0.2.9 > 198.51.100.1:9999';
    const assume = 'assume filter/INPUT:5 "--match-set friends src" ';
    const lines = [0, 1].map((outcome) => generated(router, packet, '', outcome));
    expect(lines.map(([line]) => line).sort()).toEqual([`${assume}no`, `${assume}yes`]);
    const [first = []] = lines;
    expect(first).toHaveLength(2);
    const docker = modelOfText(sampleText('docker-host.iptables-save'));
    const ssh = 'in ens18 tcp 203.0.113.9 > 198.51.100.14:22';
    expect(generated(docker, ssh)[0]).toMatch(/^(?:not )?own 198\.51\.100\.14$/);
  });

  test('so does who has joined a multicast group', () => {
    const open = modelOfText('*filter\n:INPUT DROP [0:0]\n-A INPUT -p udp --dport 5353 -j ACCEPT\nCOMMIT\n');
    const packet = 'in eth0 udp 192.0.2.9 > 224.0.0.251:5353';
    const first = [0, 1].map((outcome) => generated(open, packet, '', outcome)[0]);
    expect(first).toEqual(['not joined 224.0.0.251', 'joined 224.0.0.251']);
  });

  test('an interface that the file does not know is stated', () => {
    const packet = 'in wan1 tcp 192.0.2.9 > 198.51.100.1:23';
    const lines = generated(router, packet);
    expect(lines[0]).toBe('interface wan1');
    expect(lines.at(-1)).toBe('in wan1 tcp 192.0.2.9:41522 > 198.51.100.1:23 syn => REJECT by filter/INPUT');
    expect(generated(router, packet, 'interface wan1\n')).toEqual(lines.slice(1));
  });

  test('of a random choice only what all paths have in common', () => {
    const kube = modelOfText(sampleText('kube-node.iptables-save'));
    const [line = ''] = generated(kube, 'out tcp > shop/web:http').slice(-1);
    expect(line).toMatch(/ => /);
    expect(line).not.toMatch(/ => .*10\.244\./);
  });

  test('the reply is the next packet', () => {
    const shown = shownTrace(router, 'in wan0 tcp 192.0.2.9 > 198.51.100.1:80');
    const { evaluation } = shown;
    const made = generateExpectation({ ...shown, reply: evaluation }, router, '', 'iptest');
    expect(made).toMatchObject({
      lines: [expect.stringMatching(/^in wan0/), expect.stringMatching(/^then reply => SENT/)],
    });
  });

  test('among the rules the lines are marked', () => {
    expect(generateExpectation(shownTrace(router, 'in wan0 tcp > :23'), router, ROUTER, 'marked')).toHaveProperty(
      'lines',
    );
  });
});
