import { addressFromBytes } from '../../src/core/net/address';
import { transportHeaderLength } from '../../src/core/net/bytes';
import { PROTOCOL, type ExtensionHeader, type Packet } from '../../src/core/net/packet';

/**
 * What a recorded packet is in the model, from its bytes on the wire (from the IP header on), as it came in over
 * Ethernet.
 */
export function decodePacket(hex: string, sourceMac: string): Packet {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const network = (bytes[0] as number) >> 4 === 4 ? ipv4(bytes) : ipv6(bytes);
  const transport = bytes.slice(network.end);
  const view = new DataView(transport.buffer);
  const first = network.fragmentOffset === 0;
  const has = (length: number, ...protocols: number[]): boolean =>
    first && protocols.includes(network.protocol) && transport.length >= length;
  const ported = has(4, PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.SCTP, PROTOCOL.DCCP);
  const tcp = has(20, PROTOCOL.TCP);
  const icmp = has(8, PROTOCOL.ICMP, PROTOCOL.ICMPV6);
  const tcpOptions = tcp ? transport.slice(20, ((transport[12] as number) >> 4) * 4) : new Uint8Array(0);
  return {
    ...network,
    length: bytes.length,
    sourcePort: ported ? view.getUint16(0) : 0,
    destinationPort: ported ? view.getUint16(2) : 0,
    tcpFlags: tcp ? view.getUint8(13) : 0,
    tcpSequence: tcp ? view.getUint32(4) : 0,
    tcpAcknowledgement: tcp ? view.getUint32(8) : 0,
    tcpWindow: tcp ? view.getUint16(14) : 0,
    tcpOptions,
    icmpType: icmp ? view.getUint8(0) : 0,
    icmpCode: icmp ? view.getUint8(1) : 0,
    icmpId: icmp ? view.getUint16(4) : 0,
    icmpSequence: icmp ? view.getUint16(6) : 0,
    spi: has(8, PROTOCOL.ESP) ? view.getUint32(0) : has(8, PROTOCOL.AH) ? view.getUint32(4) : 0,
    payload: first ? transport.slice(transportHeaderLength({ protocol: network.protocol, tcpOptions })) : transport,
    inner: undefined,
    mark: 0,
    priority: 0,
    secmark: undefined,
    sourceMac,
    destinationMac: undefined,
  };
}

type Network = Pick<
  Packet,
  | 'family'
  | 'source'
  | 'destination'
  | 'protocol'
  | 'tos'
  | 'ttl'
  | 'identification'
  | 'dontFragment'
  | 'moreFragments'
  | 'fragmentOffset'
  | 'ipOptions'
  | 'extensionHeaders'
> & { readonly end: number };

function ipv4(bytes: Uint8Array): Network {
  const view = new DataView(bytes.buffer);
  const end = (view.getUint8(0) & 15) * 4;
  const fragment = view.getUint16(6);
  return {
    family: 4,
    source: addressFromBytes(bytes.slice(12, 16)),
    destination: addressFromBytes(bytes.slice(16, 20)),
    protocol: view.getUint8(9),
    tos: view.getUint8(1),
    ttl: view.getUint8(8),
    identification: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    ipOptions: bytes.slice(20, end),
    extensionHeaders: [],
    end,
  };
}

function ipv6(bytes: Uint8Array): Network {
  const view = new DataView(bytes.buffer);
  const extensionHeaders: ExtensionHeader[] = [];
  let [protocol, end, fragmentOffset, moreFragments] = [view.getUint8(6), 40, 0, false];
  while ([0, 43, 44, 51, 60].includes(protocol) && fragmentOffset === 0) {
    const length =
      protocol === 44 ? 8 : protocol === 51 ? (view.getUint8(end + 1) + 2) * 4 : (view.getUint8(end + 1) + 1) * 8;
    extensionHeaders.push({ protocol, bytes: bytes.slice(end, end + length) });
    if (protocol === 44)
      [fragmentOffset, moreFragments] = [view.getUint16(end + 2) >> 3, (view.getUint8(end + 3) & 1) !== 0];
    protocol = view.getUint8(end);
    end += length;
  }
  return {
    family: 6,
    source: addressFromBytes(bytes.slice(8, 24)),
    destination: addressFromBytes(bytes.slice(24, 40)),
    protocol,
    tos: (view.getUint16(0) >> 4) & 255,
    ttl: view.getUint8(7),
    identification: view.getUint32(0) & 0xfffff,
    dontFragment: false,
    moreFragments,
    fragmentOffset,
    ipOptions: new Uint8Array(0),
    extensionHeaders,
    end,
  };
}
