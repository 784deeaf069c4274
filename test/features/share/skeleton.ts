import { expect } from 'vitest';

/** What is left of a form without its texts: tags with their names, or the kinds of the lines of a diagram. */
export function skeleton(form: string, text: string): readonly string[] {
  if (form === 'mermaid') {
    const words = text.replace(/^ {2}P\d+(--?>>|-x)P\d+/gm, '').replace(/#\d+;/g, '');
    expect(words).not.toMatch(/[<>&"'`;#%\\{}[\]\x00-\x09\x0b-\x1f\u202e\u200b]/);
    return text.split('\n').map((line) => line.replace(/( as |: ).*$/, ''));
  }
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e\u200b]/);
  return [...text.matchAll(/<(\/?[a-zA-Z!][\w]*)/g)].map(([, tag]) => tag ?? '');
}
