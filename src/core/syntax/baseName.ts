/** The name of a program without its folder. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
