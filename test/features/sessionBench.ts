import { editSourceFile } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { SourceFile } from '../../src/core/syntax/sourceFile';
import { modelOf } from '../../src/features/fileModel';
import { TraceSession, type EditorEffect } from '../../src/features/traceSession/traceSession';
import type { PacketField, Question, ToEditor, ToView, ViewState, StepId } from '../../src/shared/protocol';

/** A session with what it did last. */
export class Bench {
  readonly session = new TraceSession('file:///notes.md', 'notes.md');
  file: SourceFile;
  effects: readonly EditorEffect[];

  constructor(text: string, fileName = 'notes.md') {
    this.file = parseSourceFile(text, { fileName });
    this.effects = this.session.setModel(modelOf(this.file));
  }

  get state(): ViewState {
    const { shown } = this.session;
    if (!shown) throw new Error('nothing is shown');
    return shown;
  }

  send(message: ToEditor): this {
    this.effects = this.session.handle(message);
    return this;
  }

  /** Puts the marked step of the view where a page would have put it. */
  select(step: StepId | undefined, reveal = false): this {
    if (!step) throw new Error('there is no such step');
    return this.send({ type: 'select', revision: this.state.revision, step, reveal });
  }

  scenario(id: string): this {
    return this.send({ type: 'choose-scenario', id });
  }

  /** Replaces text on a line, 1-based. */
  edit(line: number, from: string, to: string): this {
    const text = this.file.lines[line - 1]?.text ?? '';
    const start = text.indexOf(from);
    if (start < 0) throw new Error(`${from} is not in line ${line}`);
    return this.put({
      startLine: line - 1,
      startColumn: start,
      endLine: line - 1,
      endColumn: start + from.length,
      newText: to,
    });
  }

  put(edit: Parameters<typeof editSourceFile>[1]): this {
    this.file = editSourceFile(this.file, edit);
    this.effects = this.session.setModel(modelOf(this.file));
    return this;
  }

  get badge(): string | undefined {
    return this.state.trace?.outcome.badge.text;
  }

  field(name: string): PacketField {
    const found = this.state.packet.fields.find((field) => field.name === name);
    if (!found) throw new Error(`there is no field ${name}`);
    return found;
  }

  posted<T extends ToView['type']>(type: T): Extract<ToView, { type: T }> | undefined {
    for (const effect of this.effects)
      if (effect.kind === 'post' && effect.message.type === type) return effect.message as Extract<ToView, { type: T }>;
    return undefined;
  }

  get revealed(): number | undefined {
    return this.effects.find((effect) => effect.kind === 'reveal')?.line;
  }

  question(start: string): Question {
    const found = this.state.trace?.questions.find(({ text, place }) => `${text} ${place}`.includes(start));
    if (!found) throw new Error(`nobody asks ${start}`);
    return found;
  }

  /** Answers a question by the words of a choice; undefined takes the answer back. */
  answer(start: string, choice: string | undefined): this {
    const { id, choices } = this.question(start);
    return this.send({
      type: 'answer',
      question: id,
      chosen: choice === undefined ? undefined : choices.findIndex(({ text }) => text === choice),
    });
  }

  reply(shown = true): this {
    return this.send({ type: 'show-reply', shown });
  }
}
