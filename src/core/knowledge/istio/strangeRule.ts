import { text, type RuleKnowledge } from '../facts';
import { shapeOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import type { IstioProfile } from './profile';
import { lineOf } from './earlier';
import { NEWEST_READ } from './releases';
import { sources } from './settings';
import { istioVersions } from './versions';
import { rangeOf, rangeText } from '../releases';

/**
 * The title of a rule in an Istio chain that no release of Istio writes, where the releases of the other rules are
 * known.
 */
export const notIstios = 'Not a rule that Istio writes';

/** The same where the other rules may be of a release newer than the facts. */
export const notKnown = `Not a rule of Istio up to ${NEWEST_READ}`;

/** A rule in a chain of Istio that Istio did not write: how certain that is, and what it changes for the traffic. */
export function strangeRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView): RuleKnowledge {
  // Only what the rules show counts here: what is missing may have been removed by the same hand.
  const range = rangeOf((istioVersions(ruleSet)?.evidence ?? []).filter(({ absent }) => absent !== true));
  const certain = range.to !== undefined && !range.contradictory;
  return {
    title: certain ? notIstios : notKnown,
    family: profile.mode.startsWith('sidecar') ? 'Istio sidecar' : 'Istio ambient',
    details: [
      text(
        certain
          ? `The other rules are of Istio ${rangeText(range)}, and no release of these writes a rule of this ` +
              'shape: it was added by hand or by another program.'
          : `It is in a chain of Istio, but no release up to ${NEWEST_READ} writes a rule of this shape: added ` +
              'by hand or by another program, or written by a newer Istio.',
      ),
      text(changes(ruleSet, rule)),
    ],
    changedBy: [],
    sources: [profile.mode.startsWith('sidecar') ? sources.run : sources.ambient],
  };
}

function changes(ruleSet: RuleSetView, rule: RuleView): string {
  const shape = shapeOf(rule);
  const before = chainIn(ruleSet, rule.table, rule.chain)?.rules.find(
    (each) => each.number < rule.number && ends(shapeOf(each)),
  );
  if (before !== undefined) return `It changes nothing: ${lineOf(before)} takes every packet that comes this far.`;
  return `${effect(ruleSet, rule, shape)} It acts before the rules of the chain below it.`;
}

function effect(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): string {
  const { target } = shape;
  switch (target) {
    case undefined:
      return 'It has no target: it counts what it matches, and changes nothing else.';
    case 'RETURN':
      return `What it matches leaves ${rule.chain} here and is not taken by the rules below.`;
    case 'ACCEPT':
      return (
        `What it matches has left table ${rule.table} at this hook: neither the rules below nor those of other ` +
        'programs after Istio’s chain see it.'
      );
    case 'DROP':
    case 'REJECT':
      return 'What it matches is dropped here and reaches neither the proxy nor the application.';
    case 'LOG':
    case 'NFLOG':
    case 'ULOG':
    case 'TRACE':
      return 'It only logs what it matches; the packet goes on to the next rule.';
    case 'REDIRECT':
      return (
        'What it matches goes to port ' +
        `${shape.targetOptions.get('--to-ports') ?? 'of its destination'} of this host.`
      );
    case 'DNAT':
      return `What it matches goes to ${shape.targetOptions.get('--to-destination') ?? 'another address'}.`;
    default:
      return chainIn(ruleSet, rule.table, target) === undefined
        ? `What it matches is given to ${target}.`
        : `What it matches goes through chain ${target} first.`;
  }
}

/** A rule without conditions that lets nothing through to the next one. */
function ends(shape: RuleShape): boolean {
  return shape.form === '' && ['RETURN', 'ACCEPT', 'DROP', 'REJECT'].includes(shape.target ?? '');
}
