/**
 * The recorded answers, relative to test/fixtures/kernel. Questions of `random`, `options`, `bpf`, `rpfilter`,
 * `corners`, `istio`, `journeys`, `host-journeys`, `host`, `fragments`, `groups`, `sets`, `sockets`, `connections`,
 * `answers`, `translations` and `nft` are made by record.ts, those of `experiments` are in the file.
 */
export const FIXTURES = [
  'random.jsonl.gz',
  'options.jsonl',
  'bpf.jsonl',
  'rpfilter.jsonl',
  'corners.jsonl',
  'experiments.jsonl',
  'istio.jsonl',
  'journeys.jsonl',
  'host-journeys.jsonl',
  'host.jsonl',
  'fragments.jsonl',
  'groups.jsonl',
  'sets.jsonl',
  'sockets.jsonl',
  'connections.jsonl',
  'answers.jsonl',
  'translations.jsonl',
  'nft.jsonl',
  'native-nft.jsonl',
  'connections-nft.jsonl',
] as const;

/** Sequences that connection tracking alone is asked about, without a walk around it (test/netfilter/tracked.test.ts). */
export const TRACKED = 'tracked.jsonl.gz';

/** The back end of iptables that answers the questions of a fixture. */
export function backendOf(name: string): 'legacy' | 'nft' {
  return name.endsWith('nft.jsonl') ? 'nft' : 'legacy';
}
