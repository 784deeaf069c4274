import type { ExtensionHeader } from '../../net/packet';
import { defineMatch, type Condition, type MatchExtension } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import { fitsPacket, findHeader, statedLength } from './extensionHeaders';
import { invertedText, keep, type Inverted } from './inverted';
import { number32 } from './number32';
import { leadingNumber } from './strtoul';

/** A type of option and its length; a length of 255 stands for any. */
interface OptionPattern {
  readonly type: number;
  readonly length: number;
}

interface OptionsHeaderData {
  readonly length: Inverted<number> | undefined;
  readonly options: readonly OptionPattern[] | undefined;
}

/** The most options that the kernel takes (IP6T_OPTS_OPTSNR). */
const MAX_OPTIONS = 16;
const ANY_LENGTH = 255;

/** `type[:length]` separated by commas. Of each number the lowest 8 bits count. */
const optionList: ValueType<readonly OptionPattern[]> = {
  metavariable: 'type[:length],…',
  parse(text): readonly OptionPattern[] | InvalidValue {
    const patterns: OptionPattern[] = [];
    for (const item of text.split(',')) {
      const colon = item.indexOf(':');
      const type = lowByte(colon < 0 ? item : item.slice(0, colon));
      const length = colon < 0 ? ANY_LENGTH : lowByte(item.slice(colon + 1));
      if (type === undefined || length === undefined)
        return invalid(`"${item}" is not an option type with an optional :length`);
      if (type === 0 && colon >= 0) return invalid('the option 0 (Pad1) has no length');
      patterns.push({ type, length });
      if (patterns.length > MAX_OPTIONS) return invalid(`there are more than ${MAX_OPTIONS} options`);
    }
    return patterns;
  },
};

function lowByte(text: string): number | undefined {
  // strtoul(3) takes a minus sign, after which it counts down from 2^64.
  const minus = /^\s*-[0-9]/.test(text);
  const read = leadingNumber(minus ? text.trimStart().slice(1) : text);
  return read === undefined || read.rest !== ''
    ? undefined
    : Number(BigInt.asUintN(8, minus ? -read.value : read.value));
}

function printOptions(patterns: readonly OptionPattern[]): string {
  return patterns.map(({ type, length }) => (length === ANY_LENGTH ? String(type) : `${type}:${length}`)).join(',');
}

/** What `-m hbh` and `-m dst` have in common. Source: net/ipv6/netfilter/ip6t_hbh.c, which serves both. */
export function optionsHeaderMatch(
  name: 'hbh' | 'dst',
  protocol: number,
  what: string,
): MatchExtension<OptionsHeaderData> {
  const lengthOption = option(
    `--${name}-len`,
    number32('length'),
    'The length of the header in bytes, a multiple of 8.',
    { invertible: true },
  );
  const optionsOption = option(`--${name}-opts`, optionList, 'The header begins with these options, in this order.');
  return defineMatch<OptionsHeaderData>({
    kind: 'match',
    name,
    families: [6],
    options: [lengthOption, optionsOption],
    documentation: {
      summary: `Matches the ${what} header of IPv6.`,
      details:
        'Without an option it matches where there is such a header. Without the header it does not match, ' +
        'negated or not.',
      source: `iptables-extensions(8), ${name}; net/ipv6/netfilter/ip6t_hbh.c`,
    },
    build: (options) => ({ length: keep(options.get(lengthOption)), options: options.get(optionsOption)?.value }),
    print: ({ length, options }) =>
      invertedText(lengthOption.name, length, String) +
      (options === undefined ? '' : ` ${optionsOption.name} ${printOptions(options)}`),
    conditions: ({ length, options }) => [
      presence(protocol, what),
      ...(length ? [lengthCondition(lengthOption.name, protocol, length)] : []),
      ...(options ? [optionsCondition(optionsOption.name, protocol, options)] : []),
    ],
  });
}

/** The header is there, and the packet is as long as it says. */
export function presence(protocol: number, what: string): Condition {
  return {
    text: `a ${what} header`,
    test({ packet }) {
      const header = findHeader(packet, protocol);
      return header !== undefined && fitsPacket(packet, header);
    },
    actual({ packet }) {
      const header = findHeader(packet, protocol);
      return header === undefined ? missing(`no ${what} header`) : `a ${what} header of ${statedLength(header)} bytes`;
    },
  };
}

export function lengthCondition(name: string, protocol: number, length: Inverted<number>): Condition {
  return {
    text: invertedText(name, length, String).trim(),
    test({ packet }) {
      const header = findHeader(packet, protocol);
      return header !== undefined && (statedLength(header) === length.value) !== length.inverted;
    },
    actual({ packet }) {
      const header = findHeader(packet, protocol);
      return header === undefined ? missing('no such header') : `${statedLength(header)} bytes`;
    },
  };
}

function optionsCondition(name: string, protocol: number, patterns: readonly OptionPattern[]): Condition {
  return {
    text: `${name} ${printOptions(patterns)}`,
    test({ packet }) {
      const header = findHeader(packet, protocol);
      return header !== undefined && beginsWith(header, patterns);
    },
    actual({ packet }) {
      const header = findHeader(packet, protocol);
      return header === undefined ? missing('no such header') : `options ${listOptions(header)}`;
    },
  };
}

/**
 * Compares in the kernel's way: option by option from the start; an option that leaves the header ends the comparison,
 * unless it is the last one asked for.
 */
function beginsWith(header: ExtensionHeader, patterns: readonly OptionPattern[]): boolean {
  const { bytes } = header;
  let at = 2;
  let left = statedLength(header) - 2;
  for (const [i, { type, length }] of patterns.entries()) {
    if (left < 1 || bytes[at] !== type) return false;
    let size = 1;
    if (type !== 0) {
      if (left < 2) return false;
      const stated = bytes[at + 1] ?? 0;
      if (length !== ANY_LENGTH && length !== stated) return false;
      size = stated + 2;
    }
    if (left < size && i < patterns.length - 1) return false;
    at += size;
    left -= size;
  }
  return true;
}

function listOptions({ bytes }: ExtensionHeader): string {
  const found: string[] = [];
  for (let at = 2; at < bytes.length;) {
    const type = bytes[at] as number;
    found.push(type === 0 ? '0' : `${type}:${bytes[at + 1] ?? 0}`);
    at += type === 0 ? 1 : (bytes[at + 1] ?? 0) + 2;
  }
  return found.join(',') || 'none';
}
