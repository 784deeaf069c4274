/** RFC 4340, 5.1; the place is the number. */
export const DCCP_TYPES = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
  'INVALID',
] as const;

/** The type in a DCCP header. Those from 10 on are reserved, and count as one. */
export function dccpType(header: Uint8Array): number {
  return Math.min(((header[8] ?? 0) >> 1) & 15, DCCP_TYPES.length - 1);
}
