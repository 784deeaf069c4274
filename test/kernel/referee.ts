import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { KernelAnswer, KernelCase, PacketJson } from './case';

export type Backend = 'legacy' | 'nft';

export type KernelReply =
  { readonly results: readonly KernelAnswer[]; readonly notes?: readonly string[] } | { readonly error: string };

/**
 * Asks the kernel of this machine, through oracle/oracle.py in a network namespace of its own. Answers come in the
 * order of the questions.
 */
export class Referee {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting: ((line: string) => void)[] = [];
  private stderr = '';

  constructor(folder: string, backend: Backend = 'legacy') {
    this.process = spawn('python3', [join(folder, 'oracle', 'oracle.py'), backend], { stdio: 'pipe' });
    this.process.stderr.on('data', (data: Buffer) => (this.stderr += data.toString()));
    createInterface({ input: this.process.stdout }).on('line', (line) => this.waiting.shift()?.(line));
    this.process.on('exit', (code) => {
      for (const each of this.waiting.splice(0))
        each(JSON.stringify({ error: `the oracle has ended (${code}): ${this.stderr.slice(-500)}` }));
    });
  }

  trace(question: KernelCase): Promise<KernelReply> {
    return this.ask(question) as Promise<KernelReply>;
  }

  /** Several sequences of packets through one rule set; the answers come in one list. */
  traceSequences(question: KernelCase, sequences: readonly (readonly PacketJson[])[]): Promise<KernelReply> {
    return this.ask({ ...question, packets: [], sequences }) as Promise<KernelReply>;
  }

  close(): void {
    this.process.stdin.end();
  }

  private ask(question: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.waiting.push((line) => resolve(JSON.parse(line)));
      this.process.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }
}
