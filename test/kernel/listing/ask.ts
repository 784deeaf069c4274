import { spawnSync } from 'node:child_process';
import { Recorder } from '../check/record';
import type { RuleGroup } from './rules';

export type Backend = 'legacy' | 'nft';

/** What `iptables -L` printed of rules of one chain, and what iptables-save prints of them. */
export interface Listed {
  readonly family: 4 | 6;
  readonly backend: Backend;
  readonly about: string;
  readonly table: string;
  readonly chain: string;
  /** `-n -v`. */
  readonly options: string;
  readonly text: string;
  /** `-A CHAIN …`, as many as the chain has rows. */
  readonly saved: readonly string[];
}

/** The options that iptables -L is asked with. */
export const VARIANTS = ['-n -v', '-n', '-v -x --line-numbers', ''];

/** Asks the programs of this machine. Has to run in a network namespace of its own. */
export class Lister {
  constructor() {
    // Makes the sets that rules name.
    new Recorder();
  }

  /** Loads the rules of a group, as many of them together as can be, and lists them with each of the options. */
  *list(
    { family, about, table, chain, rules }: RuleGroup,
    backend: Backend,
    variants: readonly string[],
  ): Generator<Listed, undefined> {
    const program = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
    for (const batch of batches(rules, (some) => this.load(program, table, chain, some))) {
      if (!this.load(program, table, chain, batch)) continue;
      const saved = run(program, ['-t', table, '-S', chain])
        .split('\n')
        .filter((line) => line.startsWith('-A '));
      for (const options of variants) {
        const text = run(program, ['-t', table, '-L', ...options.split(' ').filter((word) => word !== '')]);
        yield { family, backend, about, table, chain, options, text, saved };
      }
      this.load(program, table, chain, []);
    }
    return undefined;
  }

  private load(program: string, table: string, chain: string, rules: readonly string[]): boolean {
    // The estimator that rateest names exists as long as a rule of another table makes it.
    const other = table === 'security' ? 'raw' : 'security';
    const estimators = rules.some((rule) => rule.includes('-m rateest'))
      ? ['e', 'e2']
          .map(
            (name) => `-A OUTPUT -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`,
          )
          .join('')
      : '';
    const text = `${estimators === '' ? '' : `*${other}\n${estimators}COMMIT\n`}*${table}\n:GOTO - [0:0]\n${rules.map((rule) => `-A ${chain} ${rule}\n`).join('')}COMMIT\n`;
    return spawnSync(`${program}-restore`, [], { input: text, encoding: 'utf8' }).status === 0;
  }
}

/**
 * The largest parts that load: what cannot be loaded is omitted, and rules that do not agree on something they share
 * come apart.
 */
function* batches(
  rules: readonly string[],
  loads: (some: readonly string[]) => boolean,
): Generator<readonly string[], undefined> {
  if (rules.length === 0) return undefined;
  if (rules.length <= MOST && loads(rules)) {
    yield rules;
    return undefined;
  }
  if (rules.length === 1) return undefined;
  const middle = rules.length >> 1;
  yield* batches(rules.slice(0, middle), loads);
  yield* batches(rules.slice(middle), loads);
  return undefined;
}

const MOST = 400;

function run(program: string, options: readonly string[]): string {
  const { stdout, error } = spawnSync(program, options, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw error;
  return stdout;
}
