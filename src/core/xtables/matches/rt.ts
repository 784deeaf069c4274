import { addressFromBytes, formatAddress, parseAddress, sameAddress, type Address } from '../../net/address';
import { PROTOCOL, type ExtensionHeader, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type Given,
  type InvalidValue,
  type ValueType,
} from '../option';
import { missing } from '../shown';
import { fitsPacket, findHeader, statedLength, word } from '../values/extensionHeaders';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { number32, type NumberRange } from '../values/number32';
import { lengthCondition, presence } from '../values/optionsHeader';
import { inRange, printRange, unsignedRange } from '../values/unsignedRange';

interface RtData {
  readonly type: Inverted<number> | undefined;
  readonly segmentsLeft: Inverted<NumberRange<number>> | undefined;
  readonly length: Inverted<number> | undefined;
  readonly reserved: boolean;
  readonly addresses: readonly Address[] | undefined;
  readonly notStrict: boolean;
}

/** The most addresses that the kernel takes (IP6T_RT_HOPS). */
const MAX_ADDRESSES = 16;
const WHAT = 'routing';

const addressList: ValueType<readonly Address[]> = {
  metavariable: 'address[,address]…',
  parse(text): readonly Address[] | InvalidValue {
    const addresses: Address[] = [];
    for (const item of text.split(',')) {
      const address = parseAddress(item);
      if (address?.family !== 6) return invalid(`"${item}" is not an IPv6 address`);
      addresses.push(address);
      if (addresses.length > MAX_ADDRESSES) return invalid(`there are more than ${MAX_ADDRESSES} addresses`);
    }
    return addresses;
  },
};

const rtType = option(
  '--rt-type',
  number32('type'),
  'The type of the routing header; 0 is source routing, 2 Mobile IPv6, 4 segment routing.',
  { invertible: true },
);
const segsLeft = option(
  '--rt-segsleft',
  unsignedRange('num[:num]', 0xffffffff),
  'How many segments are left, or a range.',
  { invertible: true },
);
const rtLength = option('--rt-len', number32('length'), 'The length of the header in bytes, a multiple of 8.', {
  invertible: true,
});
const reserved = flag('--rt-0-res', 'The reserved field is zero (type 0 only).');
const addresses = option(
  '--rt-0-addrs',
  addressList,
  'The addresses in the header, all of them in this order (type 0 only).',
);
const notStrict = flag('--rt-0-not-strict', 'Other addresses may be between those of --rt-0-addrs.');

