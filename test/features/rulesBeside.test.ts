import { expect, test } from 'vitest';
import { explainAt } from '../../src/features/explainAt';
import { blocksToText } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';
import { closedIpv6, sidecarRules } from '../fixtures/istio/sidecar';
import { modelOfText } from './sample';

const CLOSED = closedIpv6('1.2');
const SIDECAR = sidecarRules('1.2');
const OTHERS = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n';
const on = (machine: string, command: string, rules: string): string => `root@${machine}:~# ${command}\n${rules}\n`;

/** Up to 1.4 a pod with IPv4 rules only had its IPv6 closed, by rules that may be anybody's. */
test.each<[name: string, text: string, known: boolean]>([
  ['beside the rules of a sidecar', on('n1', 'iptables-save', SIDECAR) + on('n1', 'ip6tables-save', CLOSED), true],
  ['before them', on('n1', 'ip6tables-save', CLOSED) + on('n1', 'iptables-save', SIDECAR), true],
  ['alone', on('n1', 'ip6tables-save', CLOSED), false],
  ['beside those of another program', on('n1', 'iptables-save', OTHERS) + on('n1', 'ip6tables-save', CLOSED), false],
  [
    'beside those of another host',
    on('n2', 'iptables-save', SIDECAR) + on('n1', 'iptables-save', OTHERS) + on('n1', 'ip6tables-save', CLOSED),
    false,
  ],
])('what closes IPv6 is known by the rules of its host: %s', (_, text, known) => {
  const model = modelOfText(text, 'notes.md');
  const line = text.split('\n').findIndex((each) => /^-A INPUT .*REJECT/.test(each));
  const { reason, family } = explainAt(model, line, undefined);
  expect(reason).toBe(
    known
      ? 'IPv6 is closed: everything else is refused. The pod has no IPv6 rules for Envoy, so arriving IPv6 is refused ' +
          'instead of bypassing the proxy. ENABLE_INBOUND_IPV6 empty in the log of istio-init.'
      : null,
  );
  expect(family !== null).toBe(known);
  const hover = hoverAt(model, line, 3);
  expect(hover ? blocksToText(hover.blocks).includes('IPv6 is closed') : false).toBe(known);
});
