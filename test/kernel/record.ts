import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelAnswer, KernelCase } from './case';
import { backendOf, FIXTURES, TRACKED } from './fixtureNames';
import { readRecorded, writeRecorded, type Recorded } from './fixtures';
import { followUps } from './generate/packets';
import { generate } from './generate/generate';
import type { Profile } from './generate/ruleSet';
import { judgeReply } from './judge';
import { answerCases } from './named/answers';
import { bpfCases } from './named/bpf';
import { connectionCases, connectionCasesOfNft } from './named/connections';
import { cornerCases } from './named/corners';
import { fragmentCases } from './named/fragments';
import { groupCases } from './named/groups';
import { hostCases } from './named/host';
import { istioCases } from './named/istio';
import { hostJourneyCases, journeyCases } from './named/journeys';
import { nativeCases } from './named/native';
import { nftCases } from './named/nft';
import { optionCases } from './named/options';
import { rpfilterCases } from './named/rpfilter';
import { setCases } from './named/sets';
import { socketCases } from './named/sockets';
import { trackedCases } from './named/tracked';
import { translationCases } from './named/translations';
import { Referee, type KernelReply } from './referee';

/** The random part of the fixtures: so many rule sets of each profile. `single` is for the options one by one. */
const PARTS: readonly (readonly [Profile, number])[] = [
  ['single', 520],
  ['unit', 40],
  ['plain', 60],
  ['rich', 60],
  ['nat', 80],
  ['change', 140],
];
const SEED = 1;
const PACKETS = 6;

function fixtureFolder(folder: string): string {
  return join(folder, '..', 'fixtures', 'kernel');
}

/** Questions that have a name, by the fixture file of their answers. */
const NAMED: Readonly<Record<string, () => Parameters<typeof ask>[0]>> = {
  'options.jsonl': optionCases,
  'bpf.jsonl': bpfCases,
  'rpfilter.jsonl': rpfilterCases,
  'corners.jsonl': cornerCases,
  'istio.jsonl': istioCases,
  'journeys.jsonl': journeyCases,
  'host-journeys.jsonl': hostJourneyCases,
  'host.jsonl': hostCases,
  'fragments.jsonl': fragmentCases,
  'groups.jsonl': groupCases,
  'sets.jsonl': setCases,
  'sockets.jsonl': socketCases,
  'nft.jsonl': nftCases,
  'native-nft.jsonl': nativeCases,
  'connections.jsonl': connectionCases,
  'answers.jsonl': answerCases,
  'translations.jsonl': translationCases,
  'connections-nft.jsonl': connectionCasesOfNft,
  [TRACKED]: trackedCases,
};

/** Asks the kernel everything anew and writes the fixture files; `only`: the named questions of that file. */
export async function record(folder: string, referee: Referee, only?: string): Promise<number> {
  const to = fixtureFolder(folder);
  mkdirSync(to, { recursive: true });
  let disagree = 0;
  const keep = (name: string, list: readonly Recorded[], wrong: number): void => {
    writeRecorded(join(to, name), list);
    disagree += wrong;
    console.log(
      `${name}: ${list.length} cases with ${list.reduce((sum, { kernel }) => sum + kernel.length, 0)} packets, ${wrong} of them answered otherwise by the evaluator`,
    );
  };
  const named = async (name: string): Promise<void> => {
    const questions = NAMED[name];
    if (!questions) throw new Error(`no named questions for ${name}: there are ${Object.keys(NAMED).join(', ')}`);
    const own = backendOf(name) === 'nft' ? new Referee(folder, 'nft') : undefined;
    keep(name, ...(await ask(questions(), own ?? referee)));
    own?.close();
  };
  if (only !== undefined) {
    await named(only);
    return disagree;
  }
  const random: Recorded[] = [];
  let wrong = 0;
  for (const [profile, count] of PARTS) {
    for (let index = 0; index < count; index++) {
      const { question, scene } = generate(SEED, index, PACKETS, profile);
      const reply = await referee.trace(question);
      if ('error' in reply || reply.notes?.length) continue;
      const clear = reply.results.map((answer) => !answer.ambiguous && !answer.lostEvents);
      const kept: KernelCase = { ...question, packets: question.packets.filter((_, i) => clear[i]) };
      const answers = reply.results.filter((_, i) => clear[i]);
      if (answers.length === 0) continue;
      random.push({ name: `${profile} ${index}`, question: kept, kernel: answers });
      wrong += tell(`${profile} ${index}`, kept, { results: answers });
      if (index % 3 > 0) continue;
      const flow = await flowOf(question, reply.results, scene, referee);
      if (!flow) continue;
      random.push({ name: `${profile} ${index} flow`, ...flow });
      wrong += tell(`${profile} ${index} flow`, flow.question, { results: flow.kernel });
    }
  }
  keep('random.jsonl.gz', random, wrong);
  const experiments = join(to, 'experiments.jsonl');
  if (existsSync(experiments)) keep('experiments.jsonl', ...(await ask(readRecorded(experiments), referee)));
  for (const name of Object.keys(NAMED)) await named(name);
  return disagree;
}

