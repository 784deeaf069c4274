import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { PolicyRuleFacts } from '../facts';

/** Reads the lines of `ip rule`, `32765: from all fwmark 0x539 lookup 133`, in the words of `ip rule add`. */
export function readPolicyRules(reader: SectionReader, from: number): number {
  const { lines, context } = reader;
  let end = from;
  while (lines[end]?.shape === Shape.IpRule) end++;
  const section = reader.slice(from, end);
  const found = section.map((line) => {
    const [, priority = '', rest = ''] = /^(\d+):[ \t]*(.*)/s.exec(line.text.slice(line.contentStart).trim()) ?? [];
    const words = rest
      .replace(/[ \t]+/g, ' ')
      .replace(/ \[detached\]/g, '')
      .trim();
    const family = words
      .split(' ')
      .map(addressFamily)
      .find((one) => one !== undefined);
    return { family, words: `${words} pref ${priority}`, line };
  });
  const stated = context.family ?? found.find((rule) => rule.family !== undefined)?.family ?? 4;
  const rules = found.map((rule): PolicyRuleFacts => ({ ...rule, family: rule.family ?? stated }));
  reader.take({ kind: 'policy-rules', rules, lines: section });
  return end;
}
