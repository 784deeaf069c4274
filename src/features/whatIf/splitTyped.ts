import type { SourceFile } from '../../core/syntax/sourceFile';
import type { WhatIf } from './whatIf';

/**
 * What was typed or pasted, as changes that can be taken back one by one: a line each, but for lines that mean
 * something together only (a loop, a variable, a line that ends with a backslash). `line 12 off` takes a rule of the
 * file out.
 */
export function splitTyped(text: string, file: SourceFile): readonly WhatIf[] {
  const lines = text
    .replace(/\\\r?\n\s*/g, ' ')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.some((line) => TOGETHER.test(line))) return [{ kind: 'typed', text: text.trim() }];
  return lines.map((line) => {
    const number = Number(OFF.exec(line)?.slice(1).find(Boolean));
    const at = file.lines[number - 1];
    return at ? { kind: 'off', line: at.index, text: at.text } : { kind: 'typed', text: line };
  });
}

const OFF = /^(?:line\s+(\d+)\s+off|without\s+line\s+(\d+))$/i;

/** Words that begin or end what a shell reads together, an assignment, a function. */
const TOGETHER =
  /^(?:for|while|until|if|case|do|done|then|else|fi|esac|\{|\})\b|^[A-Za-z_]\w*=|^\w+\s*\(\)|\$\{?[A-Za-z_]|<</;
