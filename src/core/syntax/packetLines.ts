/**
 * How lines look that show a packet; core/net reads them (`packetsOfLine`). Each pattern is anchored and gives up after
 * a bounded number of characters.
 */

/** The interface and the direction, as tcpdump -i any writes them. */
const CAPTURED = '[\\w.@-]{1,16}[ \\t]+(?:In|Out|B|M|P)[ \\t]+';
/** `10.0.0.1.5 > 10.0.0.2.80: …`, or the fields of the header that tcpdump -v writes first. */
const CONVERSATION =
  'IP6?[ \\t]+(?:\\((?:tos 0x|class 0x|flowlabel 0x|hlim )|[\\w.:%-]{1,200}[ \\t]+>[ \\t]+[\\w.:%-]{1,200}:[ \\t])';
/** The same, or after the link layer addresses of tcpdump -e. */
const NETWORK = `(?:${CONVERSATION}|.{0,200}?ethertype IPv[46] )`;
const ADDRESS = '[\\da-fA-F.:]{3,45}';
/** `→`, or what tshark writes where the terminal has no such character. */
const ARROW = '(?:→|->|\\u279e)';

/** tcpdump with a time in front, and tshark's summary. */
export const PACKET_OF_DIGIT = new RegExp(
  `(?:\\d{4}-\\d\\d-\\d\\d )?(?:\\d\\d:\\d\\d:\\d\\d\\.\\d{3,9}|\\d{9,10}\\.\\d{3,9})[ ` +
    `\\t]+(?:${CAPTURED})?${NETWORK}` +
    `|(?:\\d{1,9}[ \\t]+)?(?:(?:\\d{4}-\\d\\d-\\d\\d )?[\\d:]{1,9}\\.\\d{1,9}[ \\t]+)?${ADDRESS}[ ` +
    `\\t]+${ARROW}[ \\t]+${ADDRESS}[ \\t]+[A-Z]`,
  'y',
);

/** tcpdump -t, and LOG without a prefix. */
export const PACKET_OF_CAPITAL = new RegExp(`IN=\\S{0,15} OUT=\\S{0,15} |${CONVERSATION}`, 'y');

/** tcpdump -t -i any, and the trace of nftables. */
export const PACKET_OF_SMALL = new RegExp(
  `${CAPTURED}${NETWORK}|trace id [\\da-f]{1,16} (?:ip6?|inet|bridge|netdev) \\S{1,64} \\S{1,64} packet: `,
  'y',
);

/**
 * What LOG and TRACE make of a packet, after whatever prefix: `IN=eth0 OUT= MAC=… SRC=10.0.0.9 DST=10.0.0.1 LEN=60 …
 * PROTO=TCP …`.
 */
export function isLoggedPacket(text: string, start: number): boolean {
  const source = text.indexOf(' SRC=', start);
  return (
    source >= 0 &&
    text.includes(' DST=', source) &&
    (text.startsWith('PACKET: ', start) ||
      (text.includes(' PROTO=', source) && text.lastIndexOf('IN=', source) >= start))
  );
}
