import { oneValue, span } from '../../net/fields/fieldTest';
import { fieldCondition, shownField } from '../fieldCondition';
import type { Condition } from '../extension';
import { invertedText, type Inverted } from './inverted';
import type { NumberRange } from './number32';
import { printRange, unsignedRange } from './unsignedRange';

export type SpiRange = NumberRange<number>;

/** `spi[:spi]`, 32 bit. A range that is descending holds no index. */
export const spiRange = unsignedRange('spi[:spi]', 0xffffffff);
const EVERY: SpiRange = [0, 0xffffffff];

/** ` ! --espspi 5`, or nothing: iptables-save omits the range of all, negated or not. */
export function spiText(name: string, spi: Inverted<SpiRange> | undefined): string {
  return spi === undefined || (spi.value[0] === EVERY[0] && spi.value[1] === EVERY[1])
    ? ''
    : invertedText(name, spi, printRange);
}

/** The index of a packet within a range, all of them if none was given. False for later fragments, negated or not. */
export function spiCondition(name: string, spi: Inverted<SpiRange> | undefined, field: 'spi' | 'cpi'): Condition {
  if (spi === undefined)
    return fieldCondition(
      { field: 'fragmentOffset', values: oneValue(0), negated: false },
      { option: 'the first fragment', wanted: '', shown: (view) => shownField({ field }, view) },
    );
  return fieldCondition(
    { field, values: span(...spi.value), negated: spi.inverted },
    { option: name, wanted: printRange(spi.value), premises: () => ['index'] },
  );
}
