import { test } from 'vitest';
import { modelOf, type Dump } from '../../src/features/fileModel';
import { contextOfFile } from '../../src/features/packetInput/contextOfFile';
import { readPacketInput } from '../../src/features/packetInput/readPacketInput';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { POD } from '../features/packetInput/files';
import { expectLinear } from './linear';

const model = modelOf(parseSourceFile(POD));
const context = contextOfFile(model, model.defaultDump as Dump, undefined);

const STARTS = ['', 'curl ', 'http://', 'in tcp > ', 'dig @', 'sudo ', 'curl --connect-to '];
const PIECES = [
  'curl ',
  'curl -',
  'curl --resolve a:1:',
  '\\ ',
  '"',
  'sh -c "',
  '[',
  'http://',
  'a@',
  'ping ',
  'a.',
  '%',
  '> ',
  ':',
  '$ ',
  'IN= ',
  'svc/',
  'a:b ',
];

test.each(PIECES)('a packet of many “%s”', (piece) => {
  for (const start of STARTS)
    expectLinear((length) => {
      const text = start + piece.repeat(length / piece.length);
      return () => readPacketInput(text, context);
    }, start + piece);
});
