import type { Walked } from '../core/netfilter/events';
import type { TraceSetting } from '../core/netfilter/trace';

/** Host, rules and answers of one path, to trace another packet there. */
export function settingOfPath({ on }: Walked, setting: TraceSetting): TraceSetting {
  if (!on) return setting;
  const answers = new Map([...(setting.answers ?? []), ...on.answers.map(({ key, value }) => [key, value] as const)]);
  return { ...setting, host: on.host, ruleSets: on.ruleSets ?? setting.ruleSets, answers };
}
