import { expect, test } from 'vitest';
import { familyOfChain } from '../../src/core/knowledge/knowledge';
import { sectionsOf } from '../../src/features/fileModel';
import { releasesTextOf } from '../../src/features/releases';
import { sidecarRules } from '../fixtures/istio/sidecar';
import { modelOfText } from './sample';

const OLD = sidecarRules('1.2');
const RULES = sidecarRules('1.20');
const DNS = sidecarRules('1.24', { dns: 'all' });
const on = (machine: string, rules: string): string => `root@${machine}:~# iptables-save\n${rules}\n`;
/** Rules that were cut out of their dump. */
const cut = (rules: string): string =>
  rules
    .split('\n')
    .filter((line) => line.startsWith('-A'))
    .join('\n') + '\n';
const LOG =
  '2024-01-01T00:00:00.000000Z\tinfo\tIstio iptables variables:\nPROXY_PORT=15001\n' +
  'PROXY_INBOUND_CAPTURE_PORT=15006\nPROXY_TUNNEL_PORT=15008\nPROXY_UID=1337\nDNS_CAPTURE=false\nDUAL_STACK=false\n';

const [SELF, TCP] = [
  'Envoy (user 1337) calling its own pod enters the server-side listener',
  'Everything sent over TCP enters ISTIO_OUTPUT',
];
const OF_OLD = (line: number): string =>
  `Written by Istio 1.0 to 1.2 (line ${line}, chain ISTIO_IN_REDIRECT of nat; line ${line}, TCP is handed to Envoy’s ` +
  'inbound listener, port 15001).';
const OF_RULES = (self: number, tcp: number): string =>
  `Written by Istio 1.18 to 1.24 (line ${self}, ${SELF}; line ${tcp}, ${TCP}).`;

/** The releases that wrote the rules of a file, for each of its rule sets, with the lines that show it. */
test.each<[name: string, text: string, said: readonly (string | undefined)[]]>([
  ['rules of 1.2', OLD, [OF_OLD(13)]],
  ['rules of 1.20', RULES, [OF_RULES(17, 11)]],
  [
    'rules of 1.24',
    DNS,
    [`Written by Istio 1.23 to 1.24 (line 12, Everything sent over UDP enters ISTIO_OUTPUT; line 11, ${TCP}).`],
  ],
  ['those of each host apart', on('n1', OLD) + on('n2', RULES), [OF_OLD(14), OF_RULES(41, 35)]],
  [
    'those of both IP versions together',
    `${RULES}\n${sidecarRules('1.20', { family: 6 })}`,
    [OF_RULES(17, 11), OF_RULES(17, 11)],
  ],
  // What is missing of rules that were cut out shows nothing.
  ['a part of the rules', cut(RULES), [OF_RULES(8, 2)]],
  [
    'with the log, whose keys not every release prints',
    LOG + RULES,
    [`Written by Istio 1.20 to 1.24 (line 7, DUAL_STACK in the log; line 18, ${TCP}).`],
  ],
  // Nobody says of which host each of two logs is.
  ['with two logs', `${LOG}text\n${LOG}${RULES}`, [OF_RULES(32, 26)]],
  ['rules of nobody', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', [undefined]],
])('%s', (_, text, said) => {
  const model = modelOfText(text, 'notes.md');
  const family = familyOfChain('ISTIO_INBOUND');
  const asked = (): readonly (string | undefined)[] =>
    model.dumps.flatMap(sectionsOf).map((section) => releasesTextOf(model, section, family));
  expect(asked()).toEqual(said);
  expect(asked()).toEqual(said);
  expect(model.dumps.flatMap(sectionsOf).map((section) => releasesTextOf(model, section, undefined))).toEqual(
    said.map(() => undefined),
  );
});
