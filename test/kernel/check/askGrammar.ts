import { checkRules } from '../../../src/features/diagnostics';
import { disagreement } from './compare';
import { ENDED } from './fileCases';
import { grammarCase } from './grammar';
import { Recorder, UP_TO_THE_HOST } from './record';

/**
 * -h and -V, alone or among other letters, or abbreviated: iptables-restore prints something, ends, and has loaded no
 * more than the tables in front.
 */
const ENDS_AT_ONCE = /\s(?:-[A-Za-z0-9]*[hV]\S*|--(?:h|he|hel|help|vers|versi|versio|version))(?=[\s=]|$)/m;

const MOST_SHOWN = 40;

/**
 * Lays `check` and `print` beside iptables-legacy-restore and -save on generated texts (`grammar.ts`) of so many lines.
 * Of texts with -h or -V only whether they are refused is compared. The exit code: 0 where both agree on everything.
 */
export function grammar(lines: number, seed: number): number {
  const recorder = new Recorder();
  const ended = ENDED.flatMap((text) =>
    ([4, 6] as const).flatMap((family) => {
      const what = refusal(text, family, recorder.ask({ family, text, about: 'grammar' }, false).refused);
      return what === undefined ? [] : [`${text}${what}`];
    }),
  );
  for (const each of ended) console.log(`--- ${each}`);
  const total = { lines: 0, texts: 0, taken: 0, ended: 0, skipped: 0, wrong: 0 };
  for (let index = 0; total.lines < lines; index++) {
    const question = grammarCase(seed, index);
    const ends = ENDS_AT_ONCE.test(question.text);
    const answer = recorder.ask(question, false);
    if (UP_TO_THE_HOST.test(answer.message ?? '')) {
      total.skipped++;
      continue;
    }
    total.texts++;
    total.lines += question.text.split('\n').length - 1;
    if (!answer.refused) total.taken++;
    if (ends) total.ended++;
    const what = ends ? refusal(question.text, question.family, answer.refused) : disagreement(answer);
    if (what === undefined) continue;
    total.wrong++;
    if (total.wrong <= MOST_SHOWN)
      console.log(
        `--- seed ${seed} index ${index}, IPv${question.family}\n${question.text}${what}${answer.message === undefined ? '' : `\n${answer.message.split('\n')[0] ?? ''}`}`,
      );
    if (total.texts % 500 === 0) console.error(`${total.lines} lines`);
  }
  console.log(
    `grammar, seed ${seed}: ${total.lines} lines in ${total.texts} texts, ${total.taken} of them taken, ${total.ended} with -h or -V; check and print differ on ${total.wrong}. ${total.skipped} are up to the host and omitted`,
  );
  return total.wrong + ended.length > 0 ? 1 : 0;
}

function refusal(text: string, family: 4 | 6, refused: boolean): string | undefined {
  const errors = checkRules(text, family).filter(({ severity }) => severity === 'error');
  if (refused === errors.length > 0) return undefined;
  return refused
    ? 'iptables-restore refuses it, check has no error'
    : `iptables-restore takes it, check says: ${errors.map((error) => `${error.line + 1}: ${error.message}`).join('; ')}`;
}
