import { packs, programOfProcess, programsIn } from '../core/knowledge/knowledge';
import { ruleSetOf, sectionsOf, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';

const known = new WeakMap<FileModel, ReadonlySet<string>>();

/** The programs whose chains, logs or processes the file shows: what a number means is told by them. */
export function programsOf(model: FileModel): ReadonlySet<string> {
  let programs = known.get(model);
  if (programs === undefined) {
    const found = new Set(
      model.dumps.flatMap(sectionsOf).flatMap((section) => [...programsIn(ruleSetView(ruleSetOf(section)))]),
    );
    for (const section of model.file.sections) {
      if (section.kind === 'environment')
        for (const { name, variables } of packs)
          if (section.entries.some(({ key }) => variables?.knowledge(key))) found.add(name);
      if (section.kind !== 'sockets') continue;
      for (const { process } of section.sockets) {
        const program = process === undefined ? undefined : programOfProcess(process);
        if (program !== undefined) found.add(program);
      }
    }
    programs = found;
    known.set(model, programs);
  }
  return programs;
}
