import { describe, expect, test } from 'vitest';
import { hasRules } from '../../src/core/syntax/detect';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { hostFromSourceFile } from '../../src/core/ruleset/host/hostFromFile';
import { canonicalText } from '../../src/features/canonical';
import { lensesOf } from '../../src/features/codeLens';
import { completionsAt } from '../../src/features/completion/completionsAt';
import { checkRules, fileDiagnostics } from '../../src/features/diagnostics';
import { explainName } from '../../src/features/explain';
import { modelOf } from '../../src/features/fileModel';
import { blocksToMarkdown } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';
import { chainMentions } from '../../src/features/navigation';
import { quickFixes } from '../../src/features/quickFixes';
import { regionsOf } from '../../src/features/regions';
import { symbolsOf } from '../../src/features/symbols';
import { expectLinear, isLaid, isTried } from './linear';
import { ENDS, PIECES, PLACES, type RunPlace } from './texts';

/** Everything that reads a text. */
function look(text: string, line: number, column: number): void {
  hasRules(text);
  checkRules(text, 4);
  canonicalText(text, 6);
  const model = modelOf(parseSourceFile(text));
  for (const problem of fileDiagnostics(model, 'a.iptables').slice(0, 5)) quickFixes(model.file, problem);
  const end = model.file.lines[line]?.text.length ?? 0;
  for (const at of [column, (column + end) >> 1, end]) {
    const hover = hoverAt(model, line, at);
    if (hover) blocksToMarkdown(hover.blocks);
    completionsAt(model, line, at);
  }
  symbolsOf(model);
  regionsOf(model);
  lensesOf(model, { dumps: true });
  chainMentions(model, line, column);
  hostFromSourceFile(model.file);
}

/** Lists of addresses make as many rules: that these cost what they must is measured where they are made. */
const makesRules = ({ start }: RunPlace, piece: string): boolean => start.endsWith('-s ') && piece === ',';

describe('a run four times as long costs about four times as much', () => {
  test.each(
    PLACES.map(
      (place) => [JSON.stringify(place.before.split('\n').at(-2) ?? ''), JSON.stringify(place.start), place] as const,
    ),
  )('%s %s', (_above, _start, place) => {
    const shift = PLACES.indexOf(place);
    for (const [i, piece] of PIECES.entries()) {
      if (makesRules(place, piece)) continue;
      for (const [j, end] of ENDS.entries()) {
        if (!isLaid(shift, i, j)) continue;
        const { before, start, behind } = place;
        const run = (length: number) => () =>
          look(
            before + start + piece.repeat(Math.ceil(length / piece.length)) + end + behind,
            before.split('\n').length - 1,
            start.length,
          );
        expectLinear(
          run,
          `${JSON.stringify(start)} and a run of ${JSON.stringify(piece)} that ends with ${JSON.stringify(end)}`,
        );
      }
    }
  });

  test.each([
    ['', ''],
    ['in tcp ', ''],
    ['in tcp state ', ''],
    ['in tcp 10.0.0.1:1 > ', ''],
    ['', ' > 10.0.0.1:80'],
    ['IN=eth0 OUT= SRC=', ' PROTO=TCP'],
    ['', 'IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP'],
    ['IN=e OUT= SRC=10.0.0.1 DST=10.0.0.2 [SRC=', ''],
    ['trace id 1 ip a b packet: ip saddr ', ''],
    ['tcp 6 1 src=10.0.0.1 ', ''],
    ['09:20:17.000001 IP (', ') 10.0.0.1.1 > 10.0.0.2.2: Flags [S]'],
    ['IP 10.0.0.1.1 > 10.0.0.2.2: ', ''],
    ['09:20:17.000001 ', ' ethertype IPv4 (0x0800), length 1: 10.0.0.1.1 > 10.0.0.2.2: UDP'],
    ['1 0.0 10.0.0.1 → 10.0.0.2 TCP 60 ', ''],
  ])('packet expressions and names: %j … %j', (before, behind) => {
    for (const piece of PIECES) {
      const run = (length: number) => () => {
        const text = before + piece.repeat(Math.ceil(length / piece.length)) + behind;
        parsePacketExpression(text);
        explainName(text);
      };
      expectLinear(run, JSON.stringify(before + piece));
    }
  });
});

describe('names that every object has are words like others', () => {
  // All but the first are functions of every object: at a place one of them stands for the others.
  const words = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'];
  test.each(words)('%s', (word) => {
    const at = words.indexOf(word);
    for (const [i, { before, start, behind }] of PLACES.entries()) {
      if (!isTried(i, at)) continue;
      for (const end of i % 2 === 0 ? ['', ':', '/24'] : [' ', '=1', '"']) {
        expect(() =>
          look(before + start + word + end + behind, before.split('\n').length - 1, start.length),
        ).not.toThrow();
      }
    }
    for (const text of [word, `in tcp ${word}`, `in tcp state ${word}`, `in tcp ${word} ${word}`]) {
      expect(() => parsePacketExpression(text)).not.toThrow();
      expect(() => explainName(text)).not.toThrow();
    }
  });
});
