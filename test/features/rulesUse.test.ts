import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/core/net/address';
import { ruleSetsFor, type Dump } from '../../src/features/fileModel';
import { rulesUseOf } from '../../src/features/rulesUse';
import { modelOfText } from './sample';

describe('what rules say of whose an address is', () => {
  const addresses = (network: number): string =>
    Array.from({ length: 250 }, (_, i) => `10.${network}.0.${i}`).join(',');
  // 62,500 rules on one line with 500 addresses.
  const model = modelOfText(
    `iptables -A INPUT -s ${addresses(1)} -d ${addresses(2)} -j ACCEPT\niptables -A FORWARD -d 10.3.0.1 -j ACCEPT\n`,
  );
  const { v4, v6 } = ruleSetsFor(model, model.defaultDump as Dump);
  const use = rulesUseOf([v4, v6]);

  // The first few are searched line by line, the others are indexed: with all addresses of a line, that took 20
  // seconds.
  test.each([
    ['10.2.0.1', { own: true, line: 0 }],
    ['10.1.0.3', undefined],
    ['10.2.0.5', { own: true, line: 0 }],
    ['10.2.0.0', { own: true, line: 0 }],
    ['10.2.0.249', { own: true, line: 0 }],
    ['10.1.0.7', undefined],
    ['10.3.0.1', { own: false, line: 1 }],
    ['10.4.0.1', undefined],
  ])('%s', (address, place) => {
    const parsed = parseAddress(address);
    expect(parsed && use.placeOf?.(parsed)).toEqual(place);
  });
});
