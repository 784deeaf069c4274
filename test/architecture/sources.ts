import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const root = path.resolve(import.meta.dirname, '../..');

/** A source file of the project, its path from the root with `/`. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** One import of a source file, whatever its form. */
export interface Import {
  /** As written: `../text/columns`, `vscode`, `node:fs`. */
  readonly specifier: string;
  /** True where nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/**
 * All TypeScript files below a folder of the project, or those with another ending, in order of their names; none where
 * there is no such folder yet.
 */
export function sources(folder: string, ending = '.ts'): readonly Source[] {
  const key = `${folder}/*${ending}`;
  const known = read.get(key) ?? readSources(folder, ending);
  read.set(key, known);
  return known;
}

/** The test files share what was read. */
const read = new Map<string, readonly Source[]>();
const imports = new WeakMap<Source, readonly Import[]>();

function readSources(folder: string, ending: string): readonly Source[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** `import`, `export … from`, `import()`, `require()` and `import('…').Type`, in the order written. */
export function importsOf(source: Source): readonly Import[] {
  const known = imports.get(source) ?? readImports(source);
  imports.set(source, known);
  return known;
}

function readImports(source: Source): readonly Import[] {
  const found: Import[] = [];
  visit(source, (node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({
        specifier: node.moduleSpecifier.text,
        typeOnly: ts.isImportDeclaration(node) ? isTypeImport(node) : node.isTypeOnly,
      });
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push({ specifier: node.argument.literal.text, typeOnly: true });
    } else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
    ) {
      const [argument] = node.arguments;
      found.push({
        specifier: argument && ts.isStringLiteralLike(argument) ? argument.text : '(computed)',
        typeOnly: false,
      });
    }
  });
  return found;
}

/** Calls `look` with every node of the file, outer nodes first. */
export function visit({ file, text }: Source, look: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    look(node);
    ts.forEachChild(node, descend);
  };
  descend(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
}

function isTypeImport({ importClause: clause }: ts.ImportDeclaration): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    !clause.name &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly)
  );
}
