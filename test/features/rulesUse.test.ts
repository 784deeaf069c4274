import { expect, test } from 'vitest';
import { parseAddress } from '../../src/core/net/address';
import { ruleSetsFor, type Dump } from '../../src/features/fileModel';
import { rulesUseOf } from '../../src/features/rulesUse';
import { modelOfText } from './sample';

test('a line with hundreds of addresses says of each of them whose it is', () => {
  const addresses = (network: number): string =>
    Array.from({ length: 250 }, (_, i) => `10.${network}.0.${i}`).join(',');
  // 62,500 rules on one line with 500 addresses.
  const model = modelOfText(
    `iptables -A INPUT -s ${addresses(1)} -d ${addresses(2)} -j ACCEPT\niptables -A FORWARD -d 10.3.0.1 -j ACCEPT\n`,
  );
  const { v4, v6 } = ruleSetsFor(model, model.defaultDump as Dump);
  const use = rulesUseOf([v4, v6]);
  const own = { own: true, line: 0 };
  // The first few are searched line by line, the others are indexed: with all addresses of a line, that took 20
  // seconds.
  const asked: readonly (readonly [string, object | undefined])[] = [
    ['10.2.0.1', own],
    ['10.1.0.3', undefined],
    ['10.2.0.5', own],
    ['10.2.0.0', own],
    ['10.2.0.249', own],
    ['10.1.0.7', undefined],
    ['10.3.0.1', { own: false, line: 1 }],
    ['10.4.0.1', undefined],
  ];
  expect(
    asked.map(([text]) => {
      const address = parseAddress(text);
      return [text, address && use.placeOf?.(address)];
    }),
  ).toEqual(asked);
});
