import { packs, programOfProcess, programsIn, type Programs } from '../core/knowledge/knowledge';
import { ruleSetOf, sectionsOf, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';

const known = new WeakMap<FileModel, NonNullable<Programs>>();

/** The programs whose chains, logs or processes the file shows: they decide what a number means. */
export function programsOf(model: FileModel): NonNullable<Programs> {
  let programs = known.get(model);
  if (programs === undefined) {
    programs = new ProgramsOfFile(model);
    known.set(model, programs);
  }
  return programs;
}

/** Nothing is searched before it is needed. */
class ProgramsOfFile {
  private beside: ReadonlySet<string> | undefined;

  constructor(private readonly model: FileModel) {}

  has(program: string): boolean {
    this.beside ??= besideRules(this.model);
    return (
      this.beside.has(program) ||
      this.model.dumps.flatMap(sectionsOf).some((section) => programsIn(ruleSetView(ruleSetOf(section))).has(program))
    );
  }
}

/** Those that variables, keys of logs and sockets show. */
function besideRules({ file }: FileModel): ReadonlySet<string> {
  const found = new Set<string>();
  for (const section of file.sections) {
    if (section.kind === 'environment')
      for (const { name, variables } of packs)
        if (section.entries.some(({ key }) => variables?.knowledge(key))) found.add(name);
    if (section.kind !== 'sockets') continue;
    for (const { process } of section.sockets) {
      const program = process === undefined ? undefined : programOfProcess(process);
      if (program !== undefined) found.add(program);
    }
  }
  return found;
}
