import type { DebugProtocol } from '@vscode/debugprotocol';
import { isRecord } from '../../../core/net/jsonFields';
import { visible } from '../../../core/text/visible';
import type { FileModel } from '../../fileModel';
import { sameDump } from '../../traceSession/readAgain';
import type { WantedBreakpoint } from '../breakpoints';
import type { Moved, MoveKind, SessionOptions } from '../debugSession';
import { traceOf, type Debuggee } from '../debuggee';
import type { Output } from '../consoleOutput';
import type { FilterUse } from '../filters';
import { breakpointAnswer, filtersAsked, wantedBreakpoints } from './breakpointRequests';
import { CAPABILITIES } from './capabilities';
import { changeVariable } from './changeRequests';
import { Client } from './client';
import { Inspector } from './inspector';
import { completions, targetOf } from './placeRequests';
import { shifted, type LinesEdit } from './linesEdit';
import { Refused, RequestArguments } from './requestArguments';
import { Running } from './running';
import { isPath, isProgram, sourceOf } from './source';
import { stoppedBody } from './stoppedBody';
import { stoppedAnswer } from './stoppedRequests';

/** The configuration of a launch, as package.json declares it. */
export interface LaunchArguments {
  /** A path or a URI; undefined: the client decides. */
  readonly program: string | undefined;
  readonly packet: string | undefined;
  readonly ruleSet: string | undefined;
}

/** Finds what a configuration is about. A string says why it cannot be debugged. */
export type OpenDebuggee = (launch: LaunchArguments) => Promise<Debuggee | string>;

const MOVES: ReadonlySet<string> = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue']);

const EDITED = 'the file is being edited; the packet is traced again as soon as the edit is done';

/**
 * Speaks the Debug Adapter Protocol for a packet: requests go in, responses and events come out of `send`. Any request
 * gets one response, whatever it holds. Source: the specification of the protocol, version 1.68.
 */
export class DebugAdapter {
  private running: Running | undefined;
  private inspector: Inspector | undefined;
  private launch:
    { readonly arguments: RequestArguments; readonly options: SessionOptions; readonly noDebug: boolean } | undefined;
  private wanted: readonly WantedBreakpoint[] = [];
  private filters: readonly FilterUse[] = [];
  /** The file was edited since it was traced. */
  private stale = false;
  /** The client has configured everything, and the packet is on its way. */
  private begun = false;
  private over = false;
  /** The client regards what it was shown as outdated. */
  private canInvalidate = false;
  /** Of a file that was renamed, until the client sets breakpoints by its other name. */
  private formerPath: string | undefined;
  private readonly client: Client;
  private lastBreakpoint = 0;

  /** `failed`: takes what goes wrong inside. */
  constructor(
    private readonly open: OpenDebuggee,
    send: (message: DebugProtocol.ProtocolMessage) => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.client = new Client(send);
  }

  /** Resolves when the response has been sent; never rejects. */
  async handle(message: unknown): Promise<void> {
    const request = isRecord(message) ? message : {};
    const seq = typeof request['seq'] === 'number' ? request['seq'] : 0;
    const command = typeof request['command'] === 'string' ? request['command'] : '';
    const respond = (body: unknown): void => this.client.respond({ seq, command }, body);
    try {
      if (request['type'] !== 'request' || command === '') throw new Refused('this is not a request');
      const then = await this.answer(command, new RequestArguments(request['arguments']), respond);
      then?.();
    } catch (error) {
      if (!(error instanceof Refused)) this.failed(error);
      const text = error instanceof Refused ? error.message : 'an error in iptables Lens; its log says what to report';
      this.client.refuse({ seq, command }, text, command === 'launch');
    }
  }

  /** The file is being edited: nothing of it is shown until `reopen`. */
  edited(edits: readonly LinesEdit[]): void {
    this.wanted = edits.reduce((wanted, edit) => wanted.map((each) => shifted(each, edit)), this.wanted);
    if (this.stale || this.over || !this.running) return;
    this.stale = true;
    this.inspector = undefined;
    const thread = this.running.stop?.thread.id;
    if (thread !== undefined) this.client.event('continued', { threadId: thread, allThreadsContinued: true });
  }

  /** The edit is done: the same packet is sent through the file as it is. */
  reopen(model: FileModel | undefined): void {
    if (this.over || !this.running || !this.launch) return;
    const dump = model && sameDump(model, this.running.debuggee.dump);
    if (!model || !dump) return this.end('There are no iptables rules in the file any more.');
    const before = this.running.breakpoints;
    const trouble = this.start({ ...this.running.debuggee, model, dump });
    if (trouble !== undefined) return this.end(`The packet cannot be traced through the edited file: ${trouble}.`);
    const running = this.running;
    running.setBreakpoints(this.wanted, before);
    for (const breakpoint of running.breakpoints)
      this.client.event('breakpoint', { reason: 'changed', breakpoint: breakpointAnswer(breakpoint) });
    if (!this.begun) return;
    this.write('The file has changed: the packet is sent again.');
    const first = running.session.threads[0];
    if (first) this.show(running.session.enter(first, 'restart'));
  }

