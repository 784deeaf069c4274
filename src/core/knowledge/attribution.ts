/**
 * The programs whose chains, marks or processes are in a file, asked by their names. Undefined where there is no file
 * to ask.
 */
export type Programs = { has(program: string): boolean } | undefined;

/**
 * How a meaning that a program gives is worded: as it is where the program is in the file, or where there is no file;
 * else as the program's, `in X, …`, so that it is not taken for a fact about the file.
 */
export function attributed(meaning: string, program: string | undefined, programs: Programs): string {
  return isHere(program, programs) ? meaning : `in ${program ?? ''}, ${meaning}`;
}

/** Everyone's, or of a program that is in the file; also where there is no file. */
export function isHere(program: string | undefined, programs: Programs): boolean {
  return program === undefined || programs === undefined || programs.has(program);
}
