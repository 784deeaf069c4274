import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { isKept, readMessage } from '../../../src/features/traceSession/readMessage';
import { TraceSession, type EditorEffect } from '../../../src/features/traceSession/traceSession';
import type { Random } from '../../kernel/random';
import type { Corpus } from '../corpus';
import { ruleText } from '../grammar';
import { listOf, must, numberOf, partOf, textOf, type FuzzKind, type Json } from '../kind';
import { anyJson } from '../requests';
import { anyText, mutate } from '../texts';
import { anyExpression } from './packet';

/** A trace view: a file, messages of its page whole and broken, edits and reloads. */
export const sessionKind: FuzzKind = {
  name: 'session',
  summary:
    'a trace view with a file and messages of its page, whole and broken: each is answered with data that can be posted',
  generate: (random, corpus) => ({
    text: random.chance(0.6) ? ruleText(random) : anyText(random, corpus).slice(0, 3000),
    messages: Array.from({ length: random.int(1, 6) }, () => anyMessage(random, corpus)),
  }),
  check(input) {
    const session = new TraceSession('file:///x.md', 'x.md');
    checkEffects(
      session.setModel(modelOf(parseSourceFile(textOf(partOf(input, 'text')), { fileName: 'x.md' }))),
      session,
    );
    for (const message of listOf(partOf(input, 'messages'))) checkEffects(send(session, message), session);
  },
};

function send(session: TraceSession, message: Json): readonly EditorEffect[] {
  const type = partOf(message, 'type');
  if (type === 'edit')
    return session.setModel(modelOf(parseSourceFile(textOf(partOf(message, 'text')), { fileName: 'x.md' })));
  if (type === 'reload')
    return isKept(partOf(message, 'state'))
      ? session.restore(partOf(message, 'state') as unknown as Parameters<TraceSession['restore']>[0])
      : [];
  if (type === 'line') return session.selectLine(numberOf(partOf(message, 'line')));
  // The revision of the moment, where the message names none.
  const read = readMessage(
    partOf(message, 'revision') === 'now'
      ? { ...(message as object), revision: session.shown?.revision ?? 0 }
      : message,
  );
  return read ? session.handle(read) : [];
}

function checkEffects(effects: readonly EditorEffect[], session: TraceSession): void {
  for (const effect of effects) {
    if (effect.kind === 'post')
      must(
        JSON.stringify(JSON.parse(JSON.stringify(effect.message))) === JSON.stringify(effect.message),
        () => 'a message cannot be posted',
      );
    if (effect.kind === 'marks') must(session.marks !== undefined, () => 'there are no marks');
  }
}

function anyMessage(random: Random, corpus: Corpus): Json {
  const step = (): Json => {
    const event = random.of(0, 1, 2, 3, 5, 8, 999, -1);
    return random.of<Json>(
      { kind: 'event', event },
      { kind: 'event', event },
      { kind: 'rule', event, rule: random.of(0, 1, 3, -1) },
      { kind: 'fold', event, from: random.of(1, 3, 99) },
      { kind: 'beside', event, why: 'absent' },
      { kind: 'rule', event },
      'x',
      '1.2',
      null,
    );
  };
  const index = (): Json => random.of(0, 0, 1, 2, -1, 99, 1e9);
  const made = random.of<() => Json>(
    () => ({ type: 'ready' }),
    () => ({ type: 'trace', expression: anyExpression(random) }),
    () => ({ type: 'trace', expression: anyExpression(random) }),
    () => ({
      type: 'set-field',
      name: random.of(
        'src',
        'dst',
        'proto',
        'sport',
        'flags',
        'iface',
        'dir',
        'ctstate',
        'host:routes',
        'host:sysctls',
        'listeners',
        'x',
        'toString',
      ),
      value: random.of('10.0.0.1', 'tcp', '80', '', 'syn', 'fd00::1', 'x', '-1', 'eth0'),
    }),
    () => ({ type: 'choose-dump', id: random.of('0', '1', 'x') }),
    () => ({ type: 'choose-scenario', id: random.of('0', 'inbound', 'outbound', 'x') }),
    () => ({ type: 'choose-outcome', index: index() }),
    () => ({ type: 'choose-leg', id: random.of('0', '1', 'x') }),
    () => ({ type: 'answer', question: random.of('0', '1', 'x'), chosen: index() }),
    () => ({ type: 'select', revision: 'now', step: step(), reveal: random.chance(0.5) }),
    () => ({ type: 'open-line', line: index() }),
    () => ({ type: 'expand', revision: 'now', run: step(), from: index(), count: index() }),
    () => ({ type: 'ask-remedies', revision: 'now' }),
    () => ({ type: 'copy-remedy', revision: 'now', index: index() }),
    () => ({ type: 'try-remedy', revision: 'now', index: index() }),
    () => ({ type: 'copy', format: random.of('text', 'markdown', 'html') }),
    () => ({ type: 'edit', text: mutate(random, ruleText(random), corpus, random.int(0, 2)) }),
    () => ({
      type: 'reload',
      state: {
        version: 1,
        uri: 'file:///x.md',
        dump: null,
        scenario: null,
        expression: anyExpression(random),
        outcome: index(),
        step: step(),
        answers: { x: true },
        hostFields: random.chance(0.5) ? {} : { x: '1' },
      },
    }),
    () => ({ type: 'line', line: index() }),
  )();
  if (!random.chance(0.15)) return made;
  const name = random.pick(Object.keys(made as object));
  return { ...(made as Readonly<Record<string, Json>>), [name]: anyJson(random, 2) };
}
