import { invalid, type InvalidValue, type ValueType } from '../option';
import { resolvePort } from './resolvedPort';

/**
 * One port as getaddrinfo(3) reads it (XTTYPE_PORT): decimal, cut to 16 bits, nothing stands for 0; or a service name
 * of any protocol.
 */
export const servicePort: ValueType<number> = {
  metavariable: 'port',
  names: 'port',
  parse(text): number | InvalidValue {
    return text === '' ? 0 : (resolvePort(text) ?? invalid(`"${text}" is neither a decimal port nor a known service`));
  },
};
