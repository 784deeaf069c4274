import type { Question } from '../traceView/model';

/** The user's answers with one question answered, or with `chosen` undefined left open again. */
export function withAnswer(answers: Readonly<Record<string, boolean>>, { choices }: Question, chosen: number | undefined): Readonly<Record<string, boolean>> {
  const keys = new Set(choices.map(({ key }) => key));
  const others = Object.entries(answers).filter(([key]) => !keys.has(key));
  const choice = chosen === undefined ? undefined : choices[chosen];
  if (!choice) return Object.fromEntries(others);
  // The things that a target may do each have a key of their own: choosing one rules the others out.
  const ruledOut = choice.value ? choices.filter(({ key }) => key !== choice.key).map(({ key }): [string, boolean] => [key, false]) : [];
  return Object.fromEntries([...others, ...ruledOut, [choice.key, choice.value]]);
}
