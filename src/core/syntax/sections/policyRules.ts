import { addressFamily } from '../family';
import { isOmission } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { PolicyRuleFacts } from '../facts';
import type { Line } from '../tree';

/** Reads the lines of `ip rule`, `32765: from all fwmark 0x539 lookup 133`, in the words of `ip rule add`. */
export function readPolicyRules(reader: SectionReader, from: number): number {
  const { lines, context } = reader;
  let end = from;
  let partial = reader.isFiltered(from) === true;
  for (; end < lines.length; end++) {
    const line = lines[end] as Line;
    if (isOmission(line)) partial = true;
    else if (line.shape !== Shape.IpRule) break;
  }
  const section = reader.slice(from, end);
  const found = section
    .filter(({ shape }) => shape === Shape.IpRule)
    .map((line) => {
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
  reader.take({ kind: 'policy-rules', rules, ...(partial && { partial }), lines: section });
  return end;
}
