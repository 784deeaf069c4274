import { expect, test } from 'vitest';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { sectionsOf } from '../../src/features/fileModel';
import { tracedInFile } from '../../src/features/fileTrace';
import { guessesDecide, scriptGuesses } from '../../src/features/scriptGuesses';
import { modelOfText } from './sample';

const SSH = 'iptables -A INPUT -p tcp --dport ${PORT:-22} -j DROP\n';
const DNS = 'iptables -A INPUT -p udp --dport ${NAMES:-53} -j DROP\n';
const SAVED = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n';

/** What was guessed while a script was read, and whether a packet for port 22 met what its commands made. */
test.each<[script: string, guesses: readonly string[], decide: boolean]>([
  [`#!/bin/sh\n${SSH}`, ['2: PORT is not set above: its default "22" is used'], true],
  [
    `#!/bin/sh\n${DNS}${SSH}`,
    ['2: NAMES is not set above: its default "53" is used', '3: PORT is not set above: its default "22" is used'],
    true,
  ],
  // The policy is ACCEPT without a command, too.
  [`#!/bin/sh\n${DNS}`, ['2: NAMES is not set above: its default "53" is used'], false],
  [`#!/bin/sh\n${DNS}iptables -P INPUT DROP\n`, ['2: NAMES is not set above: its default "53" is used'], true],
  ['#!/bin/sh\niptables -A INPUT -p tcp --dport 22 -j DROP\n', [], true],
  [SAVED, [], false],
])('%j', (script, guesses, decide) => {
  const model = modelOfText(script, script === SAVED ? 'notes.md' : 'fw.sh');
  const dump = model.defaultDump;
  const { request } = parsePacketExpression('in eth0 tcp 203.0.113.9 > 192.0.2.10:22 syn own');
  if (!dump || !request) throw new Error('there are no rules');
  const sections = sectionsOf(dump);
  expect(scriptGuesses(model, sections).map(({ line, message }) => `${line}: ${message}`)).toEqual(guesses);
  expect(guessesDecide(sections, tracedInFile(model, dump, request)?.outcomes ?? [])).toBe(decide);
});
