// Writes the lists of matches and targets from the files that are there, so that adding one touches its own file only.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(new URL('..', import.meta.url)), 'src/core/xtables');

export function writeRegistry() {
  for (const [folder, type, list] of [
    ['matches', 'MatchExtension', 'MATCHES'],
    ['targets', 'TargetExtension', 'TARGETS'],
  ]) {
    const names = readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .map((file) => file.slice(0, -3))
      .sort();
    const text = [
      '// Written by scripts/registry.mjs from the files in this folder. Do not edit.',
      `import type { ${type} } from '../extension';`,
      ...names.map((name) => `import { ${name} } from './${name}';`),
      '',
      `export const ${list}: readonly ${type}[] = [${names.join(', ')}];`,
      '',
    ].join('\n');
    const file = join(root, folder, 'index.ts');
    let old = '';
    try {
      old = readFileSync(file, 'utf8');
    } catch {
      /* not there yet */
    }
    if (old !== text) writeFileSync(file, text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeRegistry();
