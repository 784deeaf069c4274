/**
 * Bob Jenkins' hash of 32-bit words as the kernel's jhash2() computes it (include/linux/jhash.h); unsigned 32 bit. For
 * one to three words it equals jhash_1word() to jhash_3words().
 */
export function jhash(words: readonly number[], seed: number): number {
  const start = (0xdeadbeef + words.length * 4 + seed) | 0;
  const state: HashState = [start, start, start];
  let i = 0;
  for (; words.length - i > 3; i += 3) {
    add(state, words, i);
    mix(state);
  }
  add(state, words, i);
  if (words.length > i) finish(state);
  return state[2] >>> 0;
}

type HashState = [a: number, b: number, c: number];

function add(state: HashState, words: readonly number[], at: number): void {
  state[0] = (state[0] + (words[at] ?? 0)) | 0;
  state[1] = (state[1] + (words[at + 1] ?? 0)) | 0;
  state[2] = (state[2] + (words[at + 2] ?? 0)) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function mix(state: HashState): void {
  let [a, b, c] = state;
  a = (a - c) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = (a - c) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 4);
  b = (b + a) | 0;
  state[0] = a;
  state[1] = b;
  state[2] = c;
}

function finish(state: HashState): void {
  let [a, b, c] = state;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  state[0] = a;
  state[1] = b;
  state[2] = c;
}
