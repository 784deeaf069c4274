import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { allExtensions } from '../../src/core/xtables/registry';
import { readRecorded } from '../kernel/fixtures';
import { FIXTURES } from '../kernel/fixtureNames';
import { evidenceOf } from './optionEvidence';

/**
 * What the recording kernel could not be asked, with the reason. `yes`, `no`, `inverted` where only that part is
 * missing.
 */
const NOT_ASKED: Readonly<Record<string, readonly [reason: string, ...missing: ('yes' | 'no' | 'inverted')[]]>> = {
  'match bpf --object-pinned': ['the program would have to be pinned in a BPF file system'],
  'match cgroup --path': ['the harness has no second cgroup'],
  'match helper --helper': ['matches connections that a helper expected, which the harness cannot make', 'yes'],
  'match ipvs': ['the kernel has no IPVS'],
  'match nfacct': ['accounting objects are made by a tool that Debian keeps apart'],
  'match osf': ['the kernel has no fingerprints loaded'],
  'match physdev --physdev-is-in': ['the harness has no bridge', 'yes'],
  'match physdev --physdev-in': ['the harness has no bridge', 'yes'],
  'match physdev --physdev-is-out': ['the harness has no bridge'],
  'match physdev --physdev-out': ['the harness has no bridge'],
  'match physdev --physdev-is-bridged': ['the harness has no bridge', 'yes'],
  'match policy --strict': ['the harness has no IPsec', 'yes'],
  'match policy --reqid': ['the harness has no IPsec', 'yes'],
  'match policy --spi': ['the harness has no IPsec', 'yes'],
  'match policy --proto': ['the harness has no IPsec', 'yes'],
  'match policy --mode': ['the harness has no IPsec', 'yes', 'inverted'],
  'match policy --tunnel-dst': ['the harness has no IPsec', 'yes', 'inverted'],
  'match policy --tunnel-src': ['the harness has no IPsec', 'yes', 'inverted'],
  'match policy --next': ['the harness has no IPsec'],
  'target CLUSTERIP': ['Linux 6 has no CLUSTERIP'],
  'target CONNSECMARK': ['the kernel has no security module that labels packets'],
  'target CT --timeout': ['timeout policies are made by a tool that Debian keeps apart'],
  'target LED': ['the kernel has no LED target'],
  'target SECMARK': ['the kernel has no security module that labels packets'],
  'target TEE': ['the copy bears the same identity as the packet, so the trace cannot tell them apart'],
  'target ULOG': ['Linux 6 has no ULOG'],
};

describe('every option is asked of the kernel', () => {
  const folder = join(import.meta.dirname, '..', 'fixtures', 'kernel');
  const evidence = evidenceOf(FIXTURES.flatMap((name) => readRecorded(join(folder, name))));
  const questions = allExtensions().flatMap(({ kind, name, options }) =>
    options.length === 0
      ? [{ key: `${kind} ${name}`, group: `${kind} ${name}`, invertible: false }]
      : options.map((option) => ({
          key: `${kind} ${name} ${option.name}`,
          group: `${kind} ${name}`,
          invertible: option.invertible,
        })),
  );

  it.each([
    ...questions,
    ...['-s', '-d', '-i', '-o', '-p', '-f'].map((name) => ({ key: `rule ${name}`, group: 'rule', invertible: true })),
  ])('$key', ({ key, group, invertible }) => {
    const found = evidence.get(key) ?? { yes: false, no: false, inverted: false };
    const wanted = invertible ? (['yes', 'no', 'inverted'] as const) : (['yes', 'no'] as const);
    const missing = wanted.filter((part) => !found[part]);
    const [, ...listed] = NOT_ASKED[key] ?? NOT_ASKED[group] ?? [''];
    const excused = key in NOT_ASKED || group in NOT_ASKED ? (listed.length > 0 ? listed : [...wanted]) : [];
    expect(missing).toEqual(excused);
  });
});
