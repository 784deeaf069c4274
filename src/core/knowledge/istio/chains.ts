import { type ChainKnowledge } from '../facts';
import { condition, shapeOf } from '../shape';
import { chainIn, type RuleSetView } from '../view';
import { isAmbientRule, istioProfile } from './profile';
import { isUncalled } from './earlier';
import { spanText, type ReleaseSpan } from '../releases';
import { chainSpans, type ChainVariant } from './releases';
import { sources } from './settings';
import { entries } from './chainEntries';
import type { IstioChain } from './chainEntry';

export const istioChainNames: readonly string[] = [
  'ISTIO_REDIRECT',
  'ISTIO_IN_REDIRECT',
  'ISTIO_OUTPUT',
  'ISTIO_INBOUND',
  'ISTIO_DIVERT',
  'ISTIO_TPROXY',
  'ISTIO_DROP',
  'ISTIO_OUTPUT_DNS',
  'ISTIO_PRERT',
  'ISTIO_POSTRT',
  'ztunnel-PREROUTING',
  'ztunnel-POSTROUTING',
  'ztunnel-INPUT',
  'ztunnel-OUTPUT',
  'ztunnel-FORWARD',
];

/**
 * What an Istio chain is for; undefined for a name that is not one of Istio's. Without a table the one the chain is
 * best known from is taken; a shared name is decided by the marks in the chain, else by the rest of the rule set.
 */
export function istioChain(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): ChainKnowledge | undefined {
  const sameName = byName.get(name);
  if (sameName === undefined) return undefined;
  const ambient = isAmbient(ruleSet, table, name);
  const fits = (entry: IstioChain): boolean => (entry.mode !== 'sidecar') === ambient;
  const inTable = sameName.filter((entry) => table === undefined || entry.table === table);
  const entry = inTable.find(fits) ?? inTable[0] ?? sameName.find(fits) ?? sameName[0];
  // In a table in which no release has a chain of this name, the name alone is Istio's.
  return entry && knowledgeOf(entry, ruleSet, table === undefined || inTable.length > 0);
}

/** Every meaning of the name, one for each mode and table in which some release has it. */
export function istioChainVariants(name: string): readonly ChainKnowledge[] {
  return entries
    .filter((entry) => entry.name === name)
    .map((entry) => {
      const known = knowledgeOf(entry, undefined, true);
      return { ...known, title: `in ${entry.table}, ${MODES[entry.mode]}: ${known.title}` };
    });
}

const MODES = { sidecar: 'sidecar', ambient: 'ambient', node: 'ambient at the node' } as const;

function knowledgeOf(entry: IstioChain, ruleSet: RuleSetView | undefined, inItsTable: boolean): ChainKnowledge {
  const profile = ruleSet === undefined ? undefined : istioProfile(ruleSet);
  const note =
    (entry.statesUncalled === true ? undefined : uncalledNote(ruleSet, entry)) ?? entry.kernelNote?.(ruleSet, profile);
  const span = inItsTable ? spanOf(entry) : undefined;
  const releases = [span === undefined ? undefined : spanText(span), entry.more]
    .filter((part) => part !== undefined)
    .join('; ');
  return {
    name: entry.name,
    family: entry.family,
    title: typeof entry.title === 'string' ? entry.title : entry.title(ruleSet),
    details: entry.details,
    ...span,
    ...(span === undefined ? {} : { variant: variantOf(entry) }),
    ...(releases === '' ? {} : { versions: releases }),
    changedBy: entry.changedBy,
    sources: [entry.source, ...(note === undefined ? [] : [sources.kernel])],
    verified: true,
    ...(note === undefined ? {} : { kernelNote: note }),
  };
}

function variantOf({ mode, table, name }: IstioChain): string {
  return `${mode} ${table} ${name}`;
}

function spanOf(entry: IstioChain): ReleaseSpan | undefined {
  const key = variantOf(entry);
  return Object.hasOwn(chainSpans, key) ? chainSpans[key as ChainVariant] : undefined;
}

function isAmbient(ruleSet: RuleSetView | undefined, table: string | undefined, name: string): boolean {
  if (ruleSet === undefined) return false;
  const rules = table === undefined ? [] : (chainIn(ruleSet, table, name)?.rules ?? []);
  if (rules.length > 0) {
    if (rules.some((rule) => isAmbientRule(shapeOf(rule)))) return true;
    if (
      rules.some(
        (rule) => condition(shapeOf(rule), 'uid') !== undefined || condition(shapeOf(rule), 'gid') !== undefined,
      )
    )
      return false;
  }
  return istioProfile(ruleSet)?.mode.startsWith('ambient') === true;
}

function uncalledNote(ruleSet: RuleSetView | undefined, entry: IstioChain): string | undefined {
  return isUncalled(chainIn(ruleSet, entry.table, entry.name))
    ? 'Nothing jumps to this chain in this rule set, so its rules are never run.'
    : undefined;
}

const byName: ReadonlyMap<string, readonly IstioChain[]> = new Map(
  entries.map(({ name }) => [name, entries.filter((entry) => entry.name === name)] as const),
);