  /** The file has another path and name: what is shown from here on is of that. Breakpoints stay where they are. */
  renamed(path: string, name: string): void {
    const { running } = this;
    if (this.over || !running) return;
    this.formerPath = running.debuggee.path;
    running.debuggee = { ...running.debuggee, path, name };
    this.inspector = undefined;
    if (this.canInvalidate) this.client.event('invalidated', { areas: ['stacks'] });
  }

  /** Ends the session from this side. `why`: is said in the console. */
  end(why: string | undefined): void {
    if (this.over) return;
    if (why !== undefined) this.write(why, { important: true });
    this.over = true;
    this.running = undefined;
    this.inspector = undefined;
    this.client.event('terminated', {});
  }

  /** What to do after the response: the events that it causes. */
  private async answer(
    command: string,
    given: RequestArguments,
    respond: (body: unknown) => void,
  ): Promise<(() => void) | undefined> {
    switch (command) {
      case 'initialize':
        this.canInvalidate = given.optionalBoolean('supportsInvalidatedEvent') === true;
        respond(CAPABILITIES);
        return undefined;
      case 'launch':
        await this.launched(given);
        respond(undefined);
        return () => this.client.event('initialized', undefined);
      case 'configurationDone':
        this.asked();
        respond(undefined);
        return () => this.begin();
      case 'restart':
        await this.restarted(given);
        respond(undefined);
        return () => this.begin();
      case 'disconnect':
        this.over = true;
        this.running = undefined;
        respond(undefined);
        return undefined;
      case 'terminate':
        respond(undefined);
        return () => this.end(undefined);
      case 'pause':
      case 'cancel':
        respond(undefined);
        return undefined;
      case 'setBreakpoints':
        respond({ breakpoints: this.setBreakpoints(given) });
        return undefined;
      case 'setExceptionBreakpoints':
        respond({ breakpoints: this.setFilters(given) });
        return undefined;
      default:
        return MOVES.has(command) ? this.move(command as MoveKind, given, respond) : this.ask(command, given, respond);
    }
  }

  private move(kind: MoveKind, given: RequestArguments, respond: (body: unknown) => void): () => void {
    const running = this.stoppedHere();
    const thread = running.session.thread(given.number('threadId'));
    if (!thread) throw new Refused('there is no such path any more');
    respond(kind === 'continue' ? { allThreadsContinued: false } : undefined);
    return () => this.show(running.session.move(thread, kind));
  }

  private ask(command: string, given: RequestArguments, respond: (body: unknown) => void): (() => void) | undefined {
    switch (command) {
      case 'threads':
        respond({ threads: this.threads() });
        return undefined;
      case 'setVariable':
      case 'setExpression':
        return this.change(command, given, respond);
      case 'goto': {
        const running = this.stoppedHere();
        const thread = running.session.thread(given.number('threadId'));
        const target = thread && targetOf(thread, given.number('targetId'));
        if (!thread || !target) throw new Refused('the packet does not reach this line on this path');
        respond(undefined);
        return () => this.show(running.session.goto(thread, target));
      }
      default:
        respond(this.read(command, given));
        return undefined;
    }
  }

  private read(command: string, given: RequestArguments): unknown {
    if (command === 'breakpointLocations') {
      const { running } = this;
      if (!running || this.stale || !isProgram(given.within('source'), running)) return { breakpoints: [] };
      const line = given.number('line');
      const { lines } = running.trace;
      const among = lines.within(line, given.optionalNumber('endLine') ?? line);
      return {
        breakpoints: among.flatMap((each) => lines.spotsAt(each).map(({ column }) => ({ line: each, column }))),
      };
    }
    if (command === 'completions')
      return { targets: completions(given.text('text'), given.optionalNumber('column') ?? 1) };
    const running = this.stoppedHere();
    return stoppedAnswer(command, given, running, (this.inspector ??= new Inspector(running)));
  }

  private change(
    command: 'setVariable' | 'setExpression',
    given: RequestArguments,
    respond: (body: unknown) => void,
  ): () => void {
    const running = this.stoppedHere();
    const inspector = (this.inspector ??= new Inspector(running));
    const { next, moved, said, value } = changeVariable(running, inspector, command, given);
    next.setBreakpoints(this.wanted, running.breakpoints);
    next.setFilters(this.filters);
    this.running = next;
    this.inspector = undefined;
    respond({ value });
    return () => {
      this.write(said);
      this.show(moved);
    };
  }

