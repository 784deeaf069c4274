import { parseSourceFile } from '../../core/syntax/parse';
import { modelOf, type FileModel } from '../../features/fileModel';
import type { Expectation, LineError } from '../../features/expectations/expectation';
import {
  hasMarkedExpectations,
  readExpectations,
  type ExpectationForm,
} from '../../features/expectations/readExpectations';
import { isExpectationFile, mayHaveMarked, rulesBeside } from '../../features/expectations/rulesBeside';
import type { HostFile } from '../../features/expectations/runExpectation';
import { UsageError } from '../arguments';

/** What the command needs of a file system; names are as the user gave them, joined with `/`. */
export interface TestFileSystem {
  /** Throws a UsageError where it cannot be read. */
  readonly read: (name: string) => string;
  readonly write: (name: string, text: string) => void;
  readonly isFolder: (name: string) => boolean;
  /** The names in a folder, and which of them are folders; links are not followed. */
  readonly list: (
    folder: string,
  ) => readonly { readonly name: string; readonly folder: boolean; readonly size: number }[];
}

/** A file with expectations. */
export interface TestFile {
  readonly name: string;
  readonly text: string;
  readonly form: ExpectationForm;
  readonly expectations: readonly Expectation[];
  readonly errors: readonly LineError[];
}

/** Folders are not searched any deeper, nor for more files. */
const DEEPEST = 20;
const MOST_FILES = 20_000;
/** In bytes: nobody writes expectations into larger files. */
const LARGEST = 20_000_000;

/** The files with expectations that names and folders stand for. */
export function findTestFiles(names: readonly string[], files: TestFileSystem): readonly TestFile[] {
  const found = names.flatMap((name) => {
    if (name === '-' || !files.isFolder(name)) return [readTestFile(name, files)];
    const inFolder = testFilesIn(name, files);
    if (inFolder.length === 0)
      throw new UsageError(`${name}: there is no *.iptest in this folder, and no file of rules with "# expect:" lines`);
    return inFolder;
  });
  const byName = new Map<string, TestFile>();
  for (const file of found) if (!byName.has(file.name)) byName.set(file.name, file);
  return [...byName.values()];
}

function readTestFile(name: string, files: TestFileSystem): TestFile {
  const text = files.read(name);
  const iptest = isExpectationFile(name) || (name === '-' && !hasMarkedExpectations(text));
  const file = testFileOf(name, text, iptest ? 'iptest' : 'marked');
  if (file.expectations.length === 0 && file.errors.length === 0)
    throw new UsageError(
      iptest
        ? `${name}: there are no expectations in it, such as "in eth0 tcp > :22 => ACCEPT"`
        : `${name}: there are no expectations in it, such as "# expect: in eth0 tcp > :22 => ACCEPT"`,
    );
  return file;
}

function testFileOf(name: string, text: string, form: ExpectationForm): TestFile {
  const { expectations, errors } = readExpectations(text, form);
  return { name, text, form, expectations, errors };
}

function testFilesIn(folder: string, files: TestFileSystem): readonly TestFile[] {
  const found: TestFile[] = [];
  let count = 0;
  const visit = (at: string, depth: number): void => {
    if (depth > DEEPEST) return;
    const entries = [...files.list(at)].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, folder: isFolder, size } of entries) {
      const path = at === '.' ? name : `${at.replace(/\/+$/, '')}/${name}`;
      if (isFolder) {
        if (!name.startsWith('.') && name !== 'node_modules') visit(path, depth + 1);
        continue;
      }
      if (size > LARGEST || !(isExpectationFile(name) || mayHaveMarked(name))) continue;
      if (++count > MOST_FILES)
        throw new UsageError(
          `${folder}: there are more than ${MOST_FILES} files to search; name the files or a smaller folder`,
        );
      const text = files.read(path);
      if (!isExpectationFile(name) && !hasMarkedExpectations(text)) continue;
      const file = testFileOf(path, text, isExpectationFile(name) ? 'iptest' : 'marked');
      if (file.expectations.length > 0 || file.errors.length > 0) found.push(file);
    }
  };
  visit(folder, 0);
  return found;
}

/** The rules that are tested: each file is read once, and every file that was read is known. */
export class RulesFiles {
  private readonly models = new Map<string, FileModel | { readonly problem: string }>();
  /** Everything that was read beside the files with expectations. */
  readonly names = new Set<string>();

  constructor(private readonly files: TestFileSystem) {}

  /** The name of the file with the rules for an expectation, or what is wrong. */
  nameFor(
    { name, form }: TestFile,
    written: string | undefined,
  ): { readonly name: string } | { readonly problem: string } {
    if (form === 'marked') return { name };
    const [folder, file] = split(name);
    if (written !== undefined) return { name: join(folder, written) };
    if (name === '-') return { problem: 'standard input has no file beside it: name the rules with "@file NAME"' };
    const siblings = this.siblings(folder);
    const found = rulesBeside(file, siblings);
    return 'name' in found ? { name: join(folder, found.name) } : found;
  }

  modelOf(name: string, text: string | undefined): FileModel | { readonly problem: string } {
    const known = this.models.get(name) ?? this.read(name, text);
    this.models.set(name, known);
    return known;
  }

  hostFile(of: TestFile, written: string): HostFile {
    const name = join(split(of.name)[0], written);
    this.names.add(name);
    try {
      return { value: JSON.parse(this.files.read(name)) as unknown };
    } catch (error) {
      return {
        problem:
          error instanceof UsageError
            ? error.message
            : `${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  private read(name: string, text: string | undefined): FileModel | { readonly problem: string } {
    this.names.add(name);
    try {
      return modelOf(parseSourceFile(text ?? this.files.read(name), { fileName: name }));
    } catch (error) {
      if (error instanceof UsageError) return { problem: error.message };
      throw error;
    }
  }

  private siblings(folder: string): readonly string[] {
    return this.files.list(folder === '' ? '.' : folder).flatMap((each) => (each.folder ? [] : [each.name]));
  }
}

/** The folder of a name, `` where it has none, and the name in it. */
function split(name: string): readonly [folder: string, file: string] {
  const slash = Math.max(name.lastIndexOf('/'), process.platform === 'win32' ? name.lastIndexOf('\\') : -1);
  return slash < 0 ? ['', name] : [name.slice(0, slash === 0 ? 1 : slash), name.slice(slash + 1)];
}

function join(folder: string, name: string): string {
  const absolute = name.startsWith('/') || /^[a-z]:[\\/]/i.test(name);
  return folder === '' || absolute ? name : `${folder.replace(/\/+$/, '')}/${name}`;
}
