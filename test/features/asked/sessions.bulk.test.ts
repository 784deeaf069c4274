import path from 'node:path';
import { parsePacketExpression } from '../../../src/core/net/packetExpression';
import type { PacketRequest } from '../../../src/core/net/packetRequest';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printSourceFile } from '../../../src/core/syntax/print';
import { utf8Bytes } from '../../../src/core/text/utf8';
import { CaptureTable } from '../../../src/features/capture/captureTable';
import { ALONE, type SharedTrace } from '../../../src/features/share/sharedTrace';
import { traceMarkdown, traceText } from '../../../src/features/traceReport/traceText';
import { traceHtml } from '../../../src/features/share/html';
import { traceMermaid } from '../../../src/features/share/mermaid';
import { traceSvg } from '../../../src/features/share/svg';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { modelOf } from '../../../src/features/fileModel';
import type { Move, ToEditor, ViewState } from '../../../src/shared/protocol';
import type { EditorEffect } from '../../../src/features/traceSession/traceSession';
import { answersOf, outlineOf } from '../../answers';
import { cooked, ethernet, ip, pcap, pcapng } from '../../net/capture/build';
import { Bench } from '../sessionBench';
import { FILES, fileOf } from './files';

/** Of an outline, whatever is not in the one before. */
function newIn(now: readonly string[], before: readonly string[]): readonly string[] {
  const known = new Set(before);
  return now.filter((line) => !known.has(line));
}

/** A state but for its trace, of which other tests are: with the outcome alone. */
function sketch({ trace, keep, ...state }: ViewState): readonly string[] {
  const { packet, ...rest } = state;
  const { fields, ...form } = packet;
  return [
    ...outlineOf({ ...rest, revision: undefined }),
    ...outlineOf(form),
    ...fields.map((field) => `field ${JSON.stringify(field)}`),
    ...(trace ? [`badge ${trace.outcome.badge.text}, ${trace.tabs.length} outcomes`] : []),
    ...outlineOf({ keep: Object.entries(keep).map(([name, value]) => `${name} ${JSON.stringify(value)}`) }),
  ];
}

const BENCHES = new Map<string, Bench>();

function benchOf(section: string): Bench {
  const known = BENCHES.get(section);
  if (known) return known;
  const text = FILES[section.split(':')[0] ?? ''];
  if (text === undefined) throw new Error(`there is no file for ${section}`);
  const made = new Bench(text, section.endsWith('rules') ? 'a.rules' : 'notes.md');
  BENCHES.set(section, made);
  return made;
}

/** What the editor asks of a session, by its name; what comes after the name is the text. */
const EDITOR: Readonly<Record<string, (bench: Bench, text: string) => readonly EditorEffect[]>> = {
  move: ({ session }, to) => session.move(to as Move),
  cursor: ({ session }, line) => session.selectLine(Number(line)),
  packet: ({ session, state }, text) => {
    const [expression = '', dump = state.dump] = text.split(' | ');
    return session.tracePacket(expression, dump);
  },
  reply: ({ session }, shown) => session.showReply(shown === 'yes'),
  file: ({ session }, text) => {
    const [uri = '', name = '', notice = ''] = text.split('|');
    return session.setFile(uri, name, notice);
  },
  again: ({ session, file }) => session.setModel(modelOf(file)),
  gone: ({ session }) => session.setModel(undefined),
  anew: (bench) => {
    bench.file = parseSourceFile(printSourceFile(bench.file), { fileName: 'notes.md' });
    return bench.session.setModel(modelOf(bench.file));
  },
  failed: ({ session }, message) => session.failed(message),
  reload: ({ session, state }, text) => session.restore({ ...state.keep, ...(JSON.parse(text || '{}') as object) }),
  compare: ({ session }, headline) => session.compareWith({ badge: { text: 'DROPPED', tone: 'drop' }, headline }),
};

/** What the editor shows of a session. */
function editorWords({ session }: Bench): readonly string[] {
  const { marks, selected } = session.marks;
  return [
    `marks ${marks.map(({ line, kind, text }) => `${line} ${kind} ${text}`.trim()).join('; ')}`,
    `lines ${session.firstLine} ${session.selectedLine} ${selected}, left of a copy ${session.leftOfCopy.length}`,
    `notes ${session.notesIn(20, 40).length}, ${session.traced ? 'can' : 'cannot'} be expected, ${session.ground?.dump.id}`,
    `shared ${session.shared ? 'something' : 'nothing'}, baseline ${session.baseline?.headline}`,
    `asked ${JSON.stringify({ ...session.asked, world: session.asked.world && 'known' })}`,
  ];
}

