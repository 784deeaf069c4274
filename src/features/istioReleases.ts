import {
  istioVersions,
  rangeOf,
  rangeText,
  type VersionEvidence,
  type VersionRange,
} from '../core/knowledge/istio/versions';
import { variableKnowledge } from '../core/knowledge/knowledge';
import type { RulesSection } from '../core/syntax/tree';
import { ruleSetOf, sectionsOf, type Dump, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';

/**
 * The releases of Istio that wrote the rules of a section, by all that the file shows of that host: its rule sets and
 * the keys of its log. What these say together is told at every rule, so no two hovers of a file disagree; where they
 * exclude each other, what the rule set itself says. Undefined where its rules are none of Istio's.
 */
export function istioReleasesOf(model: FileModel, section: RulesSection): VersionRange | undefined {
  const own = evidenceOf(section);
  if (own === undefined) return undefined;
  const together = rangeOf(
    evidenceOfHost(
      model,
      model.dumps.find((dump) => sectionsOf(dump).includes(section)),
    ),
  );
  return together.contradictory ? rangeOf(own) : together;
}

/** Of rules that were cut out of a dump nothing that is missing counts. Undefined where they are none of Istio's. */
function evidenceOf(section: RulesSection): readonly VersionEvidence[] | undefined {
  const evidence = istioVersions(ruleSetView(ruleSetOf(section)))?.evidence;
  return section.fragment === true ? evidence?.filter(({ absent }) => absent !== true) : evidence;
}

/** `Written by Istio 1.12.2 or a later 1.12: …`, with the findings that bound the releases and their lines. */
export function releasesText(range: VersionRange): string {
  if (range.contradictory) return `Rules ${rangeText(range)}: two installations, or rules changed by hand.`;
  const bounds = [
    range.evidence.find(({ from }) => from !== undefined && from === range.from),
    range.evidence.find(({ to }) => to !== undefined && to === range.to),
  ];
  const told = [...new Set(bounds.filter((each) => each !== undefined))].map(({ text, line }) =>
    line === undefined ? text : `line ${line + 1}, ${text}`,
  );
  return `Written by Istio ${rangeText(range)}${told.length === 0 ? '' : ` (${told.join('; ')})`}.`;
}

const known = new WeakMap<FileModel, Map<number | undefined, readonly VersionEvidence[]>>();

function evidenceOfHost(model: FileModel, dump: Dump | undefined): readonly VersionEvidence[] {
  let hosts = known.get(model);
  if (hosts === undefined) known.set(model, (hosts = new Map<number | undefined, readonly VersionEvidence[]>()));
  let evidence = hosts.get(dump?.host);
  if (evidence === undefined) {
    const ofIstio = model.dumps.filter((each) => sectionsOf(each).some((section) => evidenceOf(section) !== undefined));
    const rules = ofIstio
      .filter(({ host }) => host === dump?.host)
      .flatMap(sectionsOf)
      .flatMap((section) => evidenceOf(section) ?? []);
    // Of several logs nobody says which one is of which host; one is of all states that the file shows.
    const logs = model.file.sections.filter(
      (section) => section.kind === 'environment' && section.title !== 'environment',
    ).length;
    evidence = [...rules, ...(logs <= 1 ? keysOf(model) : [])];
    hosts.set(dump?.host, evidence);
  }
  return evidence;
}

/** The keys of istio-init's log that not every release prints. */
function keysOf(model: FileModel): readonly VersionEvidence[] {
  return model.file.sections.flatMap((section) => {
    if (section.kind !== 'environment') return [];
    return section.entries.flatMap(({ key, line }): VersionEvidence[] => {
      // It has been below “Environment” since 1.3, before that below “Variables”.
      if (key === 'INBOUND_CAPTURE_PORT')
        return section.title === 'environment'
          ? [{ text: `${key} in the log`, from: '1.3', line: line.index }]
          : [{ text: `${key} in the log`, to: '1.2', line: line.index }];
      const fact = variableKnowledge(key);
      if (fact?.since === undefined && fact?.until === undefined) return [];
      return [
        {
          text: `${key} in the log`,
          ...(fact.since === undefined ? {} : { from: fact.since }),
          ...(fact.until === undefined ? {} : { to: fact.until }),
          line: line.index,
        },
      ];
    });
  });
}
