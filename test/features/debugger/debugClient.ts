import type { DebugProtocol } from '@vscode/debugprotocol';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { DebugAdapter } from '../../../src/features/debugger/adapter/debugAdapter';
import type { Debuggee } from '../../../src/features/debugger/debuggee';
import { modelOf } from '../../../src/features/fileModel';

/** The path of the only file there is. */
export const PROGRAM = '/rules.iptables-save';

/** `ruleSet`: its number in the file, from 1; without it, the one that is shown first. */
export function debuggeeOf(text: string, packet?: string, ruleSet?: string): Debuggee {
  const model = modelOf(parseSourceFile(text));
  const dump = ruleSet === undefined ? model.defaultDump : model.dumps[Number(ruleSet) - 1];
  if (!dump) throw new Error('there are no such rules in the text');
  return { path: PROGRAM, name: 'rules.iptables-save', model, dump, packet, answers: {}, hostChanges: {} };
}

/** A client of the debug adapter that asks one thing after the other. */
export class DebugClient {
  readonly events: DebugProtocol.Event[] = [];
  readonly failures: unknown[] = [];
  readonly adapter: DebugAdapter;
  /** Of the last stop. */
  threadId = 0;
  private responses: DebugProtocol.Response[] = [];
  private seq = 0;

  constructor(text: string) {
    this.adapter = new DebugAdapter(
      async ({ packet, ruleSet }) => debuggeeOf(text, packet, ruleSet),
      (message) => this.take(message),
      (error) => this.failures.push(error),
    );
  }

  /** Everything that comes of a message, or of what is done with the adapter. */
  async comesOf(act: (adapter: DebugAdapter) => unknown): Promise<readonly DebugProtocol.ProtocolMessage[]> {
    const [events, responses] = [this.events.length, this.responses.length];
    await act(this.adapter);
    return [...this.events.slice(events), ...this.responses.slice(responses)];
  }

  /** The response to a request, whatever it says. */
  async response(command: string, given: unknown = {}): Promise<DebugProtocol.Response> {
    const seq = ++this.seq;
    await this.adapter.handle({ seq, type: 'request', command, arguments: given });
    const found = this.responses.filter(({ request_seq }) => request_seq === seq);
    if (found.length !== 1) throw new Error(`${command} has ${found.length} responses`);
    return found[0] as DebugProtocol.Response;
  }

  /** The body of a successful response. */
  async ask<Response extends DebugProtocol.Response>(command: string, given: unknown = {}): Promise<Response['body']> {
    const response = await this.response(command, given);
    if (!response.success) throw new Error(response.message);
    return response.body as Response['body'];
  }

  async frames(): Promise<readonly DebugProtocol.StackFrame[]> {
    const { stackFrames } = await this.ask<DebugProtocol.StackTraceResponse>('stackTrace', { threadId: this.threadId });
    return stackFrames;
  }

  /** The children of a scope, or of a row of one: `Packet`, `Connection/original`. */
  async variables(
    path: string,
  ): Promise<{ readonly reference: number; readonly rows: readonly DebugProtocol.Variable[] }> {
    const [scopeName, ...names] = path.split('/');
    const [frame] = await this.frames();
    const { scopes } = await this.ask<DebugProtocol.ScopesResponse>('scopes', { frameId: frame?.id });
    let reference = scopes.find(({ name }) => name === scopeName)?.variablesReference ?? 0;
    let rows = await this.rows(reference);
    for (const name of names) {
      reference = rows.find((row) => row.name === name)?.variablesReference ?? 0;
      rows = await this.rows(reference);
    }
    return { reference, rows };
  }

  private async rows(variablesReference: number): Promise<readonly DebugProtocol.Variable[]> {
    return (await this.ask<DebugProtocol.VariablesResponse>('variables', { variablesReference })).variables;
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') this.responses.push(message as DebugProtocol.Response);
    else this.events.push(message as DebugProtocol.Event);
    const stopped = message as DebugProtocol.StoppedEvent;
    if (message.type === 'event' && stopped.event === 'stopped') this.threadId = stopped.body.threadId ?? 0;
  }
}
