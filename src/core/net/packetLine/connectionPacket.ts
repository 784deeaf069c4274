import { readConnectionLine } from '../connectionLine';
import { PROTOCOL } from '../packet';
import type { ReadPacket } from './readPacket';

/**
 * The next packet of a connection in its first direction: ESTABLISHED if a reply was seen, otherwise like the first.
 */
export function readConnectionPacket(text: string): ReadPacket | undefined {
  const found = readConnectionLine(text);
  if (!found) return undefined;
  const {
    connection: { orig, status, tcpState },
    ended,
  } = found;
  const answered = !ended && status.includes('SEEN_REPLY') && tcpState !== 'SYN_SENT';
  return {
    fields: {
      ...orig,
      ...(orig.proto === PROTOCOL.TCP ? { flags: answered ? ['ACK'] : ['SYN'] } : {}),
      ...(answered ? { ctstate: 'ESTABLISHED' } : {}),
    },
  };
}
