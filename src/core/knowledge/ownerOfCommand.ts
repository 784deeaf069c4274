/** Options of programs that work with containers which have their value in the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '-c',
  '--container',
  '--context',
  '--kubeconfig',
  '-l',
  '--selector',
  '-u',
  '--user',
  '--tail',
  '--since',
  '--image',
  '--target',
]);

/**
 * What a command works on that asks a program for the logs of something, or runs something in it: its first operand.
 */
export function loggedOrEntered(line: string, programs: readonly string[]): string | undefined {
  const words = line.split(/\s+/);
  const program = words.findIndex((word) => programs.includes(word));
  const verb = words.findIndex((word, i) => i > program && (word === 'logs' || word === 'exec' || word === 'debug'));
  if (program < 0 || verb < 0) return undefined;
  for (let i = verb + 1; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') return undefined;
    if (WITH_VALUE.has(word)) i++;
    else if (!word.startsWith('-')) return /^[\w./-]+$/.test(word) ? word : undefined;
  }
  return undefined;
}
