import type { KernelAnswer, KernelCase, OwnAnswer } from './case';
import { differences, type Difference } from './compare';
import { refusalsOf, evaluate, isUncertain, type Evaluation } from './evaluate';
import type { KernelReply, Referee } from './referee';

/** The result of comparing both answers. */
export interface Judgement {
  /** Packets on which both agree. */
  readonly agreed: number;
  /** Packets whose kernel trace is ambiguous. */
  readonly unclear: number;
  readonly refused: boolean;
  readonly disagreement: Disagreement | undefined;
}

export interface Disagreement {
  /** Of the packet in the case; undefined for the rule set as a whole. */
  readonly packet: number | undefined;
  readonly differences: readonly Difference[];
  readonly kernel?: KernelAnswer;
  readonly own?: OwnAnswer;
}

/** Asks the kernel and the evaluator the same. */
export async function judge(question: KernelCase, referee: Referee): Promise<Judgement> {
  return judgeReply(question, await referee.trace(question));
}

export function judgeReply(question: KernelCase, reply: KernelReply): Judgement {
  return (
    judgeRefusal(question, reply) ??
    judgeAnswers(question, reply as Extract<KernelReply, { results: unknown }>, evaluate(question))
  );
}

/** Where the rules are refused, by both or by one of them; undefined where they are not. */
export function judgeRefusal(question: KernelCase, reply: KernelReply): Judgement | undefined {
  const errors = [...refusalsOf(question.rules ?? '', 4), ...refusalsOf(question.rules6 ?? '', 6)];
  if ('error' in reply) {
    const refused = / rc \d+: /.test(reply.error);
    if (!refused) return { agreed: 0, unclear: question.packets.length, refused: false, disagreement: undefined };
    // What nft refuses is not reported.
    if (errors.length > 0 || question.nft !== undefined)
      return { agreed: 0, unclear: 0, refused: true, disagreement: undefined };
    return {
      agreed: 0,
      unclear: 0,
      refused: true,
      disagreement: { packet: undefined, differences: [{ field: 'restore', kernel: reply.error, own: 'no error' }] },
    };
  }
  if (errors.length > 0)
    return {
      agreed: 0,
      unclear: 0,
      refused: false,
      disagreement: {
        packet: undefined,
        differences: [{ field: 'restore', kernel: 'accepted', own: errors.slice(0, 3) }],
      },
    };
  return undefined;
}

/** Compares the answers to packets. */
export function judgeAnswers(
  question: KernelCase,
  reply: Extract<KernelReply, { results: unknown }>,
  own: Evaluation,
): Judgement {
  if ('error' in own)
    return {
      agreed: 0,
      unclear: 0,
      refused: false,
      disagreement: { packet: undefined, differences: [{ field: 'error', kernel: 'an answer', own: own.error }] },
    };
  const uncertain = isUncertain(question);
  let agreed = 0;
  let unclear = 0;
  for (const [i, kernel] of reply.results.entries()) {
    if (kernel.ambiguous || kernel.lostEvents || (reply.notes?.length ?? 0) > 0) {
      unclear++;
      // What follows on the same host depends on what was not seen.
      if (!question.independent)
        return { agreed, unclear: question.packets.length - agreed, refused: false, disagreement: undefined };
      continue;
    }
    const ours = stateAsked(question, own[i] as OwnAnswer);
    // What a rule says of a number drawn at random nobody knows.
    const found = differences(kernel, ours, uncertain || ours.outcomes.some(({ random }) => random !== undefined));
    // Rules after a number drawn at random may see another number than ours.
    if (found.length > 0 && ours.outcomes[0]?.random !== undefined && found.every(({ field }) => field !== 'outcome'))
      return { agreed, unclear: question.packets.length - agreed, refused: false, disagreement: undefined };
    if (found.length > 0)
      return { agreed, unclear, refused: false, disagreement: { packet: i, differences: found, kernel, own: ours } };
    agreed++;
    // The first of several paths is carried on, which need not be the kernel's; and a number drawn at random is
    // another.
    const unsettled = ours.outcomes.length > 1 || ours.outcomes[0]?.random !== undefined;
    if (!question.independent && unsettled && i + 1 < reply.results.length)
      return { agreed, unclear: question.packets.length - agreed, refused: false, disagreement: undefined };
  }
  return { agreed, unclear, refused: false, disagreement: undefined };
}

/** Where connection tracking may be off, the kernel's trace does not ask for the state: asking would switch it on. */
function stateAsked({ topology }: KernelCase, answer: OwnAnswer): OwnAnswer {
  if (topology?.conntrack !== 'auto') return answer;
  return {
    ...answer,
    outcomes: answer.outcomes.map(
      (outcome) =>
        Object.fromEntries(
          Object.entries(outcome).filter(([key]) => key !== 'ctstate'),
        ) as unknown as OwnAnswer['outcomes'][number],
    ),
  };
}
