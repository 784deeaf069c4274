import { baseName } from './baseName';
import { splitWords } from './words';
import { promptEnd, promptMachine } from './prompt';
import type { ShellProgram } from './shellProgram';

/** Where a command ran, as far as its line shows it. */
export interface Machine {
  /** The name in the prompt; undefined where it shows none. */
  readonly name: string | undefined;
  /**
   * What the command was passed on to, such as `netns blue7`, `ssh gate3`; empty for the machine of the
   * prompt itself.
   */
  readonly within: string;
}

/** Where the command line that begins at `start` runs `program`. */
export function machineOf(text: string, start: number, program: Pick<ShellProgram, 'start'>): Machine {
  const prompt = promptEnd(text, start, text.length);
  const words = splitWords(
    text.slice(prompt, program.start).replace(/["']/g, ' '),
    0,
    program.start - prompt,
    'shell',
  ).map((word) => word.text);
  return { name: promptMachine(text.slice(start, prompt)), within: withinOf(words) };
}

/**
 * The machine that a log shipper names before a line: a pod, a service of a compose file, the host of a syslog
 * line; undefined where none does.
 */
export function machineOfPrefix(prefix: string): Machine | undefined {
  const name = (/\[pod\/([\w.-]{1,253})/.exec(prefix) ??
    /\d\d:\d\d:\d\d ([A-Za-z][\w.-]{0,199}) /.exec(prefix) ??
    /^[ \t]*([a-z][\w.-]{0,253})(?:[ \t]+\||[ \t]+[\w.-]+[ \t]*$|[ \t]*$)/.exec(prefix))?.[1];
  return name === undefined ? undefined : { name, within: '' };
}

/**
 * Whether both may be the same: what neither line states is not a difference. The prompt within a pod or a container
 * shows its name: `root@web-7:/#` is where `kubectl exec web-7 -- ss` runs.
 */
export function sameMachine(a: Machine | undefined, b: Machine | undefined): boolean {
  if (!a || !b) return true;
  if (a.within === b.within) return a.name === undefined || b.name === undefined || a.name === b.name;
  return isWithin(a, b) || isWithin(b, a);
}

/** Whether `a`, a prompt or a pod, is what `b` was passed on to, by a name that it goes by as well. */
function isWithin(a: Machine, b: Machine): boolean {
  const place = b.within.slice(b.within.lastIndexOf(' ') + 1);
  const name = a.within === '' ? a.name : a.within.slice(a.within.lastIndexOf(' ') + 1);
  if (name === undefined || place === '') return false;
  if (name === place) return a.within === '';
  return place.startsWith(OF_DEPLOYMENT) && name.startsWith(`${place.slice(OF_DEPLOYMENT.length)}-`);
}

/** `kubectl exec deploy/web` runs in one of the pods `web-…`. */
const OF_DEPLOYMENT = 'deploy/';

/** `kubectl web-7`, `gate3`: a name that distinguishes a machine from others. */
export function machineWords({ name, within }: Machine): string {
  return within === '' ? (name ?? 'the machine of the prompt') : within;
}

/** The words before the program, without those that do not change where it runs. */
function withinOf(words: readonly string[]): string {
  const names: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = nameIn(words[i] ?? '');
    if (SAME_PLACE.has(word) || word.endsWith('-multi') || (word.includes('=') && !NETWORK.test(word))) continue;
    if (word === 'nsenter') {
      // All of its options state the destination.
      const rest = words.slice(i + 1).join(' ');
      names.push(
        `nsenter ${/(?:-t ?|--target[ =])(\d{1,10})/.exec(rest)?.[1] ?? /(?:--net=|-n)(\/\S{1,200})/.exec(rest)?.[1] ?? rest}`,
      );
      break;
    }
    if (word === 'chroot') {
      // Another root directory, the same network.
      i++;
      continue;
    }
    if (NETWORK.test(word) && names.length > 0) {
      const network = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[++i] ?? '');
      if (network === 'host') return '';
      if (network.startsWith('container:')) return `${names[0]} ${network.slice('container:'.length)}`;
      continue;
    }
    if (word.startsWith('-')) {
      if (WITH_VALUE.has(word)) i++;
      continue;
    }
    names.push(word);
  }
  return names
    .filter((word) => !VERBS.has(word))
    .map((word, i) => (i === 0 ? (SHORT_NAMES.get(word) ?? word) : word))
    .join(' ');
}

/** Programs that are written in several ways. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['k', 'kubectl'],
  ['oc', 'kubectl'],
]);

/** A program without its folder, a pod without its kind, a host without the user who logs in. */
function nameIn(word: string): string {
  const deployment = /^deploy(?:ments?)?(?:\.apps)?\/(.+)$/.exec(word)?.[1];
  return deployment === undefined ? baseName(word).replace(/^[\w.-]{1,64}@/, '') : `${OF_DEPLOYMENT}${deployment}`;
}

const SAME_PLACE = new Set([
  'sudo',
  'doas',
  'time',
  'env',
  'exec',
  'nohup',
  'nice',
  'watch',
  'command',
  'sh',
  'bash',
  'ash',
  'dash',
  'zsh',
  'su',
  'root',
  'busybox',
  'stdbuf',
  'pkexec',
  'ip',
  '--',
]);
/** Options of these programs that take a word and do not state the destination. */
const WITH_VALUE = new Set([
  ...[
    '-u',
    '--user',
    '-e',
    '--env',
    '-w',
    '--workdir',
    '-c',
    '--container',
    '-n',
    '--namespace',
    '--context',
    '--kubeconfig',
    '-p',
    '--profile',
    '-P',
    '-i',
    '-F',
    '-o',
    '-l',
    '-g',
  ],
]);
const VERBS = new Set(['exec', 'e', 'ex', 'compose', 'shell', 'rsh', 'debug']);
/** The network that a container is started with: its own, that of the host or of another container. */
const NETWORK = /^--net(?:work)?(?:=|$)/;
