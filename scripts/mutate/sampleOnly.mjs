// A plugin of Stryker: leaves out every mutant that was not drawn. Where nothing was drawn, all are run.

import { readFileSync } from 'node:fs';

/** @type {Readonly<Record<string, readonly string[]>> | undefined} the places drawn in each file, as `line:column-line:column` */
const drawn = process.env.MUTATE_DRAWN ? JSON.parse(readFileSync(process.env.MUTATE_DRAWN, 'utf8')) : undefined;

/** @param {{ start: { line: number, column: number }, end: { line: number, column: number } }} loc */
const key = ({ start, end }) => `${start.line}:${start.column}-${end.line}:${end.column}`;

/** @param {string} place */
const bounds = (place) => place.split(/[:-]/).map(Number);

/** Whether `outer` holds all of `inner`; both are lines and columns. @param {number[]} outer @param {number[]} inner */
function holds([startLine, startColumn, endLine, endColumn], [line, column, lastLine, lastColumn]) {
  return (
    (startLine < line || (startLine === line && startColumn <= column)) &&
    (endLine > lastLine || (endLine === lastLine && endColumn >= lastColumn))
  );
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'sample-only',
    value: {
      /** A node with a drawn place in it has to be entered. @param {any} path */
      shouldIgnore(path) {
        const { loc } = path.node;
        const name = path.hub?.file?.opts?.filename?.replaceAll('\\', '/');
        if (!drawn || !loc || !name) return undefined;
        const places = Object.entries(drawn).find(([file]) => name.endsWith(file))?.[1] ?? [];
        const own = bounds(key(loc));
        return places.some((place) => holds(own, bounds(place))) ? undefined : 'not drawn';
      },
    },
  },
];
