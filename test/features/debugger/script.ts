import type { DebugProtocol } from '@vscode/debugprotocol';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { DebugClient, PROGRAM } from './debugClient';

/** Words of a script that move the packet, with the request that each stands for. */
const MOVES: Readonly<Record<string, string>> = {
  continue: 'continue',
  over: 'next',
  in: 'stepIn',
  out: 'stepOut',
  back: 'stepBack',
  reverse: 'reverseContinue',
};

/**
 * Runs a script of a debugging session, one step a line, and gives back what each came to. `launch PACKET` (with
 * `entry`, `noend` or `ruleset:NUMBER` before it), `break LINE[:COLUMN] [if CONDITION] [hit COUNT] [log TEXT]`, `catch
 * FILTER`, `start`, the words of `MOVES`, `insert LINE TEXT` as an edit of the file, `file TEXT` as its new text,
 * `message JSON`, `rename PATH`, `locations LINE`, `goto LINE`, `stack`, `threads`, `var SCOPE/NAME`, `set NAME
 * VALUE`, `eval EXPRESSION`, `console`, `ask REQUEST JSON`.
 */
export async function runScript(text: string, steps: readonly string[]): Promise<readonly string[]> {
  const script = new Script(text);
  const said: string[] = [];
  for (const step of steps) said.push(await script.step(step));
  if (script.client.failures.length > 0) throw script.client.failures[0];
  return said;
}

export class Script {
  readonly client: DebugClient;
  private readonly breakpoints: DebugProtocol.SourceBreakpoint[] = [];
  private readonly filters: DebugProtocol.ExceptionFilterOptions[] = [];
  private seen = 0;
  private path = PROGRAM;

  constructor(private text: string) {
    this.client = new DebugClient(text);
  }

