import { baseName } from './baseName';
import { findBlank, skipBlanks } from '../text/blanks';
import { promptEnd } from './prompt';

/** A program that a command line starts, and the columns of it. */
export interface ShellProgram {
  /** Without its folder. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Where its arguments end: before the quote that closes `ssh host '…'`, else at the end of the text. */
  readonly limit: number;
}

/**
 * The program that the command line from `start` runs, after prompts, `sudo`, `kubectl exec … --`, `ip netns exec
 * NAME`, `nsenter …`, and within the quotes of `minikube ssh '…'`; undefined for prose.
 */
export function findProgram(text: string, start: number, end: number): ShellProgram | undefined {
  return findWithin(text, start, end, 0);
}

/** `quotes`: how many quotes the command line is in. */
function findWithin(text: string, start: number, end: number, quotes: number): ShellProgram | undefined {
  const prompt = promptEnd(text, start, end);
  let i = prompt;
  /**
   * Why words may come before the program: a prompt or a quote says that it is a command line, some wrappers are
   * words of prose too.
   */
  let wrapped: 'no' | 'surely' | 'perhaps' = prompt > start || quotes > 0 ? 'surely' : 'no';
  for (let words = 0; words < 40 && i < end; words++) {
    const wordEnd = findBlank(text, i, end);
    const word = text.slice(i, wordEnd);
    const name = baseName(word);
    const next = skipBlanks(text, wordEnd, end);
    const inner = innerProgram(name, text, next, end);
    if (inner !== undefined) {
      if (wrapped === 'no') wrapped = 'perhaps';
      i = inner;
      continue;
    }
    const host = HOST_PROGRAMS.get(name);
    if (host) {
      // Their names are words of many languages, so what follows them has to decide even where a prompt comes
      // first.
      if (host.test(text.slice(wordEnd, Math.min(end, wordEnd + LONGEST_ARGUMENTS))))
        return { name, start: i, end: wordEnd, limit: end };
      if (wrapped === 'no') return undefined;
    }
    if (isTables(name) || PROGRAMS.has(name) || listsNft(name, text.slice(next, next + LONGEST_OPTIONS))) {
      if (wrapped !== 'surely' && !plausible(name, text, next, end)) return undefined;
      return { name: isVariable(name) ? variableProgram(name) : name, start: i, end: wordEnd, limit: end };
    }
    if (wrapped !== 'no' && quotes < 3 && isQuote(text.charCodeAt(i))) {
      const close = closingQuote(text, i, end);
      const quoted = findWithin(text, i + 1, close, quotes + 1);
      if (quoted) return quoted;
    }
    // What these print is not run.
    if (PRINTS.has(name)) return undefined;
    if (wrapped === 'no') {
      // Without a prompt only settings and a known wrapper may come before the program; prose ends here.
      if (WRAPPERS.has(name)) wrapped = 'surely';
      else if (RARE_WRAPPERS.has(name)) wrapped = 'perhaps';
      else if (!SETTING.test(word)) return undefined;
    }
    i = next;
  }
  return undefined;
}

/**
 * Where the program that another one starts stands: after `ip netns exec NAME`, `xtables-nft-multi`; undefined for any
 * other program.
 */
function innerProgram(name: string, text: string, next: number, end: number): number | undefined {
  if (name === 'ip') {
    NETNS.lastIndex = next;
    const found = NETNS.exec(text);
    return found && next + found[0].length <= end ? next + found[0].length : undefined;
  }
  return name.endsWith('-multi') && next < end && MULTI.test(name) ? next : undefined;
}

const NETNS = /(?:-\S{1,20}[ \t]+){0,4}(?:net(?:ns?)?|vrf)[ \t]+e(?:xec?)?[ \t]+\S{1,255}[ \t]+/y;
const MULTI = /^xtables(?:-legacy|-nft)?-multi$/;
/** `LC_ALL=C iptables -S`. */
const SETTING = /^[A-Za-z_]\w{0,60}=\S*$/;

/** `iptables`, `ip6tables-legacy`, `$IPTABLES`: a program that takes rules as arguments. */
export function isTables(name: string): boolean {
  return TABLES_PROGRAM.test(name) || isVariable(name);
}

/** 4 or 6 by the name of a program. */
export function programFamily(name: string): 4 | 6 {
  return /ip6|IP6/.test(name) ? 6 : 4;
}

/** By the name of a program, or of the one that starts it (`xtables-nft-multi iptables`). */
export function programBackend(name: string): 'legacy' | 'nft' | undefined {
  return name.includes('-legacy') ? 'legacy' : name.includes('-nft') ? 'nft' : undefined;
}

