import type { KernelCase } from './case';
import { followUps } from './generate/packets';
import { generate, type Generated } from './generate/generate';
import { generateNative } from './generate/native';
import { PROFILES, type Profile } from './generate/ruleSet';
import { judge, judgeReply, type Judgement } from './judge';
import { record, replay } from './record';
import { Referee, type Backend } from './referee';
import { report, withHeader } from './report';
import { randomSequences } from './sequences';

const USAGE = `npm run test:kernel -- [--seed N] [--cases M] [--profile ${PROFILES.join('|')}] [--backend legacy|nft] [--native] [--most N] [--sequences [--minutes M]]; without any of them the recorded questions are asked again, --record [FILE] writes them (or the named ones of that file) anew; --check [NAME], first, lays check and print beside iptables-restore and -save`;

export interface Arguments {
  readonly seed: number;
  readonly cases: number;
  readonly profile: Profile | undefined;
  readonly backend: Backend;
  /** At most this many disagreements are shown before the run stops. */
  readonly most: number;
  /** A search of sequences ends after this many. */
  readonly minutes: number;
  /** Rule sets of nftables instead of iptables. */
  readonly native: boolean;
}

/** The exit code: 0 where both agree on everything. `folder` is that of this file in the source tree. */
export async function main(words: readonly string[], folder: string): Promise<number> {
  const read = readArguments(words);
  if (typeof read === 'string') {
    console.error(`test:kernel: ${read}. ${USAGE}`);
    return 2;
  }
  if (words.length === 0 || words[0] === '--record') {
    const referee = new Referee(folder);
    const wrong = await (words.length === 0 ? replay(folder, referee) : record(folder, referee, words[1]));
    referee.close();
    return wrong > 0 ? 1 : 0;
  }
  return words.includes('--sequences') ? randomSequences(read, folder) : random(read, folder);
}

function readArguments(words: readonly string[]): Arguments | string {
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const value = words[i + 1];
    given.set(words[i] as string, value === undefined || value.startsWith('--') ? '' : value);
    if (value !== undefined && !value.startsWith('--')) i++;
  }
  const unknown = [...given.keys()].find(
    (key) =>
      ![
        '--seed',
        '--cases',
        '--profile',
        '--backend',
        '--most',
        '--record',
        '--sequences',
        '--minutes',
        '--native',
      ].includes(key),
  );
  if (unknown !== undefined) return `${unknown} is not an option`;
  const profile = given.get('--profile');
  const backend = given.has('--native') ? 'nft' : (given.get('--backend') ?? 'legacy');
  if (profile !== undefined && !(PROFILES as readonly string[]).includes(profile)) return `${profile} is not a profile`;
  if (backend !== 'legacy' && backend !== 'nft') return `${backend} is not a back end`;
  return {
    seed: Number(given.get('--seed') ?? 1),
    cases: Number(given.get('--cases') ?? 1000),
    profile: profile as Profile | undefined,
    backend,
    most: Number(given.get('--most') ?? 5),
    minutes: Number(given.get('--minutes') ?? Infinity),
    native: given.has('--native'),
  };
}

/** A case is one packet under one rule set. */
const PACKETS = 10;
/** Questions under way at the same time, so that neither side waits for the other. */
const AHEAD = 6;

async function random({ seed, cases, profile, backend, most, native }: Arguments, folder: string): Promise<number> {
  const referee = new Referee(folder, backend);
  const total = { agreed: 0, unclear: 0, refused: 0, ruleSets: 0 };
  const reasons = new Map<string, number>();
  let shown = 0;
  let index = 0;
  const started = Date.now();
  const count = async (question: KernelCase, judgement: Judgement): Promise<void> => {
    total.agreed += judgement.agreed;
    total.unclear += judgement.unclear;
    if (judgement.refused) total.refused++;
    if (judgement.disagreement) {
      shown++;
      await report(question, judgement.disagreement, referee, `seed ${seed} index ${index}`);
    }
  };
  const pending: { readonly generated: Generated; readonly reply: ReturnType<Referee['trace']> }[] = [];
  while (total.agreed < cases && shown < most) {
    while (pending.length < AHEAD) {
      const generated = native
        ? generateNative(seed, index + pending.length, PACKETS)
        : generate(seed, index + pending.length, PACKETS, profile);
      const question = withHeader(generated.question, backend);
      pending.push({ generated: { ...generated, question }, reply: referee.trace(question) });
    }
    const { generated, reply } = pending.shift() as (typeof pending)[number];
    const { question, scene } = generated;
    const answer = await reply;
    if ('error' in answer) {
      const reason =
        answer.error
          .replace(/^.*rc \d+: (\S+ v\S+ \(\w+\): )?/s, '')
          .replace(/line:? \d+/, 'line')
          .split('\n')[0] ?? '';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    await count(question, judgeReply(question, answer));
    if ('results' in answer && index % 2 === 0) {
      for (const flow of flowsOf(generated, answer.results, scene)) await count(flow, await judge(flow, referee));
    }
    total.ruleSets++;
    index++;
    if (total.ruleSets % 500 === 0)
      console.error(
        `${total.agreed} cases agree, ${shown} do not, ${Math.round((total.agreed * 1000) / (Date.now() - started))} cases/s`,
      );
  }
  referee.close();
  for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 12))
    console.error(`${times} refused: ${reason}`);
  console.log(
    `seed ${seed}${profile === undefined ? '' : ` profile ${profile}`} ${backend}: ${total.agreed} cases of ${total.ruleSets} rule sets agree, ${shown} disagree; ${total.unclear} unclear in the kernel's trace, ${total.refused} rule sets refused by both; ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return shown > 0 ? 1 : 0;
}

/** Up to two connections made of packets that got through. */
function flowsOf(
  { question }: Generated,
  answers: Extract<Awaited<ReturnType<Referee['trace']>>, { results: unknown }>['results'],
  scene: Generated['scene'],
): KernelCase[] {
  const flows: KernelCase[] = [];
  for (const [i, packet] of question.packets.entries()) {
    const answer = answers[i];
    if (!answer || answer.ambiguous || flows.length >= 2) continue;
    const more = followUps(scene, packet, answer);
    if (more && more.length > 0) flows.push({ ...question, packets: [packet, ...more], independent: false });
  }
  return flows;
}
