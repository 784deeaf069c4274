import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { keyOfQuestion } from '../openTables';
import type { Question } from '../../shared/traceReport';

/** The user's answers with one question answered, or with `chosen` undefined left open again. */
export function withAnswer(
  answers: Readonly<Record<string, boolean>>,
  { choices }: Question,
  chosen: number | undefined,
): Readonly<Record<string, boolean>> {
  const keys = new Set(choices.map(({ key }) => key));
  const others = Object.entries(answers).filter(([key]) => !keys.has(key));
  const choice = chosen === undefined ? undefined : choices[chosen];
  return Object.fromEntries(choice ? [...others, [choice.key, choice.value]] : others);
}

/** What was said of tables with one question answered, or with `chosen` undefined taken back. */
export function withTableAnswer(said: SaidTables, { id, choices }: Question, chosen: number | undefined): SaidTables {
  const key = keyOfQuestion(id);
  const others = Object.entries(said).filter(([each]) => each !== key);
  const choice = chosen === undefined ? undefined : choices[chosen];
  return Object.fromEntries(choice ? [...others, [key, choice.text]] : others);
}
