import { baseName } from './baseName';
import { machineOf, type Machine } from './machine';
import { promptEnd, promptMachine } from './prompt';
import { trimmedEnd } from '../text/blanks';

/**
 * The lines between commands whose output is read: somebody opens a shell elsewhere (`kubectl exec -it web-7 -- sh`,
 * `ssh gate3`), works there, and leaves it.
 */
export class EnteredShell {
  /** Where the shell runs; undefined: the machine of the prompts. */
  private within: string | undefined;
  /** The name in the prompt where it was opened, and in the first one after that. */
  private outside: string | undefined;
  private inside: string | undefined;

  /** Reads a line that is not one of the commands. */
  pass(text: string, start: number): void {
    const end = trimmedEnd(text);
    if (end - start > LONGEST_LINE) return;
    if (LEAVES.test(text.slice(start, end))) {
      this.within = undefined;
      return;
    }
    const opened = openedBy(text, start, end);
    if (!opened) return;
    // From within a shell, the next one is opened there.
    this.within = opened.within;
    this.outside = opened.name;
    this.inside = undefined;
  }

  /** Where a command runs whose line shows `machine`. */
  at(machine: Machine): Machine {
    if (this.within === undefined || machine.within !== '') return machine;
    if (machine.name !== undefined && this.isOutside(machine.name)) {
      this.within = undefined;
      return machine;
    }
    return { name: undefined, within: this.within };
  }

  private isOutside(name: string): boolean {
    // Another network namespace of the same host has its name.
    if (this.within?.startsWith('nsenter ') || this.within?.startsWith('netns ')) return false;
    if (name === this.outside) return true;
    this.inside ??= name;
    return name !== this.inside;
  }
}

/** No command that opens a shell is longer. */
const LONGEST_LINE = 400;

function openedBy(text: string, start: number, end: number): Machine | undefined {
  if (!OPENS.test(text)) return undefined;
  const prompt = promptEnd(text, start, end);
  const words = text.slice(prompt, end).split(/[ \t]+/);
  if (words[0] === 'sudo') words.shift();
  // `➜  dir kubectl …`: the folder may be a part of a prompt.
  const program = words.slice(0, 2).findIndex((word) => PROGRAMS.has(baseName(word)));
  if (program < 0 || (program > 0 && prompt === start)) return undefined;
  const rest = words.slice(program);
  const last = baseName(rest.at(-1) ?? '');
  const opens = SHELLS.has(last) || ASKS_FOR_NONE.test(rest.join(' '));
  if (!opens || rest.length < 2) return undefined;
  const machine = machineOf(text.slice(0, end), start, { start: end });
  return machine.within === '' ? undefined : { ...machine, name: promptMachine(text.slice(start, prompt)) };
}

const OPENS = /\b(?:exec|debug|rsh|ssh|nsenter|attach)\b/;
const PROGRAMS = new Set(
  'kubectl oc k docker podman nerdctl crictl ssh nsenter ip minikube multipass vagrant lxc incus lxc-attach'.split(' '),
);
const SHELLS = new Set(['sh', 'bash', 'ash', 'zsh', 'dash']);
/** They open a shell where no program is named. */
const ASKS_FOR_NONE =
  /^(?:ssh(?: -\S+(?: [\w./]+)?)* [\w.@-]+|(?:minikube|vagrant) ssh(?: [\w-]+)?|oc rsh [\w./-]+|nsenter(?: -\S+| \d+)+)$/;
const LEAVES = /^(?:.{0,80}[$#%>] )?(?:exit|logout)$/;
