import type { DebugProtocol } from '@vscode/debugprotocol';
import { allTables } from '../../../core/ruleset/ruleSet';
import { visible } from '../../../core/text/visible';
import { answerCard } from '../../traceReport/card/answerCard';
import { badgeOf, textOfSpans } from '../../traceReport/verdict';
import { stepDetail } from '../../traceReport/stepDetail';
import { counted, selectedPath } from '../../traceReport/traceInput';
import type { DebugThread } from '../debugThread';
import type { Frame } from '../frames';
import { showValue } from '../language/fields';
import { isError, parseExpression } from '../language/parse';
import type { Cursor } from '../recording';
import { groupNamed, scopesOf } from '../variables/scopes';
import type { Variable } from '../variables/variable';
import { Refused } from './requestArguments';
import type { Running } from './running';
import { sourceOf } from './source';

interface StackEntry {
  readonly thread: DebugThread;
  readonly name: string;
  readonly line: number | undefined;
  /** The rule that jumped, of a chain that called. */
  readonly cursor: Cursor;
}

/** Gives out stacks, scopes and variables of where the packet stands, under numbers that hold until it moves. */
export class Inspector {
  private readonly entries = new Map<number, StackEntry>();
  private readonly lists = new Map<number, () => readonly Variable[]>();
  private last = 0;

  constructor(private readonly running: Running) {}

  stack(thread: DebugThread): readonly DebugProtocol.StackFrame[] {
    const source = sourceOf(this.running);
    return stackOf(thread).map((entry) => {
      const id = ++this.last;
      this.entries.set(id, entry);
      return {
        id,
        name: visible(entry.name),
        line: entry.line ?? 0,
        column: entry.line === undefined ? 0 : (this.columnOf(entry, entry.line) ?? 1),
        ...(entry.line !== undefined && { source }),
      };
    });
  }

  scopes(frameId: number): readonly DebugProtocol.Scope[] {
    const entry = this.entries.get(frameId);
    if (!entry) throw new Refused('the frame is no longer valid: the packet has moved on');
    return scopesOf(entry.thread, entry.cursor, this.running.assumed(entry.thread)).map(
      ({ name, variables }, index) => ({
        name,
        variablesReference: this.keep(variables),
        expensive: false,
        ...(index === 0 && { presentationHint: 'locals' }),
      }),
    );
  }

  variables(reference: number): readonly Variable[] {
    const list = this.lists.get(reference);
    if (!list) throw new Refused('these variables are no longer valid: the packet has moved on');
    return list();
  }

  shown({ name, value, expression, settable, children, count }: Variable): DebugProtocol.Variable {
    return {
      name: visible(name),
      value: visible(value),
      variablesReference: children ? this.keep(children) : 0,
      ...(expression !== undefined && { evaluateName: expression }),
      ...(count !== undefined && { indexedVariables: count }),
      ...(settable !== true && { presentationHint: { attributes: ['readOnly'] } }),
    };
  }

  /** The thread that an expression is about. */
  threadOf(frameId: number | undefined): DebugThread | undefined {
    return (frameId === undefined ? undefined : this.entries.get(frameId)?.thread) ?? this.running.stop?.thread;
  }

  evaluate(expression: string, frameId: number | undefined): DebugProtocol.EvaluateResponse['body'] {
    const thread = this.threadOf(frameId);
    if (!thread) throw new Refused('the packet is not stopped');
    const text = expression.trim();
    const group = groupNamed(thread, text, this.running.assumed(thread));
    if (group) return { result: visible(group.value), variablesReference: this.keep(group.variables) };
    const chain = this.chainNamed(text);
    if (chain !== undefined) return { result: visible(chain), variablesReference: 0 };
    const read = parseExpression(text);
    if (isError(read)) throw new Refused(read.message);
    return {
      result: visible(showValue(read.value(thread.moment()), read.field?.show)),
      type: read.kind,
      variablesReference: 0,
    };
  }

  /** Of several rules on a line the one that is meant; undefined where there is only one. */
  private columnOf({ thread, cursor }: StackEntry, line: number): number | undefined {
    const { recording } = thread;
    const event = recording.eventAt(cursor);
    const about = recording.ruleAt(cursor) ?? (event?.kind === 'policy' ? event.chain : undefined);
    return about && this.running.trace.lines.columnOf(line, about);
  }

  private chainNamed(name: string): string | undefined {
    const { ruleSet } = this.running.trace.input;
    for (const table of ruleSet ? allTables(ruleSet) : []) {
      const chain = table.chains.get(name);
      if (chain)
        return (
          `chain of table ${table.name}, ` +
          `${counted(chain.rules.length, 'rule')}${chain.policy === undefined ? '' : `, policy ${chain.policy}`}`
        );
    }
    return undefined;
  }

  private keep(list: () => readonly Variable[]): number {
    const id = ++this.last;
    this.lists.set(id, list);
    return id;
  }
}

function stackOf(thread: DebugThread): readonly StackEntry[] {
  const { recording, cursor, input } = thread;
  const frame = recording.frameAt(cursor);
  if (thread.atEnd) {
    const card = answerCard(input);
    return [
      {
        thread,
        name: `${badgeOf(selectedPath(input)).text}: ${card.headline}`,
        // Where no rule decided, the last one that the packet came by.
        line: card.decided.find(({ line }) => line !== undefined)?.line ?? lastLine(thread),
        cursor,
      },
    ];
  }
  if (!frame) {
    const detail = stepDetail(input, { kind: 'event', event: cursor.event });
    const name = detail ? `${textOfSpans(detail.title)}: ${detail.happened}` : 'between the tables';
    return [{ thread, name, line: undefined, cursor }];
  }
  const rule = recording.ruleAt(cursor);
  const entries = [
    {
      thread,
      name: `${frameName(frame)} ${rule ? `rule ${rule.number}` : 'policy'}`,
      line: recording.lineAt(cursor),
      cursor,
    },
  ];
  for (let at: Frame = frame; at.up && at.call !== undefined; at = at.up) {
    const call: Cursor = { event: at.call, rule: 0 };
    const caller = recording.ruleAt(call);
    entries.push({
      thread,
      name: `${frameName(at.up)} rule ${caller?.number ?? ''}`,
      line: recording.lineAt(call),
      cursor: call,
    });
  }
  return entries;
}

function lastLine({ recording }: DebugThread): number | undefined {
  const last = recording.previous(recording.end);
  return last && recording.lineAt(last);
}

/** A user-defined chain by its name; a built-in one with its table, as there are several of that name. */
function frameName({ chain, table, hook }: Frame): string {
  if (chain.hook === undefined) return chain.name;
  return `${table} ${chain.name}${chain.name === hook || chain.name.toUpperCase() === hook ? '' : ` (${hook})`}`;
}
