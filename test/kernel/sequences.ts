import type { KernelCase } from './case';
import { generateSequences, SAME_HOST, SEQUENCE, type GeneratedSequences } from './generate/sequences';
import { judgeAnswers, judgeRefusal } from './judge';
import type { Arguments } from './live';
import { Referee, type KernelReply } from './referee';
import { report } from './report';

/** Oracles at work at the same time: much of what one does is to wait for the kernel to take rules. */
const REFEREES = 3;
/** Questions under way at the same time: each oracle gets a few with the same host one after the other. */
const AHEAD = REFEREES * SAME_HOST;
/** How often the progress of the search is reported. */
const TOLD_EVERY = 100;

/**
 * Lays the evaluator beside the kernel on random sequences of packets that go through one connection table, until
 * `cases` of them agree from the first packet to the last, or for `minutes`. A sequence of which the kernel's trace is
 * not clear to the end, or in which a number is drawn at random, does not count.
 */
export async function randomSequences(
  { seed, cases, backend, most, minutes }: Arguments,
  folder: string,
): Promise<number> {
  const referees = Array.from({ length: REFEREES }, () => new Referee(folder, backend));
  // What is found is made smaller by one of its own, which has nothing else to do.
  const finder = new Referee(folder, backend);
  const total = { agreed: 0, cut: 0, refused: 0, ruleSets: 0 };
  const reasons = new Map<string, number>();
  let shown = 0;
  const started = Date.now();
  const pending: { readonly generated: GeneratedSequences; readonly reply: Promise<KernelReply> }[] = [];
  while (total.agreed < cases && shown < most && Date.now() - started < minutes * 60_000) {
    while (pending.length < AHEAD) {
      const index = total.ruleSets + pending.length;
      const generated = generateSequences(seed, index, backend);
      const referee = referees[Math.floor(index / SAME_HOST) % REFEREES] as Referee;
      pending.push({ generated, reply: referee.traceSequences(generated.question, generated.sequences) });
    }
    const {
      generated: { question, sequences, evaluate },
      reply,
    } = pending.shift() as (typeof pending)[number];
    const answer = await reply;
    if ('error' in answer) {
      const reason =
        answer.error
          .replace(/^.*rc \d+: (\S+ v\S+ \(\w+\): )?/s, '')
          .replace(/line:? \d+/, 'line')
          .split('\n')[0] ?? '';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (!/ rc \d+: /.test(answer.error)) throw new Error(`the oracle fails: ${answer.error}`);
    }
    const unable = judgeRefusal({ ...question, packets: sequences[0] ?? [] }, answer);
    for (const [i, packets] of sequences.entries()) {
      const sequence: KernelCase = { ...question, packets };
      const { agreed, refused, disagreement } =
        unable ??
        judgeAnswers(
          sequence,
          { ...answer, results: 'results' in answer ? answer.results.slice(i * SEQUENCE, (i + 1) * SEQUENCE) : [] },
          evaluate(packets),
        );
      if (disagreement) {
        shown++;
        await report(sequence, disagreement, finder, `seed ${seed} index ${total.ruleSets} sequence ${i}`);
        break;
      }
      if (refused) {
        total.refused++;
        break;
      }
      if (agreed === packets.length) total.agreed++;
      else total.cut++;
    }
    total.ruleSets++;
    if (total.ruleSets % TOLD_EVERY === 0)
      console.error(
        `${total.agreed} sequences agree, ${total.cut} cut short, ${shown} disagree, ${Math.round((total.agreed * 1000) / (Date.now() - started))}/s`,
      );
  }
  for (const each of [...referees, finder]) each.close();
  for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 12))
    console.error(`${times} refused: ${reason}`);
  console.log(
    `sequences, seed ${seed}, ${backend}: ${total.agreed} of ${SEQUENCE} packets each agree, ${shown} disagree; ${total.cut} cut short, ${total.refused} of ${total.ruleSets} rule sets refused by both; ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return shown > 0 ? 1 : 0;
}
