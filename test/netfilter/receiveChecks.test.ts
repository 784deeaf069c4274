import { expect, test } from 'vitest';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { whyRefusedOnReceive } from '../../src/core/netfilter/receiveChecks';

const HOST = hostFromTopology({
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:00:0a', addrs: ['192.0.2.10/24'] },
    { name: 'eth1', addrs: ['10.9.0.1/24'] },
  ],
  routes: [],
}) as Host;
const V4: PacketRequest = { src: '203.0.113.9', dst: '192.0.2.10', proto: 17 };
const V6: PacketRequest = { src: '2001:db8:9::9', dst: '2001:db8:1::10', proto: 17 };
const OTHER = 'other-host: the frame is addressed to 02:00:00:00:00:99, eth0 is 02:00:00:00:00:0a';
const LOOPBACK = 'loopback-address: ::1 may arrive on lo only';
const TOO_NEAR = 'bad-destination: interface-local multicast (ff01::/16) may not arrive from outside';
const NOBODY = 'bad-source: a multicast address cannot be a source';

test.each<[string, PacketRequest, string, boolean, string | undefined]>([
  ['a packet', V4, 'eth0', false, undefined],
  ['for this interface, in other letters', { ...V4, dstMac: '02:00:00:00:00:0A' }, 'eth0', false, undefined],
  ['for another machine', { ...V4, dstMac: '02:00:00:00:00:99' }, 'eth0', false, OTHER],
  ['for many', { ...V4, dstMac: '01:00:5e:00:00:01' }, 'eth0', false, undefined],
  ['for all', { ...V4, dstMac: 'ff:ff:ff:ff:ff:ff' }, 'eth0', false, undefined],
  ['for another machine, and this host has sent it', { ...V4, dstMac: '02:00:00:00:00:99' }, 'eth0', true, undefined],
  ['by an interface of which nothing is known', { ...V4, dstMac: '02:00:00:00:00:99' }, 'eth7', false, undefined],
  ['by lo', { ...V4, dstMac: '02:00:00:00:00:99' }, 'lo', false, undefined],
  ['IPv4 checks addresses later', { ...V4, src: '224.0.0.1' }, 'eth0', false, undefined],
  ['a packet of IPv6', V6, 'eth0', false, undefined],
  ['from ::1', { ...V6, src: '::1' }, 'eth0', false, LOOPBACK],
  ['to ::1', { ...V6, dst: '::1' }, 'eth0', false, LOOPBACK],
  ['to ::1 by lo', { ...V6, dst: '::1' }, 'lo', false, undefined],
  ['from a group', { ...V6, src: 'ff02::1' }, 'eth0', false, NOBODY],
  ['to a group', { ...V6, dst: 'ff02::1' }, 'eth0', false, undefined],
  ['to one of the interface only', { ...V6, dst: 'ff01::1' }, 'eth0', false, TOO_NEAR],
  ['of this host itself', { ...V6, dst: 'ff01::1' }, 'eth0', true, undefined],
  ['by lo', { ...V6, dst: 'ff01::1' }, 'lo', false, undefined],
  ['to one of nobody', { ...V6, dst: 'ff00::1' }, 'lo', false, TOO_NEAR],
])('%s', (_, request, iface, looped, expected) => {
  const refused = whyRefusedOnReceive(makePacket(request, HOST), iface, HOST, looped);
  expect(refused && `${refused.reason}: ${refused.detail}`).toBe(expected);
});
