import { skipBlanks } from '../text/blanks';

/** The column after the prompt of a shell and the blanks that follow it; `start` where there is none. */
export function promptEnd(text: string, start: number, end: number): number {
  PROMPT.lastIndex = start;
  const found = PROMPT.exec(text);
  return found ? skipBlanks(text, start + found[0].length, end) : start;
}

/**
 * The name of the machine in a prompt: `gate3` of `admin@gate3:~$`, `edge7` of `edge7 %`; undefined where it shows
 * none.
 */
export function promptMachine(prompt: string): string | undefined {
  const account = /[\w.-]{1,64}[@㉿]([\w.-]{1,100})/.exec(prompt);
  if (account) return account[1];
  const word = /^(?:\([^)]{1,40}\) ?)?\[?([A-Za-z][\w.-]{0,99})(?=[:\s\]$#%>❯])/.exec(prompt)?.[1];
  return word === undefined || NO_MACHINE.test(word) ? undefined : word;
}

const NO_MACHINE = /^(?:root|PS|[a-z]{0,4}sh(?:-[\d.]+)?)$/;

/**
 * `$ `, `# `, `+ ` (set -x), `[#] ` (wg-quick), `λ `, `:; `, `➜  dir `, `user@host:~$ `, `user@host ~ % `, `(venv)
 * host:/etc # `, `[root@host ~]# `, `bash-5.1# `, `/ # `, `PS C:\>`, `└─$ `.
 */
const PROMPT = new RegExp(
  '(?:' +
    [
      '\\+{1,6}|:;|\\$>|[$%#❯λ»›]|└─{1,3}[$#]|\\[#\\]',
      '➜[ \\t]+(?:[^\\s-]{1,40}[ \\t]+(?=\\S))?',
      'PS [A-Za-z]:[^>\\n]{0,100}>',
      '(?:\\([\\w.@:~ /-]{1,40}\\) ?)?(?:\\[[^\\]\\n]{1,80}\\][$#%]|[\\w.@:~/\\\\-]{1,100} ' +
        '?[$#%>❯]|[\\w.@:-]{1,100} [~/][\\w.~/-]{0,100} ?[$#%❯])',
    ].join('|') +
    ')(?=[ \\t]|$|(?<=[ \\t]))',
  'y',
);