/** `-m rt`: the routing header of IPv6. Source: iptables-extensions(8) "rt", net/ipv6/netfilter/ip6t_rt.c. */
export const rt = defineMatch<RtData>({
  kind: 'match',
  name: 'rt',
  families: [6],
  options: [rtType, segsLeft, rtLength, reserved, addresses, notStrict],
  documentation: {
    summary: 'Matches the routing header of IPv6.',
    details:
      'Without an option it matches where there is such a header. Without the header it does not match, ' +
      'negated or not. The options --rt-0-… need --rt-type 0 before them.',
    source: 'iptables-extensions(8), rt; net/ipv6/netfilter/ip6t_rt.c',
  },
  build(options): RtData | BuildProblem {
    const type = options.get(rtType);
    const before = (first: Given<unknown> | undefined, second: Given<unknown>): boolean =>
      first !== undefined && first.optionWord.start < second.optionWord.start;
    for (const given of [options.get<unknown>(reserved), options.get<unknown>(addresses)]) {
      if (given && !(type?.value === 0 && !type.inverted && before(type, given)))
        return problem(`${given.optionWord.text} needs --rt-type 0 before it`, given);
    }
    const loose = options.get<unknown>(notStrict);
    const list = options.get(addresses);
    if (loose && !before(list, loose)) return problem('--rt-0-not-strict needs --rt-0-addrs before it', loose);
    return {
      type: keep(type),
      segmentsLeft: keep(options.get(segsLeft)),
      length: keep(options.get(rtLength)),
      reserved: options.has(reserved),
      addresses: list?.value,
      notStrict: loose !== undefined,
    };
  },
  print: (data) =>
    invertedText('--rt-type', data.type, String) +
    (isEverything(data.segmentsLeft) ? '' : invertedText('--rt-segsleft', data.segmentsLeft, printRange)) +
    invertedText('--rt-len', data.length, String) +
    (data.reserved ? ' --rt-0-res' : '') +
    (data.addresses ? ` ${addressesText(data.addresses)}` : '') +
    (data.notStrict ? ' --rt-0-not-strict' : ''),
  conditions: ({ type, segmentsLeft, length, reserved: zero, addresses: list, notStrict: loose }) => [
    presence(PROTOCOL.IPV6_ROUTE, WHAT),
    ...(segmentsLeft
      ? [
          condition(
            invertedText('--rt-segsleft', segmentsLeft, printRange).trim(),
            ({ bytes }) => inRange(bytes[3] ?? 0, segmentsLeft.value) !== segmentsLeft.inverted,
          ),
        ]
      : []),
    ...(length ? [lengthCondition('--rt-len', PROTOCOL.IPV6_ROUTE, length)] : []),
    ...(type
      ? [
          condition(
            invertedText('--rt-type', type, String).trim(),
            ({ bytes }) => (bytes[2] === type.value) !== type.inverted,
          ),
        ]
      : []),
    ...(zero
      ? [
          condition(
            '--rt-0-res',
            ({ bytes }) => word(bytes, 4) === 0,
            ({ bytes }) => `reserved field 0x${word(bytes, 4).toString(16)}`,
          ),
        ]
      : []),
    ...(list
      ? [
          condition(addressesText(list) + (loose ? ' --rt-0-not-strict' : ''), (header) =>
            loose ? holdsInOrder(header, list) : holdsExactly(header, list),
          ),
        ]
      : []),
  ],
});

function isEverything(range: RtData['segmentsLeft']): boolean {
  return range?.value[0] === 0 && range.value[1] === 0xffffffff;
}

function addressesText(list: readonly Address[]): string {
  return `--rt-0-addrs ${list.map(formatAddress).join(',')}`;
}

function addressesOf(header: ExtensionHeader): readonly Address[] {
  const count = Math.floor((statedLength(header) - 8) / 16);
  return Array.from({ length: count }, (_, i) => header.bytes.slice(8 + i * 16, 24 + i * 16))
    .filter((bytes) => bytes.length === 16)
    .map(addressFromBytes);
}

function holdsExactly(header: ExtensionHeader, list: readonly Address[]): boolean {
  const own = addressesOf(header);
  return own.length === list.length && own.every((address, i) => sameAddress(address, list[i] as Address));
}

function holdsInOrder(header: ExtensionHeader, list: readonly Address[]): boolean {
  let next = 0;
  for (const address of addressesOf(header))
    if (next < list.length && sameAddress(address, list[next] as Address)) next++;
  return next === list.length;
}

function condition(
  text: string,
  holds: (header: ExtensionHeader) => boolean,
  shown: (header: ExtensionHeader) => string = headerText,
): Condition {
  const find = (packet: Packet): ExtensionHeader | undefined => {
    const header = findHeader(packet, PROTOCOL.IPV6_ROUTE);
    return header && fitsPacket(packet, header) ? header : undefined;
  };
  return {
    text,
    test({ packet }) {
      const header = find(packet);
      return header !== undefined && holds(header);
    },
    actual({ packet }) {
      const header = find(packet);
      return header === undefined ? missing('no routing header') : shown(header);
    },
  };
}

function headerText(header: ExtensionHeader): string {
  const [, , type = 0, left = 0] = header.bytes;
  return `type ${type}, ${left} segments left, ${addressesOf(header).map(formatAddress).join(', ') || 'no addresses'}`;
}