  private async launched(given: RequestArguments): Promise<void> {
    const noDebug = given.optionalBoolean('noDebug') === true;
    this.launch = {
      arguments: given,
      noDebug,
      options: {
        stopOnEntry: noDebug ? false : given.optionalBoolean('stopOnEntry'),
        stopAtEnd: !noDebug && given.optionalBoolean('stopAtEnd') !== false,
      },
    };
    const debuggee = await this.open(launchArguments(given));
    const trouble = typeof debuggee === 'string' ? debuggee : this.start(debuggee);
    if (trouble !== undefined) throw new Refused(visible(trouble));
  }

  private async restarted(given: RequestArguments): Promise<void> {
    const { launch } = this;
    if (!launch) throw new Refused('nothing was launched');
    const before = this.running?.breakpoints;
    this.over = false;
    this.begun = false;
    await this.launched(given.has('arguments') ? given.within('arguments') : launch.arguments);
    this.running?.setBreakpoints(this.wanted, before);
  }

  /** Traces the packet to debug. A string says why that is not possible. */
  private start(debuggee: Debuggee): string | undefined {
    const trace = traceOf(debuggee);
    if (typeof trace === 'string') return trace;
    if (!this.launch) return 'nothing was launched';
    this.running = new Running(debuggee, trace, this.launch.options, () => ++this.lastBreakpoint);
    this.running.setFilters(this.filters);
    this.inspector = undefined;
    this.stale = false;
    return undefined;
  }

  private begin(): void {
    const { running } = this;
    if (!running || this.begun) return;
    this.begun = true;
    const { packet, notes, assumed, input } = running.trace;
    this.write(`Packet: ${packet}`);
    for (const note of notes) this.write(note);
    for (const { message, line } of assumed) this.write(message, { line, assumed: true });
    const { threads } = running.session;
    const all = input.traced.outcomes.length;
    if (threads.length > 1) {
      this.write(`${all} outcomes are possible, because something is not known. Each one is a path of its own:`);
      for (const { id, name } of threads) this.write(`  ${id}. ${name}`);
      if (all > threads.length) this.write(`  ${all - threads.length} more are not shown.`);
    }
    if (this.launch?.noDebug) {
      running.session.setBreakpoints([]);
      running.setFilters([]);
    }
    this.show(running.session.begin());
  }

  private show(moved: Moved): void {
    this.running?.moved(moved);
    this.inspector = undefined;
    for (const output of moved.output) this.write(output.text, output);
    for (const { id } of moved.exited) this.client.event('thread', { reason: 'exited', threadId: id });
    if (moved.stop) this.client.event('stopped', stoppedBody(moved.stop));
    else this.end(undefined);
  }

  private setBreakpoints(given: RequestArguments): readonly DebugProtocol.Breakpoint[] {
    const wanted = wantedBreakpoints(given);
    const source = given.within('source');
    if (isProgram(source, this.running)) this.formerPath = undefined;
    else if (!isPath(source, this.formerPath))
      return wanted.map(() => ({ verified: false, message: 'The packet goes through another file.' }));
    this.wanted = wanted;
    if (!this.running) throw new Refused('nothing was launched');
    if (this.stale) return wanted.map(() => ({ verified: false, message: `${EDITED}.` }));
    return this.running.setBreakpoints(wanted).map(breakpointAnswer);
  }

  private setFilters(given: RequestArguments): readonly DebugProtocol.Breakpoint[] {
    const { filters, answers } = filtersAsked(given);
    this.filters = filters;
    this.running?.setFilters(filters);
    return answers;
  }

  private threads(): readonly DebugProtocol.Thread[] {
    return (this.running?.session.threads ?? [])
      .filter(({ ended }) => !ended)
      .map(({ id, name }) => ({ id, name: visible(name) }));
  }

  private asked(): Running {
    if (!this.running) throw new Refused(this.over ? 'the session is over' : 'nothing was launched');
    return this.running;
  }

  private stoppedHere(): Running {
    const running = this.asked();
    if (this.stale) throw new Refused(EDITED);
    if (!running.stop) throw new Refused('the packet is not stopped');
    return running;
  }

  private write(
    text: string,
    { line, important, assumed }: Partial<Output> & { readonly assumed?: boolean } = {},
  ): void {
    const { running } = this;
    this.client.event('output', {
      // Assumptions are in the color of information, what happens in that of output.
      category: important === true ? 'important' : assumed === true ? 'console' : 'stdout',
      output: `${visible(text)}\n`,
      ...(line !== undefined && running && !this.stale && { source: sourceOf(running), line }),
    });
  }
}

function launchArguments(given: RequestArguments): LaunchArguments {
  return {
    program: given.optionalText('program'),
    packet: given.optionalText('packet'),
    ruleSet: given.optionalText('ruleSet'),
  };
}
