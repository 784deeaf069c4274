import type { Address } from '../../net/address';
import { invalid, type InvalidValue, type ValueType } from '../option';
import { looseAddress } from './looseAddress';

/**
 * One address as getaddrinfo(3) reads it (XTTYPE_HOST): short forms for IPv4 (`1.2` is 1.0.0.2), a zone after `%` for
 * IPv6, which is dropped. Of host names only `localhost` is known without a resolver.
 */
export const hostAddress: ValueType<Address> = {
  metavariable: 'address',
  parse(text, { family }): Address | InvalidValue {
    if (text === 'localhost')
      return family === 4 ? { family: 4, words: [0x7f000001] } : { family: 6, words: [0, 0, 0, 1] };
    const address = family === 6 ? text.replace(/%[\w.-]+$/, '') : text;
    return looseAddress(address, family) ?? invalid(`"${text}" is not an IPv${family} address`);
  },
};
