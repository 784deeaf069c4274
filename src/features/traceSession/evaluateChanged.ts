import { madeWords, type Ground } from '../whatIf/ground';
import { evaluate, type Evaluation, type Wanted } from './evaluate';
import { hostOverrides, type HostChanges } from './hostFields';

export interface ChangedEvaluation {
  readonly evaluation: Evaluation;
  /** The host as the user has changed it; undefined: as the file states it. */
  readonly overrides: unknown;
  /** By field of the host: why the user's value cannot be used. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Evaluates on the host of the file with what the user has changed of it. */
export function evaluateChanged(
  { model, dump, made }: Pick<Ground, 'model' | 'dump' | 'made'>,
  asked: Omit<Wanted, 'overrides'>,
  changes: HostChanges,
): ChangedEvaluation {
  const wanted = made.length === 0 ? asked : { ...asked, whatIf: made.map(madeWords) };
  const plain = evaluate(model, dump, { ...wanted, overrides: undefined });
  if (Object.keys(changes).length === 0) return { evaluation: plain, overrides: undefined, problems: new Map() };
  const { overrides, problems } = hostOverrides(plain.setting.ownFile, plain.setting.setting.host, changes);
  return problems.size > 0 || overrides === undefined
    ? { evaluation: plain, overrides: undefined, problems }
    : { evaluation: evaluate(model, dump, { ...wanted, overrides }), overrides, problems };
}
