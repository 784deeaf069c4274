import type { RuleShape } from '../shape';
import type { ChainView, RuleSetView, RuleView } from '../view';
import type { IstioProfile } from './profile';

/** A rule of nat ISTIO_OUTPUT, with its chain and what is known of the pod. */
export interface OutputRule {
  readonly ruleSet: RuleSetView;
  readonly profile: IstioProfile;
  readonly chain: ChainView;
  readonly rule: RuleView;
  readonly shape: RuleShape;
}
