import path from 'node:path';
import { formatAddress, type Address } from '../../../src/core/net/address';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printRuleSet } from '../../../src/features/canonical';
import { allSectionsOf, modelOf, ruleSetOf, type Dump, type FileModel } from '../../../src/features/fileModel';
import { settingOf } from '../../../src/features/fileTrace';
import { copyOf } from '../../../src/features/whatIf/copyOf';
import { goneLines } from '../../../src/features/whatIf/goneLines';
import { groundOf, madeWords } from '../../../src/features/whatIf/ground';
import { splitTyped } from '../../../src/features/whatIf/splitTyped';
import { wordsOf } from '../../../src/features/whatIf/whatIf';
import { withEdits } from '../../../src/features/whatIf/withEdits';
import { answersOf } from '../../answers';
import { TRIED_FILES } from './files';

const MODELS = new Map<string, FileModel>();

function modelOfFile(name: string): FileModel {
  const file = TRIED_FILES[name];
  if (file === undefined) throw new Error(`there is no file ${name}`);
  const fileName = name.includes('script') ? 'rules.sh' : 'notes.md';
  const model = MODELS.get(name) ?? modelOf(parseSourceFile(file, { fileName }));
  MODELS.set(name, model);
  return model;
}

/** `+ line`, `- line`: what one list of lines has and the other has not, in their order. */
function changes(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...before];
  const added = after.filter((line) => {
    const i = left.indexOf(line);
    if (i >= 0) left.splice(i, 1);
    return i < 0;
  });
  return [...left.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

function rulesOf({ dumps }: FileModel): readonly string[] {
  return dumps.flatMap((dump) =>
    allSectionsOf(dump).flatMap((section) => {
      const ruleSet = ruleSetOf(section);
      const chains = [...(ruleSet.native?.tables ?? [])].flatMap(([name, { chains }]) =>
        [...chains.values()].map(
          (chain) =>
            `${name} ${chain.name} ${chain.policy ?? ''}: ${chain.rules.map(({ line }) => line.text.trim()).join('; ')}`,
        ),
      );
      const family = section.family === 6 ? 'IPv6 ' : '';
      return [...printRuleSet(ruleSet).split('\n'), ...chains].map((line) => `${family}${line}`);
    }),
  );
}

function hostOf(model: FileModel, dump: Dump): readonly string[] {
  const { interfaces, routes, policyRules, sysctls, listeners, sets } = settingOf(model, dump).setting.host;
  const address = (of: Address | undefined): string => (of ? formatAddress(of) : '');
  return [
    ...interfaces.map(
      ({ name, addresses }) =>
        `interface ${name}: ${addresses.map((each) => `${address(each.address)}/${each.prefixLength}`).join(' ')}`,
    ),
    ...routes.map(
      ({ type, destination, prefixLength, gateway, device, table, metric }) =>
        `route ${type} ${address(destination.address)}/${prefixLength} via ${address(gateway)} dev ${device} ` +
        `table ${table} metric ${metric}`,
    ),
    ...policyRules.map((each) => `rule ${JSON.stringify(each)}`),
    ...listeners.map(({ protocol, text, process }) => `listener ${protocol} ${text} ${process ?? ''}`),
    ...[...sysctls].map(([name, value]) => `${name} = ${value}`),
    ...[...(sets ?? [])].map(([name, { entries }]) => `set ${name}: ${entries.join(', ')}`),
  ];
}

/**
 * What comes of changes that are tried on the file that the section is named after: the words for them, what changes of
 * the rules and of the host, the lines that count no more, and the file with the changes written into it.
 */
answersOf(path.join(import.meta.dirname, 'tried.txt'), (question, section) => {
  const model = modelOfFile(section);
  const dump = model.dumps[0] as Dump;
  const ground = groundOf(model, dump, splitTyped(question, model.file));
  const { edits, left } = copyOf(ground, model);
  const text = TRIED_FILES[section] ?? '';
  const gone = goneLines(ground, model);
  return [
    ...ground.made.flatMap((made) => {
      const words = madeWords(made).replaceAll('\n', '⏎');
      return words === question ? [] : [words];
    }),
    ...ground.made.flatMap(({ words, problems: [first, ...more] }) => [
      ...(first?.start === undefined ? [] : [`at “${words.slice(first.start, first.end)}”`]),
      ...more.map(({ message }) => `and: ${message}`),
    ]),
    ...changes(rulesOf(model), rulesOf(ground.model)),
    ...changes(hostOf(model, dump), hostOf(ground.model, ground.dump)),
    ...(gone.length > 0 ? [`gone: ${gone.join(', ')}`] : []),
    ...(edits.length > 0
      ? changes(text.split('\n'), (withEdits(text, edits) ?? 'cannot be written').split('\n')).map(
          (line) => `copy ${line}`,
        )
      : []),
    ...left.map((each) => `not in a copy: ${wordsOf(each)}`),
  ];
});
