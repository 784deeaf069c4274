import { expect, test } from 'vitest';
import { makePacket } from '../../src/core/net/makePacket';
import type { Packet } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { routingKeyChanged, samePacket, wasWritten } from '../../src/core/netfilter/packetChanges';

const V4: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53 };
const V6: PacketRequest = { ...V4, src: '2001:db8::5', dst: '2001:db8:9::9' };
const packet = makePacket(V4);
const { source, destination } = makePacket({ ...V4, src: '10.0.0.6', dst: '203.0.113.8' });

test.each<[string, Packet, Partial<Packet>, boolean]>([
  ['nothing', packet, {}, false],
  ['the mark', packet, { mark: 7 }, true],
  ['the type of service', packet, { tos: 0x10 }, true],
  ['the source', packet, { source }, true],
  ['the destination', packet, { destination }, true],
  ['a port', packet, { sourcePort: 4001 }, false],
  ['the TTL', packet, { ttl: 3 }, false],
  ['the hop limit', makePacket(V6), { ttl: 3 }, true],
])('mangle OUTPUT routes anew after a change of %s: %s', (_, before, patch, expected) => {
  expect(routingKeyChanged(before, { ...before, ...patch })).toBe(expected);
  expect(routingKeyChanged(before, before)).toBe(false);
});

test.each<[string, Partial<Packet>, boolean]>([
  ['nothing', {}, true],
  ['addresses that say the same', { source: { ...packet.source }, destination: { ...packet.destination } }, true],
  ['the source', { source }, false],
  ['the destination', { destination }, false],
  ['a port', { destinationPort: 54 }, false],
  ['a port, and the addresses are others that say the same', { source: { ...packet.source }, sourcePort: 1 }, false],
])('what differs is %s, so both are the same: %s', (_, patch, expected) => {
  expect(samePacket(packet, { ...packet, ...patch })).toBe(expected);
});

test.each<[string, Partial<Packet>, boolean]>([
  ['nothing', {}, false],
  ['the mark', { mark: 7 }, false],
  ['the priority', { priority: 7 }, false],
  ['the addresses of the link', { sourceMac: '02:00:00:00:00:01', destinationMac: '02:00:00:00:00:02' }, false],
  ['the type of service that it has', { tos: packet.tos }, false],
  ['another one', { tos: 0x10 }, true],
  ['the TTL that it has', { ttl: packet.ttl }, true],
  ['a mark and the TTL', { mark: 7, ttl: 3 }, true],
  ['a mark and the type of service that it has', { mark: 7, tos: packet.tos }, false],
])('its data is written to by what sets %s: %s', (_, patch, expected) => {
  expect(wasWritten(packet, patch)).toBe(expected);
});
