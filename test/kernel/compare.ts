import type { KernelAnswer, OwnAnswer, OwnOutcome } from './case';

/** One field in which the evaluator says something else than the kernel. */
export interface Difference {
  readonly field: string;
  readonly kernel: unknown;
  readonly own: unknown;
}

/**
 * Where the answer to one packet differs from the kernel's. Several outcomes are in order only where `uncertain` says
 * that the question has no certain answer; then one of them has to be the kernel's.
 */
export function differences(kernel: KernelAnswer, own: OwnAnswer, uncertain: boolean): readonly Difference[] {
  const [first] = own.outcomes;
  if (first === undefined) return [{ field: 'outcomes', kernel: 1, own: 0 }];
  if (own.outcomes.length === 1) return outcomeDifferences(kernel, first);
  if (!uncertain) return [{ field: 'outcomes', kernel: 1, own: first.assumptions }];
  const each = own.outcomes.map((outcome) => outcomeDifferences(kernel, outcome));
  return each.some((list) => list.length === 0) ? [] : (each[0] ?? []);
}

function outcomeDifferences(kernel: KernelAnswer, own: OwnOutcome): readonly Difference[] {
  const found: Difference[] = [];
  const compare = (field: string, theirs: unknown, ours: unknown): void => {
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) found.push({ field, kernel: theirs, own: ours });
  };
  for (const key of ['outcome', 'outIface'] as const) compare(key, kernel[key], own[key]);
  // The probe before PREROUTING sees each fragment that comes back over lo, before they are reassembled.
  const once = (hooks: readonly string[]): readonly string[] =>
    hooks.filter((hook, i) => hook !== 'PREROUTING' || hooks[i - 1] !== 'PREROUTING');
  compare('hooks', once(kernel.hooks), once(own.hooks));
  if (kernel.outcome !== 'NONE') compare('ctstate', kernel.ctstate, own.ctstate);
  // What the kernel's trace shows of a packet that a match dropped is where it happened to stand, not what became of
  // it.
  const broken = own.dropBy?.reason === 'broken-packet' && kernel.outcome === 'DROPPED';
  // The trace of nf_tables ends with the rule whose match dropped the packet, though neither its target nor its
  // counter was reached.
  const brokenCopy = own.copy?.dropBy?.reason === 'broken-packet';
  const theirs = kernel.matchedRules.map(ruleName);
  const ours = own.matchedRules.map(ruleName);
  if (theirs.length <= ours.length + Number(broken) + Number(brokenCopy))
    while (theirs.length > ours.length)
      theirs.splice(
        theirs.findIndex((rule, i) => rule !== ours[i]),
        1,
      );
  compare('matchedRules', theirs, ours);
  // Nor was that rule's REJECT.
  if (!broken || theirs.length === kernel.matchedRules.length) compare('verdict', kernel.verdict, own.verdict);
  if (!broken && !brokenCopy) compare('verdicts', kernel.verdicts.map(verdictName), own.verdicts.map(verdictName));
  if (!broken) compare('dropBy', dropName(kernel.dropBy), dropName(own.dropBy));
  compare('fragments', kernel.fragments, own.fragments);
  // Where the whole packet is dropped in the hook that put it together, before any rule, the trace has seen no more
  // than the fragment that completed it.
  const lastPiece =
    isFragment(kernel) &&
    kernel.dropBy?.['inHook'] !== undefined &&
    !isFragment(own) &&
    own.dropBy?.reason === 'reroute-failed';
  // What never reached a hook was never seen by the kernel's trace either.
  for (const [key, value] of Object.entries(kernel.finalPacket ?? {})) {
    if ((kernel.fragments || lastPiece) && !OF_EVERY_FRAGMENT.has(key)) continue;
    if (!broken && !own.random?.includes(key))
      compare(`finalPacket.${key}`, ordered(value ?? undefined), ordered(own.finalPacket?.[key]));
  }
  return found;
}

function isFragment({ finalPacket }: Pick<KernelAnswer, 'finalPacket'> | OwnOutcome): boolean {
  return Boolean(finalPacket?.['fragOffset'] ?? finalPacket?.['mf']);
}

/** Fields of `finalPacket` that the last fragment has in common with the whole packet. */
const OF_EVERY_FRAGMENT: ReadonlySet<string> = new Set(['src', 'dst', 'proto', 'tos', 'ttl', 'mark', 'oif']);

function ruleName({ hook, table, chain, num }: KernelAnswer['matchedRules'][number]): string {
  return `${hook} ${table} ${chain} ${num}`;
}

function verdictName({ hook, table, verdict, by }: KernelAnswer['verdicts'][number]): string {
  return `${hook} ${table} ${verdict} ${by}`;
}

function dropName(dropBy: KernelAnswer['dropBy']): string {
  if (!dropBy) return '';
  return ['kind', 'table', 'chain', 'num', 'hook', 'target', 'after', 'inHook']
    .map((key) => JSON.stringify(dropBy[key] ?? null))
    .join(' ');
}

/**
 * The same object with its keys in alphabetical order, all the way down; `id` of a quoted packet is the harness's own.
 */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'id')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}
