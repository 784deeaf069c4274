import path from 'node:path';
import { allTables, type Rule } from '../../../src/core/ruleset/ruleSet';
import { ruleSetOf, type Dump } from '../../../src/features/fileModel';
import { settingOf, tracedInFile } from '../../../src/features/fileTrace';
import { findPacket } from '../../../src/features/findPacket/findPacket';
import { findWords } from '../../../src/features/findPacket/findWords';
import { answersOf } from '../../answers';
import { HOST, rulesOf } from '../rulesInWords';
import { modelOfText } from '../sample';

/**
 * The packet that is found for a rule, or what is said instead, with the packet that is traced then; and after how many
 * tries, where the first one is not enough.
 */
answersOf(path.join(import.meta.dirname, 'found.txt'), (question, section) => {
  const { text, wanted } = rulesOf(question);
  const model = modelOfText(`${text}${section.startsWith('unknown host') ? '' : HOST}`);
  const dump = model.defaultDump as Dump;
  const ruleSet = ruleSetOf(dump.section);
  const rules = allTables(ruleSet).flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules));
  const rule = rules.find(({ chain, line }) => `${chain.table} ${line.text}` === wanted) as Rule;
  const { setting, addressesKnown } = settingOf(model, dump);
  let tries = 0;
  const found = findPacket(setting.host, ruleSet, rule, {
    addressesKnown,
    hostFor(packet) {
      tries++;
      return settingOf(model, dump, { packet }).setting.host;
    },
    onEveryHost: (packet) => tracedInFile(model, dump, packet),
  });
  const after = tries > 1 ? `   (${tries} tries)` : '';
  if (found.kind === 'found')
    return [
      `${found.expression}${after}`,
      ...Object.entries(found.answers ?? {}).map(([key, value]) => `${key}: ${value}`),
    ];
  return [
    ...('nearest' in found && found.nearest !== undefined ? [`${found.nearest}${after}`] : []),
    findWords(found, rule) ?? '',
  ];
});
