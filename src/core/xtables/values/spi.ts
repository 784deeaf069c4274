import type { Packet } from '../../net/packet';
import type { Condition } from '../extension';
import type { PremiseId } from '../premise';
import { missing } from '../shown';
import { invertedText, type Inverted } from './inverted';
import type { NumberRange } from './number32';
import { inRange, printRange, unsignedRange } from './unsignedRange';

export type SpiRange = NumberRange<number>;

/** `spi[:spi]`, 32 bit. A range that runs backwards holds no index. */
export const spiRange = unsignedRange('spi[:spi]', 0xffffffff);
const EVERY: SpiRange = [0, 0xffffffff];

/** ` ! --espspi 5`, or nothing: iptables-save leaves out the range of all, negated or not. */
export function spiText(name: string, spi: Inverted<SpiRange> | undefined): string {
  return spi === undefined || (spi.value[0] === EVERY[0] && spi.value[1] === EVERY[1])
    ? ''
    : invertedText(name, spi, printRange);
}

/** The index of a packet within a range, all of them if none was given. False for later fragments, negated or not. */
export function spiCondition(
  name: string,
  spi: Inverted<SpiRange> | undefined,
  of: (packet: Packet) => number,
): Condition {
  const { value, inverted } = spi ?? { value: EVERY, inverted: false };
  return {
    text: spi === undefined ? 'the first fragment' : invertedText(name, spi, printRange).trim(),
    test: ({ packet }) => packet.fragmentOffset === 0 && (spi === undefined || inRange(of(packet), value) !== inverted),
    ...(spi && { premises: (): readonly PremiseId[] => ['index'] }),
    actual: ({ packet }) =>
      packet.fragmentOffset > 0 ? missing('no index: not the first fragment') : `spi ${of(packet)}`,
  };
}