/**
 * What the page posts, in short: the type of the message, and its fields as JSON. `edit LINE|FROM|TO` edits the file,
 * `insert LINE|TEXT` puts a line into it; others are asked by the editor. `step` stands for the step that is selected
 * or decided. `shared` shows in which forms others get what is shown.
 */
function act(bench: Bench, step: string): void {
  const [word = ''] = step.split(' ');
  const rest = step.slice(word.length).trim();
  if (word === 'open') return;
  const asked = EDITOR[word];
  if (asked) bench.effects = asked(bench, rest);
  else if (word === 'edit') {
    const [line = '', from = '', to = ''] = rest.split('|');
    bench.edit(Number(line), from, to);
  } else if (word === 'insert') {
    const [line = '', text = ''] = rest.split('|');
    const at = { startLine: Number(line) - 1, startColumn: 0, endLine: Number(line) - 1, endColumn: 0 };
    bench.put({ ...at, newText: `${text}\n` });
  } else {
    const { revision, trace, keep } = bench.state;
    const given: unknown = JSON.parse(rest === '' ? '{}' : rest);
    const of = { revision, step: keep.step ?? trace?.outcome.decisive, ...(given as object) };
    bench.send({ type: word, ...of } as unknown as ToEditor);
  }
}

function effectWords(effect: EditorEffect): readonly string[] {
  if (effect.kind === 'copy') return [`copy, and say ${effect.said}: ${JSON.stringify(effect.text)}`];
  if (effect.kind !== 'post') return [JSON.stringify(effect)];
  const { message } = effect;
  // What a step has is in other tables.
  if (message.type === 'detail')
    return [`detail ${JSON.stringify(message.detail.step)} ${message.detail.line ?? '-'}: ${message.detail.happened}`];
  return message.type === 'state'
    ? []
    : [message.type, ...outlineOf(message, '  ').filter((line) => !/^ {2}(?:type|revision): /.test(line))];
}

/** How what is shown is given to others: the first line of each form that has words, and the command line. */
function sharedWords({ session: { shared } }: Bench): readonly string[] {
  if (!shared) return ['nothing is shown'];
  const { what, text, markdown, mermaid, html, picture, command } = shared;
  const first = (form: string): string => form.split('\n').find((line) => /[a-z]{2}/.test(line)) ?? '';
  const title = (form: string): string => /<title[^>]*>([^<]*)/.exec(form)?.[1] ?? 'no title';
  const journey = /^.*leg \d.*$|^#+ .*\d.*$/m.test(markdown()) ? ', headings with numbers' : '';
  return [
    `what: ${what}`,
    `text: ${first(text())}`,
    `markdown: ${first(markdown())}${journey}`,
    `mermaid: ${first(mermaid())}, ${mermaid().split('\n').length} lines`,
    `html: ${title(html())}`,
    `picture: ${title(picture('dark').svg)}`,
    `command: ${command().trimEnd().replaceAll('\n', ' ⏎ ')}`,
  ];
}

/** Steps of a trace view: what each changes of its state, and what else is asked of the editor and the page. */
answersOf(
  path.join(import.meta.dirname, 'sessions.txt'),
  (step, section) => {
    const bench = benchOf(section);
    if (step === 'shared') return sharedWords(bench);
    const before = step === 'open' ? [] : [...sketch(bench.state), ...editorWords(bench)];
    act(bench, step);
    const effects = step === 'open' ? [] : bench.effects;
    const long = (line: string): string => (line.length > 300 ? `${line.slice(0, 299)}…` : line);
    return [...newIn([...sketch(bench.state), ...editorWords(bench)], before), ...effects.flatMap(effectWords)].flatMap(
      (line) => line.split('\n').map(long),
    );
  },
  (section) => BENCHES.delete(section),
);

