import { describe, expect, test } from 'vitest';
import { hasRules } from '../../src/core/syntax/detect';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { hostFromSourceFile } from '../../src/core/ruleset/hostFacts';
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
import { ENDS, PIECES, PLACES, type RunPlace } from './texts';

/** Characters of the longer run. What grows with its square takes a tenth of a second here, and ten in a line of 100 KB. */
const LONG = 10_000;
/** Processor milliseconds below which nothing is asked: they tell nothing. */
const FLOOR = 30;

/** `LONG_RUNS=all npx vitest run test/longRuns` lays every piece and end at every place; else each place gets one in so many, and each piece and end some places. */
const ALL = process.env.LONG_RUNS === 'all';
const PART = 4;

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

describe('a run twice as long costs about twice as much', () => {
  test.each(PLACES.map((place) => [JSON.stringify(place.before.split('\n').at(-2) ?? ''), JSON.stringify(place.start), place] as const))('%s %s', { timeout: 60_000 }, (_above, _start, place) => {
    const shift = PLACES.indexOf(place);
    for (const [i, piece] of PIECES.entries()) {
      if (makesRules(place, piece)) continue;
      for (const [j, end] of ENDS.entries()) {
        if (!ALL && (i + j * PART + shift) % (PART * ENDS.length) !== 0) continue;
        const { before, start, behind } = place;
        const run = (length: number) => () => look(before + start + piece.repeat(Math.ceil(length / piece.length)) + end + behind, before.split('\n').length - 1, start.length);
        expectLinear(run, `${JSON.stringify(start)} and a run of ${JSON.stringify(piece)} that ends with ${JSON.stringify(end)}`);
      }
    }
  });

  test.each([['', ''], ['in tcp ', ''], ['in tcp state ', ''], ['in tcp 10.0.0.1:1 > ', ''], ['', ' > 10.0.0.1:80']])('packet expressions and names: %j … %j', { timeout: 60_000 }, (before, behind) => {
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
  test.each(['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])('%s', (word) => {
    for (const { before, start, behind } of PLACES) {
      for (const end of ['', ' ', ':', '=1', '/24', '"']) {
        expect(() => look(before + start + word + end + behind, before.split('\n').length - 1, start.length)).not.toThrow();
      }
    }
    for (const text of [word, `in tcp ${word}`, `in tcp state ${word}`, `in tcp ${word} ${word}`]) {
      expect(() => parsePacketExpression(text)).not.toThrow();
      expect(() => explainName(text)).not.toThrow();
    }
  });
});

/** Fails where the run of twice the length costs much more than twice as much, whenever it is measured. */
function expectLinear(run: (length: number) => () => void, what: string): void {
  const once = processorTime(run(LONG));
  if (once < FLOOR) return;
  let best = once;
  let half = Infinity;
  for (let i = 0; i < 6; i++) {
    half = Math.min(half, processorTime(run(LONG / 2)));
    best = Math.min(best, processorTime(run(LONG)));
    if (best < FLOOR || best < half * 3) return;
  }
  expect.fail(`${what}: ${half.toFixed(1)} ms for ${LONG / 2} characters, ${best.toFixed(1)} ms for ${LONG}`);
}

function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