const TABLES_PROGRAM = /^ip6?tables(?:-legacy|-nft)?$/;
const PROGRAMS = new Set([
  ...['iptables', 'ip6tables'].flatMap((name) =>
    ['', '-legacy', '-nft'].flatMap((kind) => [`${name}${kind}-save`, `${name}${kind}-restore`]),
  ),
  'ss',
  'netstat',
  'route',
  'ip',
  'ifconfig',
  'ipset',
  'conntrack',
]);

/** Programs that show or change what a host has, by what comes after them where they do. */
const HOST_PROGRAMS: ReadonlyMap<string, RegExp> = new Map([
  ['sysctl', /^[ \t]+(?:-[-a-zA-Z]|[a-z]{2,10}[./]\w)/],
  ['hostname', /^[ \t]+(?:-I|--all-ip-addresses|-i|--ip-address)(?:[ \t]|$)/],
  ...['cat', 'head', 'tail', 'more', 'less', 'grep', 'egrep'].map(
    (name) => [name, /\/proc\/sys\/|\/rt_tables/] as const,
  ),
  ['echo', /\/proc\/sys\/|\/rt_tables/],
]);
/** No real line names more files. */
const LONGEST_ARGUMENTS = 4000;

/** Whether a program of `findProgram` is one whose command or output states something of the host. */
export function isHostProgram(name: string): boolean {
  return HOST_PROGRAMS.has(name);
}

const WRAPPERS = new Set([
  'sudo',
  'kubectl',
  'oc',
  'docker',
  'podman',
  'crictl',
  'nerdctl',
  'nsenter',
  'ssh',
  'exec',
  'time',
  'env',
  'doas',
  'chroot',
  'k',
  'istioctl',
]);
/** These need a program after them that reads like a command line. */
const RARE_WRAPPERS = new Set([
  ...[
    'minikube',
    'multipass',
    'lxc',
    'lxc-attach',
    'incus',
    'vagrant',
    'k3s',
    'microk8s',
    'k0s',
    'kind',
    'ctr',
    'limactl',
    'colima',
    'orb',
    'machinectl',
    'vzctl',
    'pct',
    'adb',
    'talosctl',
    'gcloud',
    'docker-compose',
    'balena',
  ],
  ...[
    'su',
    'runuser',
    'sh',
    'bash',
    'ash',
    'dash',
    'zsh',
    'busybox',
    'unshare',
    'setpriv',
    'capsh',
    'systemd-run',
    'nohup',
    'nice',
    'watch',
    'timeout',
    'stdbuf',
    'strace',
    'flock',
    'command',
    'pkexec',
    'xargs',
  ],
]);

const PRINTS = new Set([
  'echo',
  'printf',
  'cat',
  'grep',
  'man',
  'which',
  'whereis',
  'type',
  'logger',
  'alias',
  'export',
  'apt',
  'apt-get',
  'yum',
  'dnf',
  'apk',
  'opkg',
  'systemctl',
  'service',
  'ls',
  'vi',
  'vim',
  'nano',
  'rpm',
  'dpkg',
]);

/** `nft -a list ruleset`. Other commands of nft are read as statements. */
function listsNft(name: string, after: string): boolean {
  return name === 'nft' && /^(?:-\S+[ \t]+)*list[ \t]/.test(after);
}

const LONGEST_OPTIONS = 100;

/** Whether what follows a program without a prompt reads like a command line and not like prose. */
function plausible(name: string, text: string, next: number, end: number): boolean {
  if (next >= end) return name.includes('tables');
  const code = text.charCodeAt(next);
  if (code === 45 || code === 62 || code === 124 || code === 60) return true;
  if (name === 'route') return text.startsWith('add ', next);
  if (name === 'ip' || name === 'ipset') return SUBCOMMAND.has(text.slice(next, findBlank(text, next, end)));
  return name.includes('-restore') && code === 47;
}

const SUBCOMMAND = new Set([
  'a',
  'ad',
  'addr',
  'address',
  'r',
  'ro',
  'route',
  'ru',
  'rule',
  'l',
  'link',
  'save',
  'list',
]);

function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}

/** The column of the quote that closes the one at `open`, or `end`. */
function closingQuote(text: string, open: number, end: number): number {
  const quote = text.charCodeAt(open);
  for (let i = open + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code === 92 && quote === 34) i++;
  }
  return end;
}

/** `$IPTABLES`, `"${IPT6}"`: how scripts spell the program. */
function isVariable(name: string): boolean {
  return name.charCodeAt(0) === 36 || name.charCodeAt(0) === 34
    ? /^"?\$\{?\w+\}?"?$/.test(name) && /IPT|IP6T|ipt|ip6t/.test(name)
    : false;
}

function variableProgram(name: string): string {
  return name.includes('6') ? 'ip6tables' : 'iptables';
}
