import { runCommand } from '../../cli/terminal';
import { must, listOf, partOf, textOf, type FuzzKind } from '../kind';
import { ruleText } from '../grammar';
import { anyJson } from '../requests';
import { anyText } from '../texts';
import { anyExpression } from './packet';

const COMMANDS = ['trace', 'check', 'print', 'explain'] as const;

/** Calls of the command line with files in memory. */
export const cliKind: FuzzKind = {
  name: 'cli',
  summary: 'calls of trace, check, print and explain: an exit code of the contract, and errors of one line',
  generate(random, corpus) {
    const command = random.of('trace', 'trace', 'check', 'print', 'explain');
    const words = {
      trace: () => [
        'f',
        ...(random.chance(0.95) ? ['--packet', anyExpression(random)] : []),
        ...(random.chance(0.2) ? ['--host', 'h'] : []),
        ...(random.chance(0.2) ? ['--json'] : []),
        ...(random.chance(0.2) ? ['--journey'] : []),
        ...(random.chance(0.1) ? ['--dump', random.of('1', '2', '0', '-1', 'x', '1e9')] : []),
      ],
      check: () => ['f', ...(random.chance(0.3) ? ['--json'] : []), ...(random.chance(0.1) ? ['g'] : [])],
      print: () => ['f', ...(random.chance(0.6) ? ['--canonical'] : [])],
      explain: () => [
        random.of(
          'INPUT',
          'A',
          '--dport',
          'tcp',
          '80',
          '0x1',
          'ISTIO_OUTPUT',
          '',
          'constructor',
          '-j DNAT',
          '1337',
          '--',
          '--toString',
          anyExpression(random),
        ),
        ...(random.chance(0.5) ? ['--file', 'f'] : []),
      ],
    }[command]();
    if (random.chance(0.1))
      words.splice(
        random.int(0, words.length),
        random.int(0, 1),
        random.of('--x', '--json=1', '--packet', '--', '-', 'f', '--__proto__', '--host='),
      );
    return {
      command,
      words,
      f: random.chance(0.5) ? ruleText(random) : anyText(random, corpus),
      h: random.chance(0.5) ? JSON.stringify(anyJson(random, 3)) : '{"sysctls":{"net.ipv4.ip_forward":0},"routes":[]}',
    };
  },
  check(input) {
    const command = COMMANDS.find((each) => each === partOf(input, 'command')) ?? 'print';
    const text = textOf(partOf(input, 'f'));
    const files = { f: text, g: text, h: textOf(partOf(input, 'h')), '-': text };
    const { code, out, error } = runCommand(command, listOf(partOf(input, 'words')).map(textOf), files);
    must([0, 1, 2].includes(code), () => `exit code ${code}`);
    must(code === 0 || command === 'check' || error !== '', () => 'failed without a word');
    must(error === '' || /^[^\n]+\n$/.test(error), () => `the error has not one line: ${JSON.stringify(error)}`);
    if (command === 'trace' && code === 0) must(out !== '', () => 'traced without a word');
  },
};
