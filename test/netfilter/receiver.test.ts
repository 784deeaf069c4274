import { expect, test } from 'vitest';
import { parseAddress, type Address } from '../../src/core/net/address';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { boundSocket } from '../../src/core/netfilter/receiver';

const ANY = { proto: 'tcp', addr: '0.0.0.0', port: 80, process: 'any' };
const BOTH = { proto: 'tcp', addr: '*', port: 80, process: 'both families' };
const OWN = { proto: 'tcp', addr: '10.0.0.1', port: 80, process: 'address' };
const OTHER = { proto: 'tcp', addr: '10.0.0.2', port: 80, process: 'other address' };
const ETH0 = { proto: 'tcp', addr: '0.0.0.0', port: 80, iface: 'eth0', process: 'eth0' };
const ETH1 = { proto: 'tcp', addr: '0.0.0.0', port: 80, iface: 'eth1', process: 'eth1' };
const UDP = { proto: 'udp', addr: '10.0.0.1', port: 80, process: 'udp' };
const PORT = { proto: 'tcp', addr: '10.0.0.1', port: 81, process: 'port' };

/** Which of several sockets receives, in either order of the listing; `end` is where a TCP packet is for. */
test.each<[receiver: string | undefined, listed: readonly object[], end?: string, from?: string]>([
  ['any', [ANY]],
  ['any', [ANY, OTHER]],
  ['any', [ANY, ETH1]],
  ['any', [ANY, UDP]],
  ['any', [ANY, PORT]],
  ['any', [ANY, BOTH]],
  ['both families', [BOTH, ETH1]],
  ['both families', [BOTH, ANY], 'fd00::1'],
  ['address', [OWN, ANY]],
  ['address', [OWN, ETH0]],
  ['address', [OWN, BOTH, ANY, ETH0, OTHER]],
  ['eth0', [ETH0, ANY]],
  ['eth0', [ETH0, BOTH]],
  ['eth0', [ETH0, ETH1]],
  ['eth1', [ETH0, ETH1], '10.0.0.1', 'eth1'],
  ['eth1', [ETH1], '127.0.0.1', 'lo'],
  [undefined, [ETH1, UDP, PORT, OTHER]],
  [undefined, [ANY], 'fd00::1'],
  [undefined, []],
])('%s receives, of %j', (receiver, listed, end = '10.0.0.1', from = 'eth0') => {
  for (const listeners of [listed, [...listed].reverse()]) {
    const host = hostFromTopology({}, { listeners }) as Host;
    const address = parseAddress(end) as Address;
    const found = boundSocket(host, { protocol: 6, family: address.family, address, port: 80 }, from);
    expect(found?.process).toBe(receiver);
  }
});
