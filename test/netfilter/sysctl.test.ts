import { expect, test } from 'vitest';
import type { Host } from '../../src/core/net/host';
import { sysctl } from '../../src/core/netfilter/sysctl';

type Settings = Readonly<Record<string, number>>;

test.each<[string, Settings, 4 | 6, string, 'any' | 'max' | 'own', number]>([
  ['nothing is set', {}, 4, 'rp_filter', 'max', 0],
  ['routers forward', {}, 4, 'forwarding', 'own', 1],
  ['all interfaces', { 'net.ipv4.conf.all.rp_filter': 1 }, 4, 'rp_filter', 'max', 1],
  ['the interface', { 'net.ipv4.conf.eth0.rp_filter': 2, 'net.ipv4.conf.all.rp_filter': 1 }, 4, 'rp_filter', 'max', 2],
  ['the higher', { 'net.ipv4.conf.eth0.rp_filter': 1, 'net.ipv4.conf.all.rp_filter': 2 }, 4, 'rp_filter', 'max', 2],
  ['another interface', { 'net.ipv4.conf.eth1.rp_filter': 2 }, 4, 'rp_filter', 'max', 0],
  ['the other family', { 'net.ipv6.conf.all.rp_filter': 2 }, 4, 'rp_filter', 'max', 0],
  ['what interfaces begin with', { 'net.ipv4.conf.default.rp_filter': 2 }, 4, 'rp_filter', 'max', 2],
  [
    'the interface has another one',
    { 'net.ipv4.conf.default.rp_filter': 2, 'net.ipv4.conf.eth0.rp_filter': 0 },
    4,
    'rp_filter',
    'max',
    0,
  ],
  ['on where all are', { 'net.ipv4.conf.all.accept_local': 1 }, 4, 'accept_local', 'any', 1],
  ['on where it is', { 'net.ipv4.conf.eth0.accept_local': 1 }, 4, 'accept_local', 'any', 1],
  [
    'its own alone',
    { 'net.ipv4.conf.eth0.forwarding': 0, 'net.ipv4.conf.all.forwarding': 1, 'net.ipv4.ip_forward': 1 },
    4,
    'forwarding',
    'own',
    0,
  ],
  [
    'without its own that of all',
    { 'net.ipv4.conf.all.forwarding': 0, 'net.ipv4.ip_forward': 1 },
    4,
    'forwarding',
    'own',
    0,
  ],
  ['or ip_forward', { 'net.ipv4.ip_forward': 0 }, 4, 'forwarding', 'own', 0],
  ['which is of IPv4', { 'net.ipv4.ip_forward': 0 }, 6, 'forwarding', 'own', 1],
  ['and of forwarding', { 'net.ipv4.ip_forward': 1 }, 4, 'bc_forwarding', 'own', 0],
])('%s', (_, settings, family, name, combine, expected) => {
  const host = { sysctls: new Map(Object.entries(settings)) } as unknown as Host;
  expect(sysctl(host, family, 'eth0', name, combine)).toBe(expected);
});
