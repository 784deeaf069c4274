import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScript } from './script';

/**
 * `. => Rules, and after `---` a script of steps with what each comes to after ` => `. => `. Several scripts have the
 * same rules.
 */
interface Session {
  readonly name: string;
  readonly rules: string;
  readonly steps: readonly (readonly [step: string, said: string])[];
}

describe('debugging sessions', () => {
  test.each(sessions(readFileSync(new URL('sessions.txt', import.meta.url), 'utf8')))(
    '$name',
    async ({ rules, steps }) => {
      const said = await runScript(
        rules,
        steps.map(([step]) => step),
      );
      expect(steps.map(([step], index) => `${step} => ${said[index]}`)).toEqual(
        steps.map(([step, wanted]) => `${step} => ${wanted}`),
      );
    },
  );
});

function sessions(text: string): readonly Session[] {
  const found: Session[] = [];
  let rules = '';
  for (const part of text.split(/^=== /m).slice(1)) {
    const [heading = '', ...lines] = part.split('\n');
    const rule = lines.indexOf('---');
    if (rule > 0) rules = lines.slice(0, rule).join('\n');
    const steps = lines.slice(rule + 1).filter((line) => line !== '');
    found.push({
      name: heading,
      rules,
      steps: steps.map((line) => {
        const at = line.indexOf(' => ');
        return [line.slice(0, at), line.slice(at + 4)] as const;
      }),
    });
  }
  return found;
}
