import type { SourceFile } from '../../src/core/syntax/sourceFile';
import type { Line } from '../../src/core/syntax/tree';

/** Everything a file says, as data that can be compared. */
export function plainFile(file: SourceFile): unknown {
  return {
    lines: file.lines.map(plainLine),
    shapes: [...file.shapes],
    problems: file.problems.map((problem) => ({ ...problem, line: problem.line.index })),
    sections: file.sections.map(
      (section) =>
        JSON.parse(
          JSON.stringify(section, (key, value: unknown) =>
            key === 'line'
              ? (value as Line).index
              : key === 'lines'
                ? (value as Line[]).map((line) => [line.index, line.text])
                : value,
          ),
        ) as unknown,
    ),
  };
}

function plainLine(line: Line): unknown {
  const node = line.node;
  const parts =
    node.kind === 'command'
      ? [
          node.operation,
          node.program,
          node.table,
          node.operationWord,
          node.chain,
          node.position,
          node.argument,
          node.counters,
          node.words,
          node.trailingComment,
        ]
      : node;
  return {
    index: line.index,
    text: line.text,
    eol: line.eol,
    contentStart: line.contentStart,
    shape: line.shape,
    problems: line.problems,
    parts,
    embedded: line.embedded?.map(plainLine),
  };
}