/** Asks recorded questions again and compares with what was recorded. */
export async function replay(folder: string, legacy: Referee): Promise<number> {
  const nft = new Referee(folder, 'nft');
  let changed = 0;
  let wrong = 0;
  let packets = 0;
  for (const name of [...FIXTURES, TRACKED]) {
    const referee = backendOf(name) === 'nft' ? nft : legacy;
    for (const { name: title, question, kernel } of readRecorded(join(fixtureFolder(folder), name))) {
      const reply = await referee.trace(question);
      packets += kernel.length;
      if ('error' in reply || JSON.stringify(comparable(reply.results)) !== JSON.stringify(comparable(kernel))) {
        changed++;
        console.log(`${name}, ${title}: this kernel answers otherwise than the recorded one`);
      }
      wrong += tell(`${name}, ${title}`, question, reply);
    }
  }
  nft.close();
  console.log(
    `${packets} recorded packets asked again: ${changed} cases answered otherwise by this kernel, ${wrong} by the evaluator`,
  );
  return changed + wrong;
}

function comparable(answers: readonly KernelAnswer[]): unknown {
  return answers.map(({ outcome, verdict, hooks, matchedRules, ctstate }) => [
    outcome,
    verdict,
    hooks,
    ctstate,
    matchedRules.map(({ hook, table, chain, num }) => [hook, table, chain, num]),
  ]);
}

function tell(name: string, question: KernelCase, reply: KernelReply): number {
  const { disagreement } = judgeReply(question, reply);
  if (disagreement)
    console.log(
      `${name}, packet ${disagreement.packet ?? '-'}: ${JSON.stringify(disagreement.differences).slice(0, 400)}`,
    );
  return disagreement ? 1 : 0;
}

async function ask(
  list: readonly { readonly name: string; readonly question: KernelCase }[],
  referee: Referee,
): Promise<[Recorded[], number]> {
  const done: Recorded[] = [];
  let wrong = 0;
  for (const { name, question } of list) {
    const reply = await referee.trace(question);
    if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
    if (reply.notes) throw new Error(`${name}: ${reply.notes.join()}`);
    done.push({ name, question, kernel: reply.results });
    wrong += tell(name, question, reply);
  }
  return [done, wrong];
}

async function flowOf(
  question: KernelCase,
  answers: readonly KernelAnswer[],
  scene: Parameters<typeof followUps>[0],
  referee: Referee,
): Promise<{ question: KernelCase; kernel: readonly KernelAnswer[] } | undefined> {
  if ((question.rules ?? question.rules6 ?? '').includes('-m connlimit')) return undefined;
  for (const [i, packet] of question.packets.entries()) {
    const answer = answers[i];
    const more = answer && !answer.ambiguous ? followUps(scene, packet, answer) : undefined;
    if (!more || more.length === 0) continue;
    const flow: KernelCase = { ...question, packets: [packet, ...more], independent: false };
    const reply = await referee.trace(flow);
    if ('error' in reply || reply.notes?.length || reply.results.some((each) => each.ambiguous || each.lostEvents))
      return undefined;
    return { question: flow, kernel: reply.results };
  }
  return undefined;
}