/** `arp`, or a packet: an error of ICMP `about` another one, or with a frame that is `cut`. */
function frameOf(text: string, inFrame: (packet: Uint8Array) => Uint8Array): Uint8Array {
  const [shown = '', quoted] = text.replace(/^cut /, '').split(' about ');
  const outer = ip(text === 'arp' ? 'udp 10.0.0.1 > 10.0.0.2' : shown);
  const packet = quoted === undefined ? outer : Uint8Array.from([...outer.subarray(0, 28), ...ip(quoted)]);
  const frame = inFrame(packet.with(3, quoted === undefined ? (packet[3] ?? 0) : packet.length));
  return text === 'arp' ? frame.with(12, 8).with(13, 6) : text.startsWith('cut ') ? frame.subarray(0, 30) : frame;
}

/**
 * A capture: its packets as expressions, `;` between them, after how it was written. `cooked` and `ng` state the
 * direction, `ng` the interface too, and the last bytes of one that `ended` are not there.
 */
function captureOf(question: string): Uint8Array {
  const [form = ''] = question.split(' ');
  const frames = question.slice(form.length + 1).split(' ; ');
  const wayOf = (text: string): PacketRequest => parsePacketExpression(text.replace(/^cut /, '')).request ?? {};
  const link = Number(/^link(\d+)$/.exec(form)?.[1] ?? 1);
  if (form === 'cooked') {
    const typeOf = (text: string): number => (wayOf(text).dir === 'out' ? 4 : 0);
    return pcap(
      frames.map((text) => frameOf(text, (packet) => cooked(packet, typeOf(text)))),
      { link: 113 },
    );
  }
  if (form !== 'ng') {
    const whole = pcap(
      frames.map((text) => frameOf(text, ethernet)),
      { link },
    );
    return form === 'ended' ? whole.subarray(0, -9) : whole;
  }
  const names = frames.map((text) => wayOf(text).iface ?? wayOf(text).oface ?? 'any');
  const interfaces = [...new Set(names)].map((name) => ({ link: 1, name }));
  return pcapng(
    frames.map((text, i) => ({
      bytes: frameOf(text, ethernet),
      iface: interfaces.findIndex(({ name }) => name === names[i]),
      ...(wayOf(text).dir && { flags: wayOf(text).dir === 'out' ? 2 : 1 }),
    })),
    { interfaces },
  );
}

/** Captures, and texts that show packets, `⏎` between their lines: the table of their flows. */
answersOf(path.join(import.meta.dirname, 'captures.txt'), async (text, section) => {
  const ground = { ...fileOf(section), overrides: undefined };
  const table = new CaptureTable('c.txt');
  const isText = !/^(?:ethernet|cooked|ended|ng|link\d+) /.test(text);
  await table.read(isText ? utf8Bytes(text) : captureOf(text), ground, () => Promise.resolve());
  const { rows, ...view } = table.view(ground);
  return [...outlineOf(view), ...rows.flatMap((row) => itemLines(row))];
});

function itemLines(row: object): readonly string[] {
  return outlineOf([row]);
}

const SHARED: Readonly<Record<string, (trace: SharedTrace) => string>> = {
  mermaid: traceMermaid,
  html: traceHtml,
  svg: (trace) => traceSvg(trace, 'dark').svg,
  text: ({ input, assumed }) => traceText(input, assumed),
  markdown: ({ input, assumed }) => traceMarkdown(input, assumed),
};

/** A trace as others get it: its form and the packet; behind ` | ` the number of the outcome, and what is tried. */
answersOf(path.join(import.meta.dirname, 'shared.txt'), (question, section) => {
  const { model, dump } = fileOf(section);
  const [form = ''] = question.split(' ');
  const [expression = '', path = '1', ...whatIf] = question.slice(form.length + 1).split(' | ');
  const asked = { expression, outcome: Number(path) - 1, answers: {}, overrides: undefined };
  const { input } = evaluate(model, dump, asked);
  if (!input) throw new Error(`${expression} cannot be traced`);
  const trace = {
    input: { ...input, whatIf },
    assumed: ['The file states no sockets.'],
    file: 'rules.v4',
    journey: ALONE,
  };
  return (SHARED[form]?.(trace) ?? '')
    .replaceAll('><', '>\n<')
    .split('\n')
    .filter((line) => line.trim() !== '');
});
