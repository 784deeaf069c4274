import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { Recording } from '../../../src/features/debugger/recording';
import { momentAt } from '../../../src/features/debugger/moment';
import { isError, parseExpression } from '../../../src/features/debugger/language/parse';
import { fieldNamed, showValue } from '../../../src/features/debugger/language/fields';
import { selectedPath } from '../../../src/features/traceReport/traceInput';
import { traceOf as debugTraceOf } from '../../../src/features/debugger/debuggee';
import { debuggeeOf } from './debugClient';
import { runs } from '../../runs';

const RULES = `*filter
:INPUT DROP [0:0]
:WEB-IN - [0:0]
-A INPUT -p tcp -j WEB-IN
-A WEB-IN -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
`;

/** In WEB-IN, before the rule that accepts it. */
function moment() {
  const trace = debugTraceOf(debuggeeOf(RULES, 'in eth0 tcp 10.1.2.3:4000 > 192.0.2.1:80 syn mark 0x1ff own'));
  if (typeof trace === 'string') throw new Error(trace);
  const recording = new Recording(selectedPath(trace.input));
  return momentAt(recording, recording.next(recording.start), trace.host);
}

describe('expressions', () => {
  const here = moment();

  test.each<readonly [expression: string, value: string]>([
    ['packet.dport', '80'],
    ['dport', '80'],
    ['DPORT', '80'],
    ['packet.dport == 80', 'true'],
    ['packet.dport == 15006', 'false'],
    ['packet.dport != 15006', 'true'],
    ['dport == 0x50', 'true'],
    ['dport < 81 && dport > 79', 'true'],
    ['dport <= 79 || dport >= 81', 'false'],
    ['dport in 1:1023', 'true'],
    ['dport in 1024-65535', 'false'],
    ['dport in (22, 80, 443)', 'true'],
    ['dport in {22, 443}', 'false'],
    ['dport in (22, 79:81)', 'true'],
    ['packet.src in 10.0.0.0/8', 'true'],
    ['src in 10.1.2.3', 'true'],
    ['!(src in 10.0.0.0/8)', 'false'],
    ['not src in 192.168.0.0/16 and dport == 80', 'true'],
    ['src in 10.1.2.1-10.1.2.9', 'true'],
    ['src in (192.168.0.0/16, 10.0.0.0/8)', 'true'],
    ['src == 10.1.2.3', 'true'],
    ['src < 10.1.2.4', 'true'],
    ['src in fd00::/8', 'false'],
    ['src == fd00::1', 'false'],
    ['mark & 0xff != 0', 'true'],
    ['mark & 0xf00 == 0x100', 'true'],
    ['mark | 0x200', '1023'],
    ['mark & 0x200', '0'],
    ['mark & 0x200 || dport == 80', 'true'],
    ['packet.proto == tcp', 'true'],
    ['proto == 6', 'true'],
    ['proto in (udp, icmp)', 'false'],
    ['proto', 'tcp'],
    ['flags', 'SYN'],
    ['flags & SYN', 'SYN'],
    ['flags & (SYN|ACK) == SYN', 'true'],
    ['flags == ACK', 'false'],
    ['connection.state == "NEW"', 'true'],
    ["state == 'new'", 'true'],
    ['state == NEW', 'true'],
    ['state in (ESTABLISHED, RELATED)', 'false'],
    ['chain == WEB-IN', 'true'],
    ['chain == "INPUT"', 'false'],
    ['hook == INPUT && table == filter', 'true'],
    ['iif == eth0', 'true'],
    ['oif', 'none'],
    ['oif == eth0', 'false'],
    ['oif != eth0', 'false'],
    ['matched', 'true'],
    ['matched == true', 'true'],
    ['!matched', 'false'],
    ['rule.number == 1 && line == 5', 'true'],
    ['target == ACCEPT', 'true'],
    ['connection.original.dst', '192.0.2.1'],
    ['connection.reply.sport', '80'],
    ['packet.icmpType', 'none'],
    ['icmpType == 8', 'false'],
    ['true && !false', 'true'],
    ['  (  (dport))==80 ', 'true'],
  ])('%s is %s', (expression, value) => {
    const read = parseExpression(expression);
    expect(isError(read) ? read.message : showShown(read)).toBe(value);
  });

  function showShown(read: Exclude<ReturnType<typeof parseExpression>, { readonly message: string }>): string {
    return showValue(
      read.value(here),
      read.field?.show ?? (read.kind === 'flags' ? fieldNamed('flags')?.show : undefined),
    );
  }

  test.each<readonly [expression: string, message: string]>([
    ['', 'the expression is empty; an example is packet.dport == 15006'],
    ['packet.dprt == 80', '"packet.dprt" is not a field; did you mean packet.dport?'],
    ['quux', '"quux" is not a field'],
    ['dport ==', 'the expression ends where a value is expected'],
    ['dport == 80 80', '"80" is not expected here'],
    ['dport = 80', '"=" is not expected here'],
    ['(dport == 80', '")" is missing at the end'],
    ['dport == 80)', '")" is not expected here'],
    ['dport in', 'the expression ends after "in": a network, a range or a list is missing'],
    ['dport in 10.0.0.0/8', '"10.0.0.0/8" is not a value of packet.dport, which is a number'],
    ['src in 80', '"80" is not a value of packet.src, which is an address'],
    ['src == 10.0.0.0/8', '"10.0.0.0/8" is a network: write "in 10.0.0.0/8"'],
    ['dport == 1:9', '"1:9" is a range: write "in 1:9"'],
    ['dport == "http"', 'packet.dport is a number, and what it is compared with is text'],
    ['src == 80', 'packet.src is an address, and what it is compared with is a number'],
    ['state < NEW', 'connection.state is text, which has no order: "<" does not compare it'],
    ['state & 1', '"&" combines numbers, and connection.state is text'],
    ['10.0.0.300 == src', '"10.0.0.300" is not understood'],
    ['dport == 80 &', 'the expression ends where a value is expected'],
    ['packet.dport == $PORT', '"$" is not understood'],
    ['"open', '""" is not understood'],
    [`${'('.repeat(60)}dport${')'.repeat(60)}`, 'parentheses nest more than 50 deep'],
  ])('%s: %s', (expression, message) => {
    const read = parseExpression(expression);
    expect(isError(read) ? read.message : 'no error').toBe(message);
  });

  test('any text is an expression or an error', () => {
    const word = fc.constantFrom(
      ...'packet.dport dport src state mark flags == != < in & | && || ! ( ) { } , 80 0x10 10.0.0.0/8 fd00::1 1:9 NEW tcp "x" \' - 1-2 true'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          const read = parseExpression(text);
          if (!isError(read)) read.value(here);
        },
      ),
      { numRuns: runs(2000) },
    );
  });
});
