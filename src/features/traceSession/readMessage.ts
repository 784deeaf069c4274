import { isRecord } from '../../core/net/jsonFields';
import type { KeptState, ToEditor } from '../../shared/protocol';

/**
 * A message of the trace view, checked part by part: the page is ours, but it may be of another version of the
 * extension, and what is of another type would fail somewhere deep in an evaluation. undefined where it is none.
 */
export function readMessage(message: unknown): ToEditor | undefined {
  if (!isRecord(message) || typeof message.type !== 'string') return undefined;
  const parts = Object.hasOwn(PARTS, message.type) ? PARTS[message.type as ToEditor['type']] : undefined;
  return parts && hasParts(message, parts) ? (message as unknown as ToEditor) : undefined;
}

/** What a page had kept before a reload, possibly of another version of the extension. */
export function isKept(state: unknown): state is KeptState {
  return isRecord(state) && state.version === 1 && hasParts(state, KEPT);
}

type Check = (value: unknown) => boolean;
type PartChecks<T> = { readonly [K in Exclude<keyof T, 'type'>]-?: Check };

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const whole: Check = (value) => Number.isSafeInteger(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const record =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check);

const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const stepId: Check = (value) => {
  if (!isRecord(value) || !whole(value.event)) return false;
  switch (value.kind) {
    case 'event':
      return true;
    case 'rule':
      return whole(value.rule);
    case 'fold':
      return whole(value.from);
    case 'beside':
      return value.why === 'absent' || value.why === 'asleep';
    default:
      return false;
  }
};

const whatIf: Check = (value) =>
  isRecord(value) && text(value.text) && (value.kind === 'typed' || (value.kind === 'off' && whole(value.line)));

const PARTS: { readonly [T in ToEditor['type']]: PartChecks<Extract<ToEditor, { readonly type: T }>> } = {
  ready: { restored: () => true },
  theme: { id: text },
  trace: { expression: text },
  complete: { id: whole, text, column: whole, asked: flag },
  pin: { expression: text, pinned: flag },
  'set-field': { name: text, value: text },
  'choose-dump': { id: text },
  'choose-scenario': { id: text },
  'choose-outcome': { index: whole },
  'choose-leg': { id: text },
  'show-ways': { shown: flag },
  'choose-way-leg': { way: text, id: text },
  'paste-trace': { text },
  'capture-file': { name: text, bytes: (value) => value instanceof Uint8Array },
  'capture-rows': { from: whole },
  'capture-again': {},
  'capture-iface': { name: text },
  'close-capture': {},
  'show-reply': { shown: flag },
  answer: { question: text, chosen: maybe(whole) },
  select: { revision: whole, step: stepId, reveal: flag },
  'open-line': { line: whole },
  expand: { revision: whole, run: stepId, from: whole, count: whole },
  revert: {},
  find: { revision: whole, text },
  'ask-remedies': { revision: whole },
  'what-if': { text },
  'what-if-step': { revision: whole, step: stepId },
  'what-if-remedy': { revision: whole, index: whole },
  'what-if-back': { index: maybe(whole) },
  'what-if-copy': {},
  'copy-remedy': { revision: whole, index: whole },
  'try-remedy': { revision: whole, index: whole },
  'add-expectation': {},
  copy: { format: (value) => value === 'text' || value === 'markdown' },
  share: {},
  drawn: { png: (value) => value instanceof Uint8Array },
};

const KEPT: Readonly<Record<Exclude<keyof KeptState, 'version'>, Check>> = {
  uri: text,
  dump: maybe(text),
  scenario: maybe(text),
  expression: text,
  outcome: whole,
  step: maybe(stepId),
  answers: record(flag),
  hostFields: record(text),
  tables: maybe(record(text)),
  reply: maybe(flag),
  ways: maybe(flag),
  kernel: maybe(whole),
  recent: maybe(list(text)),
  pinned: maybe(list(text)),
  whatIf: maybe(list(whatIf)),
};

function hasParts(value: Readonly<Record<string, unknown>>, parts: Readonly<Record<string, Check>>): boolean {
  // JSON knows no undefined, so what was undefined may come as null.
  return Object.entries(parts).every(([name, check]) => check(value[name] ?? undefined));
}
