import type { SourceFile } from './sourceFile';

/** The text that the file was read from, byte for byte. */
export function printSourceFile(file: SourceFile): string {
  const parts: string[] = [];
  for (const line of file.lines) parts.push(line.text, line.eol);
  return parts.join('');
}
