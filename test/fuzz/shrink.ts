import type { Json } from './kind';

/**
 * The smallest input, as far as `tries` go, that still fails: texts and lists lose halves, quarters … single pieces,
 * objects lose their parts, numbers become 0. `fails` is asked of each candidate.
 */
export function shrink(input: Json, fails: (candidate: Json) => boolean, tries: number): Json {
  let best = input;
  let left = tries;
  for (let progress = true; progress && left > 0;) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (left-- <= 0) break;
      if (!fails(candidate)) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

function* smaller(json: Json): Generator<Json> {
  if (typeof json === 'string') yield* shorter(json, (parts) => parts.join(''), [...splitUp(json)]);
  else if (typeof json === 'number') {
    if (json !== 0) yield 0;
    if (Math.abs(json) > 1) yield Math.trunc(json / 2);
  } else if (typeof json === 'object' && json !== null) {
    if (isList(json)) {
      yield* shorter(json, (parts) => parts, [...json]);
      for (const [i, item] of json.entries())
        for (const each of smaller(item)) yield json.map((other, at) => (at === i ? each : other));
    } else {
      const entries = Object.entries(json);
      for (const [name] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== name));
      for (const [name, value] of entries)
        for (const each of smaller(value))
          yield Object.fromEntries(entries.map(([other, kept]) => [other, other === name ? each : kept]));
    }
  }
}

/** By lines where there are many characters, then by characters. */
function splitUp(text: string): readonly string[] {
  return text.length > 200 ? text.split(/(?<=\n)|(?<= )/) : text.split('');
}

function* shorter<T, R extends Json>(whole: R, join: (parts: readonly T[]) => R, parts: readonly T[]): Generator<R> {
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < parts.length; at += size) {
      const rest = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (rest.length < parts.length) yield join(rest);
    }
  }
  if (typeof whole === 'string' && whole.length > 200)
    yield* shorter<string, R>(
      whole,
      (characters) => characters.join('') as R,
      whole.slice(0, 400).split('').concat(whole.slice(400)),
    );
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