  async step(step: string): Promise<string> {
    const [word = '', ...others] = step.split(' ');
    const rest = others.join(' ');
    try {
      return await this.take(word, rest);
    } catch (error) {
      return `error: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private async take(word: string, rest: string): Promise<string> {
    const { client } = this;
    const command = MOVES[word];
    if (command !== undefined) return this.moved(command, { threadId: client.threadId });
    switch (word) {
      case 'launch':
        return this.launch(rest);
      case 'break':
        return this.setBreakpoint(rest);
      case 'catch': {
        const [filterId = '', ...condition] = rest.split(' if ');
        this.filters.push({ filterId, ...(condition.length > 0 && { condition: condition.join('') }) });
        const { breakpoints = [] } =
          (await client.ask<DebugProtocol.SetExceptionBreakpointsResponse>('setExceptionBreakpoints', {
            filters: [],
            filterOptions: this.filters,
          })) ?? {};
        const last = breakpoints.at(-1);
        return last?.verified ? 'set' : `not set: ${last?.message}`;
      }
      case 'start':
        return this.moved('configurationDone', {});
      case 'restart':
        return this.moved('restart', {});
      case 'goto': {
        const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse>('gotoTargets', {
          source: { path: this.path },
          line: Number(rest),
        });
        return this.moved('goto', { threadId: client.threadId, targetId: targets[0]?.id });
      }
      case 'locations': {
        const { breakpoints } = await client.ask<DebugProtocol.BreakpointLocationsResponse>('breakpointLocations', {
          source: { path: this.path },
          line: Number(rest),
        });
        return breakpoints.map(({ line, column }) => `${line}:${column}`).join(', ');
      }
      case 'rename':
        client.adapter.renamed(rest, rest.replace('/', ''));
        this.path = rest;
        return this.source();
      case 'insert':
        return this.insert(rest);
      case 'file':
        return this.file(rest);
      case 'message': {
        const sent: unknown = JSON.parse(rest);
        return listed(await client.comesOf((adapter) => adapter.handle(sent)));
      }
      case 'thread':
        client.threadId = Number(rest);
        return this.place();
      case 'threads': {
        const { threads } = await client.ask<DebugProtocol.ThreadsResponse>('threads');
        return threads.map(({ id, name }) => `${id} ${name}`).join('; ');
      }
      case 'stack':
        return (await client.frames())
          .map(({ name, line, column }) => `${name} (${line}${column > 1 ? `:${column}` : ''})`)
          .join(' < ');
      case 'scopes':
        return this.scopes();
      case 'var':
        return this.variable(rest);
      case 'set':
        return this.set(rest);
      case 'eval':
        return (await client.ask<DebugProtocol.EvaluateResponse>('evaluate', { expression: rest, context: 'watch' }))
          .result;
      case 'console':
        return this.newOutput();
      case 'ask':
        return this.plainly(rest);
      default:
        throw new Error(`there is no step "${word}"`);
    }
  }

  /** The file that the client shows, and whether it has to request it. */
  private async source(): Promise<string> {
    const [top] = await this.client.frames();
    const told = this.client.events.filter(({ event }) => event === 'invalidated').length;
    return `${top?.source?.name} ${top?.source?.path}, told ${told}`;
  }

  /** The file has another text: everything that is said before it is read again, and after. */
  private async file(text: string): Promise<string> {
    const before = await this.client.comesOf((adapter) => adapter.edited([{ first: 0, last: 0, count: 1 }]));
    const twice = await this.client.comesOf((adapter) => adapter.edited([{ first: 0, last: 0, count: 1 }]));
    const after = await this.client.comesOf((adapter) => adapter.reopen(modelOf(parseSourceFile(text))));
    return [listed(before), `again: ${listed(twice)}`, listed(after)].join('\n');
  }

  /** What is said while the file is being edited, and where the packet is afterwards. */
  private async insert(rest: string): Promise<string> {
    const { client } = this;
    const at = Number(rest.split(' ')[0]);
    const lines = this.text.split('\n');
    lines.splice(at - 1, 0, rest.slice(rest.indexOf(' ') + 1));
    this.text = lines.join('\n');
    client.adapter.edited([{ first: at - 1, last: at - 1, count: 2 }]);
    const { message } = await client.response('stackTrace', { threadId: client.threadId });
    const before = client.events.length;
    client.adapter.reopen(modelOf(parseSourceFile(this.text)));
    const moved = client.events
      .slice(before)
      .filter(({ event }) => event === 'breakpoint')
      .map(({ body }) => (body as DebugProtocol.BreakpointEvent['body']).breakpoint)
      .map(({ line, verified }) => `${line}${verified ? '' : ' not verified'}`);
    return `${message}; breakpoints ${moved.join(', ')}; ${await this.place()}`;
  }

  private async launch(rest: string): Promise<string> {
    const [, options = '', packet = ''] = /^((?:(?:entry|noentry|noend|nodebug|ruleset:\d) )*)(.*)$/.exec(rest) ?? [];
    await this.client.ask('initialize', { adapterID: 'iptables', supportsInvalidatedEvent: true });
    await this.client.ask('launch', {
      packet,
      ruleSet: /ruleset:(\d)/.exec(options)?.[1],
      ...(options.includes('noentry')
        ? { stopOnEntry: false }
        : options.includes('entry')
          ? { stopOnEntry: true }
          : {}),
      ...(options.includes('noend') && { stopAtEnd: false }),
      ...(options.includes('nodebug') && { noDebug: true }),
    });
    return this.client.events.some(({ event }) => event === 'initialized') ? 'initialized' : 'not initialized';
  }

  private async setBreakpoint(rest: string): Promise<string> {
    const [, line, column, condition, hitCondition, logMessage] =
      /^(\d+)(?::(\d+))?(?: if (.*?))?(?: hit (.*?))?(?: log (.*))?$/.exec(rest) ?? [];
    this.breakpoints.push({
      line: Number(line),
      ...(column !== undefined && { column: Number(column) }),
      ...(condition !== undefined && { condition }),
      ...(hitCondition !== undefined && { hitCondition }),
      ...(logMessage !== undefined && { logMessage }),
    });
    const { breakpoints } = await this.client.ask<DebugProtocol.SetBreakpointsResponse>('setBreakpoints', {
      source: { path: this.path },
      breakpoints: this.breakpoints,
    });
    const last = breakpoints.at(-1);
    const at = last?.column === undefined ? '' : `:${last.column}`;
    return `${last?.verified ? `line ${last.line}${at}` : 'not verified'}${last?.message === undefined ? '' : `: ${last.message}`}`;
  }

  private async moved(command: string, given: object): Promise<string> {
    const before = this.client.events.length;
    await this.client.ask(command, given);
    const events = this.client.events.slice(before);
    const stop = events.find(({ event }) => event === 'stopped') as DebugProtocol.StoppedEvent | undefined;
    if (!stop) return events.some(({ event }) => event === 'terminated') ? 'terminated' : 'nothing';
    const { reason, text, description } = stop.body;
    return `${await this.place()}, ${reason}${text === undefined ? '' : `: ${text}`}${description === undefined ? '' : ` (${description})`}`;
  }

  private async place(): Promise<string> {
    const [top] = await this.client.frames();
    return `${top?.line} ${top?.name}`;
  }

  private async scopes(): Promise<string> {
    const [frame] = await this.client.frames();
    const { scopes } = await this.client.ask<DebugProtocol.ScopesResponse>('scopes', { frameId: frame?.id });
    return scopes.map(({ name }) => name).join(', ');
  }

  /** One row, or all rows of a scope where the path ends in a slash. */
  private async variable(path: string): Promise<string> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const { rows } = await this.client.variables(parts.join('/'));
    if (name === '') return rows.map((row) => `${row.name}=${row.value}`).join('; ');
    return rows.find((row) => row.name === name)?.value ?? `none of ${rows.map((row) => row.name).join(', ')}`;
  }

  private async set(rest: string): Promise<string> {
    const [name = '', ...value] = rest.split(' ');
    const { reference } = await this.client.variables('Packet');
    const answer = await this.client.ask<DebugProtocol.SetVariableResponse>('setVariable', {
      variablesReference: reference,
      name,
      value: value.join(' '),
    });
    return `${answer.value} at ${await this.place()}`;
  }

  /** A request as it is, with all that comes of it: the events, and the body of the response. */
  private async plainly(rest: string): Promise<string> {
    const [command = ''] = rest.split(' ');
    const before = this.client.events.length;
    const given: unknown = JSON.parse(rest.slice(command.length).trim() || '{}');
    const response = await this.client.response(command, given);
    const events = this.client.events.slice(before).map((each) => `${each.event} ${JSON.stringify(each.body)}`);
    const said = response.success ? JSON.stringify(response.body ?? 'done') : `error: ${response.message ?? ''}`;
    return [...events, said].join('\n');
  }

  private newOutput(): string {
    const output = this.client.events.filter(({ event }) => event === 'output') as DebugProtocol.OutputEvent[];
    const said = output.slice(this.seen).map(({ body }) => body.output.trimEnd());
    this.seen = output.length;
    return said.join(' | ');
  }
}

function listed(messages: readonly DebugProtocol.ProtocolMessage[]): string {
  return messages.map((message) => JSON.stringify(message)).join('\n') || 'nothing';
}
