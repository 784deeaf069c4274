import { spawnSync } from 'node:child_process';
import { emptied, type CheckAnswer, type CheckCase } from './checkCase';

/**
 * Asks iptables-legacy-restore and iptables-legacy-save. Runs within a network namespace of its own (`unshare -n`):
 * what a case loads must harm nobody. A case is loaded for real, so that the kernel's checks count; `--test` alone
 * where the kernel lacks the extension.
 */
export class Recorder {
  private dirty = new Set<4 | 6>();
  private readonly sets: string;

  constructor() {
    this.sets = [
      's4 hash:ip',
      's4p hash:ip,port',
      's4m hash:ip skbinfo',
      's4t hash:ip timeout 100',
      'bp bitmap:port range 0-100',
      'sl list:set',
      's6 hash:ip family inet6',
      's6p hash:ip,port family inet6',
      's6m hash:ip family inet6 skbinfo',
      's6t hash:ip family inet6 timeout 100',
    ]
      .map((each) => `create ${each}\n`)
      .join('');
    run('ip', ['link', 'set', 'lo', 'up'], '');
    const made = run('ipset', ['restore'], this.sets);
    if (made.status !== 0) throw new Error(`the sets could not be made: ${made.message}`);
  }

  /** Whether this kernel has the extension: whether its plain good rule loads. */
  loads(text: string, family: 4 | 6): boolean {
    return !this.ask({ family, text, about: '' }, false).refused;
  }

  ask(question: CheckCase, testOnly: boolean): CheckAnswer {
    const { family, text } = question;
    for (const each of this.dirty) this.reset(each);
    // A policy outlives the next restore, also that of a table before the one that was refused.
    if (/^:\s*\S+\s+D|-P|--p/m.test(text)) this.dirty.add(family);
    // Some keep what they have by name as long as a rule of the last text names it.
    if (REMEMBERED.test(text)) this.dirty.add(family);
    const restored = run(program(family, 'restore'), testOnly ? ['--test'] : [], text);
    const readOnly = testOnly ? { readOnly: true as const } : {};
    if (restored.status !== 0) {
      const byKernel = !testOnly && run(program(family, 'restore'), [], emptied(text)).status === 0;
      return { ...question, ...readOnly, refused: true, ...(byKernel && { byKernel }), message: restored.message };
    }
    if (testOnly) return { ...question, ...readOnly, refused: false };
    return {
      ...question,
      refused: false,
      saved: tablesOf(text)
        .map((table) => this.save(table, family))
        .join(''),
    };
  }

  private save(table: string, family: 4 | 6): string {
    const { out } = run(program(family, 'save'), ['-t', table], '');
    return out
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n')
      .replace(/^(:\S+ \S+) \[\d+:\d+\]$/gm, '$1 [0:0]');
  }

  private reset(family: 4 | 6): void {
    const policies: Readonly<Record<string, readonly string[]>> = {
      raw: ['PREROUTING', 'OUTPUT'],
      mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
      nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
      filter: ['INPUT', 'FORWARD', 'OUTPUT'],
      security: ['INPUT', 'FORWARD', 'OUTPUT'],
    };
    const text = Object.entries(policies)
      .map(([table, chains]) => `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`)
      .join('');
    const { status, message } = run(program(family, 'restore'), [], text);
    if (status !== 0) throw new Error(`the tables could not be emptied: ${message}`);
    this.dirty.delete(family);
  }
}

const REMEMBERED = /IDLETIMER|rateest|RATEEST|hashlimit|recent|CLUSTERIP|LED/;

/**
 * What only this host can tell: users, host names, sets of another family, files. Such a case says nothing of the text.
 */
export const UP_TO_THE_HOST =
  /host\/network `(?=[^']*[a-zA-Z])[\w.]+' not found|failed to get bpf object|Bad value for "--[ug]id-owner" option: "[^\d"-]|connlabel\.conf|The protocol family of set|getaddrinfo: Temporary failure|Set .* doesn't exist|name resolution/;

/** The tables that a text names, in its order. */
export function tablesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/^\*\s*(\S+)/gm)].map(([, table = '']) => table))];
}

function program(family: 4 | 6, what: 'restore' | 'save'): string {
  return `${family === 4 ? 'iptables' : 'ip6tables'}-legacy-${what}`;
}

function run(
  command: string,
  options: readonly string[],
  input: string,
): { readonly status: number; readonly out: string; readonly message: string } {
  const { status, stdout, stderr, error } = spawnSync(command, options, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (error) throw error;
  return { status: status ?? -1, out: stdout, message: stderr.trim() };
}
