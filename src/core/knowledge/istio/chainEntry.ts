import { type ChangedBy, type Paragraph } from '../facts';
import { type RuleSetView } from '../view';
import { type IstioProfile } from './profile';

/** One chain that Istio has made; several entries share a name where table or mode gives it another meaning. */
export interface IstioChain {
  readonly name: string;
  readonly table: string;
  readonly mode: 'sidecar' | 'ambient' | 'node';
  readonly family: string;
  readonly title: string | ((ruleSet: RuleSetView | undefined) => string);
  readonly details: readonly Paragraph[];
  /** Said after the releases. */
  readonly more?: string;
  readonly changedBy: readonly ChangedBy[];
  readonly source: string;
  /** What the kernel does, where the rule set shows it; undefined where there is nothing to add. */
  readonly kernelNote?: (ruleSet: RuleSetView | undefined, profile: IstioProfile | undefined) => string | undefined;
  /** True where `kernelNote` itself says what it means that nothing jumps to the chain. */
  readonly statesUncalled?: boolean;
}
