import {
  packOfFamily,
  rangeOf,
  rangeText,
  type ProgramPack,
  type VersionEvidence,
  type VersionRange,
} from '../core/knowledge/knowledge';
import type { RulesSection } from '../core/syntax/sourceFile';
import { ruleSetOf, sectionsOf, type Dump, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';

/** The same of the program that a family of chains or rules belongs to, in a sentence. */
export function releasesTextOf(
  model: FileModel,
  section: RulesSection,
  family: string | undefined,
): string | undefined {
  const pack = packOfFamily(family);
  const range = pack && releasesOf(pack, model, section);
  return range && releasesText(range, pack.name);
}

/**
 * The releases of a program that wrote the rules of a section, by all that the file shows of that host: its rule sets
 * and the keys of its log. What these say together is shown at every rule, so no two hovers of a file disagree; where
 * they exclude each other, what the rule set itself says. Undefined where its rules are not those of the program, or
 * nothing is known of its releases.
 */
export function releasesOf(pack: ProgramPack, model: FileModel, section: RulesSection): VersionRange | undefined {
  const own = evidenceOf(pack, section);
  if (own === undefined) return undefined;
  const together = rangeOf(
    evidenceOfHost(
      pack,
      model,
      model.dumps.find((dump) => sectionsOf(dump).includes(section)),
    ),
  );
  return together.contradictory ? rangeOf(own) : together;
}

/** Of rules that were cut out of a dump nothing that is missing counts. */
function evidenceOf({ releases }: ProgramPack, section: RulesSection): readonly VersionEvidence[] | undefined {
  const evidence = releases?.evidence(ruleSetView(ruleSetOf(section)));
  return section.fragment === true ? evidence?.filter(({ absent }) => absent !== true) : evidence;
}

/** `Written by X 1.12.2 or a later 1.12: …`, with the findings that bound the releases and their lines. */
function releasesText(range: VersionRange, program: string): string {
  if (range.contradictory) return `Rules ${rangeText(range)}: two installations, or rules changed by hand.`;
  const bounds = [
    range.evidence.find(({ from }) => from !== undefined && from === range.from),
    range.evidence.find(({ to }) => to !== undefined && to === range.to),
  ];
  const sources = [...new Set(bounds.filter((each) => each !== undefined))].map(({ text, line }) =>
    line === undefined ? text : `line ${line + 1}, ${text}`,
  );
  return `Written by ${program} ${rangeText(range)}${sources.length === 0 ? '' : ` (${sources.join('; ')})`}.`;
}

type ByHost = Map<number | undefined, readonly VersionEvidence[]>;

const known = new WeakMap<FileModel, Map<ProgramPack, ByHost>>();

function evidenceOfHost(pack: ProgramPack, model: FileModel, dump: Dump | undefined): readonly VersionEvidence[] {
  let packsOf = known.get(model);
  if (packsOf === undefined) known.set(model, (packsOf = new Map<ProgramPack, ByHost>()));
  const hosts: ByHost = packsOf.get(pack) ?? new Map<number | undefined, readonly VersionEvidence[]>();
  packsOf.set(pack, hosts);
  let evidence = hosts.get(dump?.host);
  if (evidence === undefined) {
    const rules = model.dumps
      .filter((each) => sectionsOf(each).some((section) => evidenceOf(pack, section) !== undefined))
      .filter(({ host }) => host === dump?.host)
      .flatMap(sectionsOf)
      .flatMap((section) => evidenceOf(pack, section) ?? []);
    // Of several logs nobody says which one is of which host; one is of all states that the file shows.
    const logs = model.file.sections.filter(
      (section) => section.kind === 'environment' && section.title !== 'environment',
    ).length;
    evidence = [...rules, ...(logs <= 1 ? keysOf(pack, model) : [])];
    hosts.set(dump?.host, evidence);
  }
  return evidence;
}

/** The keys of the program's log that not every release prints. */
function keysOf({ releases }: ProgramPack, model: FileModel): readonly VersionEvidence[] {
  return model.file.sections.flatMap((section) =>
    section.kind === 'environment'
      ? section.entries.flatMap(({ key, line }): VersionEvidence[] => {
          const found = releases?.ofKey(key, section.title);
          return found === undefined ? [] : [{ ...found, line: line.index }];
        })
      : [],
  );
}
