import { lineWords } from '../../core/syntax/typedLine';
import type { Assumption } from '../../core/netfilter/assumption';
import type { HostAnswer, Proviso, Walked } from '../../core/netfilter/events';
import { addressOfGroupKey, addressOfOwnKey } from '../possibleHosts/hostKeys';
import { hostWords } from '../traceReport/questions';
import { placeText } from './passedRules';
import type { Assumed, Settings } from './settings';

/** Something that a path takes for granted, with what one writes to say that it is so. */
export interface Premised {
  /** The same question has the same key. */
  readonly key: string;
  readonly value: boolean;
  /** One of several things that may be so. */
  readonly choice: boolean;
  /** It is drawn at random. */
  readonly chance: boolean;
  /** A clause that goes after "if". */
  readonly words: string;
  /** The line that states it; empty where there is none. */
  readonly say: string;
}

/** Whether what the lines say rules a path out. */
export function isExcluded({ assumptions, on }: Walked, { assumed }: Settings): boolean {
  return [...assumed.values()].some(
    (said) =>
      assumptions.some((assumption) => contradicts(said, assumption)) ||
      (said.rule === undefined && (on?.answers ?? []).some((answer) => contradictsAnswer(said, answer))),
  );
}

/** Of several things that may be so, the one that is said to be so rules out the others. */
function contradictsAnswer(said: Assumed, { what, value, stem }: HostAnswer): boolean {
  if (said.what === what) return said.value !== value;
  return stem !== undefined && said.value && said.what?.startsWith(stem) === true;
}

function contradicts({ rule, what, value }: Assumed, assumption: Assumption): boolean {
  if (rule !== undefined && !isRule(rule, assumption)) return false;
  const same = what === undefined || (rule === undefined ? assumption.match === what : assumption.match.includes(what));
  // Of several things that a target may do, the one that is said to be so rules out the others.
  if (assumption.choice && assumption.value && rule !== undefined) return same !== value;
  return same && assumption.value !== value;
}

/** `INPUT:4`, `filter/INPUT:4`. */
function isRule(text: string, { rule }: Assumption): boolean {
  return text === placeText(rule) || text === `${rule.chain.name}:${rule.number}`;
}

/** What a path depends on and nothing says. */
export function openProvisos({ provided = [] }: Walked, { assumed }: Settings): readonly Proviso[] {
  return provided.filter(
    ({ what }) => ![...assumed.values()].some((said) => said.rule === undefined && said.value && said.what === what),
  );
}

export function ofProviso({ what, table }: Proviso): Pick<Premised, 'words' | 'say'> {
  const isSysctl = /^[\w.-]+ is -?\d+$/.test(what);
  const ofTable = table === undefined ? undefined : / of table (\w+)$/.exec(what)?.[1];
  return {
    words: what,
    say: isSysctl
      ? `sysctl ${what.replace(' is ', ' = ')}`
      : ofTable !== undefined && table !== undefined
        ? `@table ${table.replace(/ \d+$/, '')}=${ofTable}`
        : what.includes('"')
          ? ''
          : `assume "${what}"`,
  };
}

/** Everything that had to be assumed to come to a path. */
export function premisesOfPath({ assumptions, on }: Walked): readonly Premised[] {
  return [...(on?.answers ?? []).map(ofAnswer), ...assumptions.filter(({ settled }) => !settled).map(ofAssumption)];
}

function ofAnswer(answer: HostAnswer): Premised {
  const { what, value, choice, word, key } = answer;
  const own = addressOfOwnKey(key);
  const group = addressOfGroupKey(key);
  const fact = own !== undefined ? `own ${own}` : group === undefined ? '' : `joined ${group}`;
  return {
    key: choice ? what : key,
    value,
    choice,
    chance: false,
    words: hostWords(answer),
    say: fact !== '' ? `${value ? '' : 'not '}${fact}` : word === '' ? '' : `"${word}" in the packet`,
  };
}

function ofAssumption(assumption: Assumption): Premised {
  const { rule, match, value, choice, key, probability } = assumption;
  const place = placeText(rule);
  const quoted = match.includes('"') ? '' : ` "${match}"`;
  return {
    key,
    value,
    choice,
    chance: probability !== undefined,
    words: `${place} (${lineWords(rule.line)}): ${match}${choice ? '' : value ? ' matches' : ' does not match'}`,
    say: `assume ${place}${choice || quoted !== '' ? quoted : ''} ${value ? 'yes' : 'no'}`,
  };
}
