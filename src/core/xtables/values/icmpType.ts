import { span } from '../../net/fields/fieldTest';
import { fieldCondition, shownField } from '../fieldCondition';
import { icmpTypes } from '../../net/icmpTypes';
import type { Condition } from '../extension';
import { invalid, type InvalidValue, type Remark, type ValueType } from '../option';
import { shownText } from '../shown';
import { readUnsigned } from './integer';
import type { Inverted } from './inverted';
import type { NumberRange } from './number32';
import { leadingNumber } from './strtoul';
import { being } from './denials';

/** An ICMP type with a range of codes. `any` is every type; the IPv4 match alone knows it. */
export interface IcmpTypeValue {
  readonly any: boolean;
  readonly type: number;
  readonly codes: NumberRange<number>;
}

interface Named extends IcmpTypeValue {
  readonly name: string;
  readonly since?: string;
}

const ALL_CODES: NumberRange<number> = [0, 255];
const NAMES: Readonly<Record<4 | 6, readonly Named[]>> = {
  4: [{ name: 'any', any: true, type: 255, codes: ALL_CODES }, ...named(4)],
  6: named(6),
};

function named(family: 4 | 6): readonly Named[] {
  return icmpTypes(family).map(({ name, type, code, since }) => ({
    name,
    any: false,
    type,
    codes: code === undefined ? ALL_CODES : [code, code],
    ...(since === undefined ? {} : { since }),
  }));
}

/**
 * `type[/code]` in numbers, or the beginning of a name in any case, as long as one name only begins so. A range of
 * codes (`3/0:4`) is taken although no manual page speaks of it; iptables-save prints its first code only. Source:
 * iptables 1.8.9, libxt_icmp.h; type 255 of IPv4 stands for any.
 */
export function icmpTypeValue(family: 4 | 6): ValueType<IcmpTypeValue> {
  return {
    metavariable: 'type[/code]|name',
    completions: NAMES[family].map(({ name }) => name),
    parse: (text) => byName(text, family) ?? byNumber(text, family),
    remark: (value, text) => newerName(value, text),
  };
}

function newerName({ since }: Partial<Named>, text: string): Remark | undefined {
  return since === undefined
    ? undefined
    : {
        severity: 'info',
        code: 'newer-version',
        message: `"${text}" is read by iptables ${since} and newer; older ones refuse it`,
      };
}

function byName(text: string, family: 4 | 6): IcmpTypeValue | InvalidValue | undefined {
  const lower = text.toLowerCase();
  const begun = NAMES[family].filter(({ name }) => name.toLowerCase().startsWith(lower));
  // What was clear to 1.8.9 stays so, whatever names came later.
  const ofOld = begun.filter(({ since }) => since === undefined);
  const [first, second] = ofOld.length > 0 ? ofOld : begun;
  if (first === undefined) return undefined;
  return second === undefined
    ? first
    : invalid(`"${text}" begins more than one ICMP type: ${first.name}, ${second.name}`);
}

function byNumber(text: string, family: 4 | 6): IcmpTypeValue | InvalidValue {
  const slash = text.indexOf('/');
  const type = readUnsigned(slash < 0 ? text : text.slice(0, slash), 0, 255);
  if (type === undefined)
    return invalid(
      `"${text}" is neither an ICMP${family === 6 ? 'v6' : ''} type from 0 to 255 nor the beginning of a known name`,
    );
  const codes = slash < 0 ? ALL_CODES : readCodes(text.slice(slash + 1));
  return 'kind' in codes ? codes : { any: family === 4 && type === 255, type, codes };
}

function readCodes(text: string): NumberRange<number> | InvalidValue {
  if (text === '') return invalid('the code after "/" is missing');
  const first = leadingNumber(text);
  if (first === undefined || first.value > 255n) return invalid(`"${text}" is not an ICMP code from 0 to 255`);
  if (first.rest === '') return [Number(first.value), Number(first.value)];
  const last = first.rest.startsWith(':') ? readUnsigned(first.rest.slice(1), 0, 255) : undefined;
  return last === undefined
    ? invalid(`"${first.rest}" is not expected after the ICMP code`)
    : [Number(first.value), last];
}

export function printIcmpType({ any, type, codes: [first, last] }: IcmpTypeValue): string {
  return any ? 'any' : `${type}${first === 0 && last === 255 ? '' : `/${first}`}`;
}

/** Type and code of an ICMP packet. False for later fragments, negated or not, which carry no ICMP header. */
export function icmpCondition(option: string, { value, inverted }: Inverted<IcmpTypeValue>): Condition {
  const {
    any,
    type,
    codes: [first, last],
  } = value;
  return fieldCondition(
    { field: 'icmp', values: any ? span(0, 0xffff) : span(type * 256 + first, type * 256 + last), negated: inverted },
    {
      option,
      wanted: printIcmpType(value),
      denial: (view) => being(shownText(shownField({ field: 'icmp' }, view)), printIcmpType(value), inverted),
    },
  );
}
