import { describe, expect, it } from 'vitest';
import { icmpTypeName, icmpTypeOf, isIcmpError } from '../../src/core/net/icmpTypes';
import { protocolName, protocolNumber, reportedProtocol } from '../../src/core/net/protocols';
import { portOfService, serviceName, serviceNames } from '../../src/core/net/services';

/** What iptables-legacy 1.8.9 made of `-p`. */
describe('protocols', () => {
  it.each([
    ['tcp', 6],
    ['TCP', 6],
    ['icmpv6', 58],
    ['ipv6-icmp', 58],
    ['IPv6-ICMP', 58],
    ['mh', 135],
    ['ipv6-mh', 135],
    ['mobility-header', 135],
    ['all', 0],
    ['ALL', 0],
    ['0', 0],
    ['000', 0],
    ['ip', 0],
    ['hopopt', 0],
    ['0x6', 6],
    ['06', 6],
    ['017', 15],
    ['255', 255],
    ['st', 5],
    ['mptcp', 262],
    ['ipip', 94],
    ['ipencap', 4],
    ['ax.25', 93],
    ['256', undefined],
    ['6x', undefined],
    ['mobile', undefined],
    ['', undefined],
    ['-1', undefined],
    ['09', undefined],
  ])('-p %s is %s', (text, number) => {
    expect(protocolNumber(text)).toBe(number);
  });

  it.each([
    [6, 'tcp'],
    [58, 'ipv6-icmp'],
    [4, 'ipencap'],
    [94, 'ipip'],
    [135, 'mobility-header'],
    [7, '7'],
    [144, '144'],
    [255, '255'],
    [0, 'all'],
  ])('%i is saved as %s', (number, name) => {
    expect(protocolName(number)).toBe(name);
  });

  it('reads back every name it prints', () => {
    for (let number = 0; number < 256; number++) expect(protocolNumber(protocolName(number))).toBe(number);
  });

  it.each([
    [58, 'icmpv6'],
    [4, 'ipip'],
    [94, 94],
    [1, 'icmp'],
  ])('%i is reported as %s', (number, word) => {
    expect(reportedProtocol(number)).toBe(word);
  });
});

describe('services', () => {
  it.each([
    ['http', 6, 80],
    ['www', 6, 80],
    ['https', 17, 443],
    ['domain', 17, 53],
    ['tftp', 17, 69],
    ['tftp', 6, undefined],
    ['HTTP', 6, undefined],
    ['syslog', 6, 514],
    ['echo', 37, 4],
    ['amqp', 132, 5672],
    ['echo', undefined, 7],
    ['nosuch', undefined, undefined],
    ['constructor', undefined, undefined],
    ['l2tp', 17, 1701],
  ])('%s of %s is %s', (name, protocol, port) => {
    expect(portOfService(name, protocol)).toBe(port);
  });

  it('names ports', () => {
    expect([serviceName(80, 6), serviceName(514, 6), serviceName(514, 17), serviceName(4, 6)]).toEqual([
      'http',
      'shell',
      'syslog',
      undefined,
    ]);
    expect(serviceNames(17)).toContain('tftp');
    expect(serviceNames(6)).not.toContain('tftp');
  });
});

describe('ICMP types', () => {
  it.each([
    ['echo-request', 4, 8, undefined],
    ['PING', 4, 8, undefined],
    ['tos-host-redirect', 4, 5, 3],
    ['port-unreachable', 6, 1, 4],
    ['neighbor-solicitation', 6, 135, undefined],
    ['source-quench', 6, undefined, undefined],
  ] as const)('%s of IPv%i', (name, family, type, code) => {
    const found = icmpTypeOf(name, family);
    expect([found?.type, found?.code]).toEqual([type, code]);
  });

  it('prefers official names', () => {
    expect([
      icmpTypeName(8, undefined, 4),
      icmpTypeName(3, 1, 4),
      icmpTypeName(8, 0, 4),
      icmpTypeName(135, undefined, 6),
    ]).toEqual(['echo-request', 'host-unreachable', undefined, 'neighbour-solicitation']);
    expect([isIcmpError(3, 4), isIcmpError(8, 4), isIcmpError(1, 6), isIcmpError(128, 6)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
