import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { traceText } from '../../src/features/traceReport/traceText';
import { traceOf } from './traceOf';

/**
 * The whole trace as a person reads it. `UPDATE_GOLDEN=1 npx vitest run test/traceReport` writes the files anew; they are
 * read in review, never edited by hand.
 */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly packet: string;
  readonly host?: unknown;
}

const root = path.join(import.meta.dirname, '../..');
const pod = { ifaces: [{ name: 'eth0', addrs: ['10.52.7.12/24'] }], routes: ['default via 10.52.7.1 dev eth0'] };
const docker = {
  ifaces: [
    { name: 'ens18', addrs: ['198.51.100.14/24'] },
    { name: 'docker0', addrs: ['172.17.0.1/16'] },
    { name: 'br-5e1f0c77a2d9', addrs: ['172.21.0.1/16'] },
  ],
  routes: ['default via 198.51.100.1 dev ens18'],
};
const node = {
  ifaces: [
    { name: 'eth0', addrs: ['192.168.40.21/24'] },
    { name: 'cni0', addrs: ['10.32.0.1/24'] },
  ],
  routes: ['default via 192.168.40.1 dev eth0', '10.32.0.0/12 dev eth0'],
};
const small = { ifaces: [{ name: 'eth0', addrs: ['192.0.2.10/24'] }], routes: ['default via 192.0.2.1 dev eth0'] };

const cases: readonly Case[] = [
  {
    name: 'istio-inbound',
    file: 'sample/istio-sidecar.md',
    packet: 'in eth0 tcp 10.52.9.4:41522 > 10.52.7.12:8080 syn',
    host: pod,
  },
  {
    name: 'istio-inbound-excluded-port',
    file: 'sample/istio-sidecar.md',
    packet: 'in eth0 tcp 10.52.9.4:41522 > 10.52.7.12:15020 syn',
    host: pod,
  },
  {
    name: 'istio-outbound-redirected-over-lo',
    file: 'sample/istio-sidecar.md',
    packet: 'out uid 1000 gid 1000 tcp 10.52.7.12:41522 > 203.0.113.9:443 syn',
    host: pod,
  },
  {
    name: 'istio-outbound-of-envoy',
    file: 'sample/istio-sidecar.md',
    packet: 'out uid 1337 gid 1337 tcp 10.52.7.12:41522 > 203.0.113.9:443 syn',
    host: pod,
  },
  {
    name: 'istio-nobody-listens',
    file: 'sample/istio-sidecar.md',
    packet: 'in eth0 udp 10.52.9.4:41522 > 10.52.7.12:9999',
    host: pod,
  },
  {
    name: 'docker-published-port',
    file: 'sample/docker-host.iptables-save',
    packet: 'in ens18 tcp 203.0.113.77:41522 > 198.51.100.14:80 syn',
    host: docker,
  },
  {
    name: 'docker-policy-drops',
    file: 'sample/docker-host.iptables-save',
    packet: 'in ens18 tcp 192.0.2.7:41522 > 198.51.100.14:22 syn',
    host: docker,
  },
  {
    name: 'docker-masquerade',
    file: 'sample/docker-host.iptables-save',
    packet: 'in docker0 udp 172.17.0.2:5353 > 192.0.2.53:53',
    host: docker,
  },
  {
    name: 'kube-service-by-chance',
    file: 'sample/kube-node.iptables-save',
    packet: 'in cni0 tcp 10.32.0.7:41522 > 10.101.18.204:80 syn',
    host: node,
  },
  {
    name: 'questions',
    file: 'test/traceReport/fixtures/questions.iptables-save',
    packet: 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:22 syn',
    host: small,
  },
  {
    name: 'rejected',
    file: 'test/traceReport/fixtures/questions.iptables-save',
    packet: 'in eth0 udp 203.0.113.9:41522 > 192.0.2.10:161',
    host: small,
  },
  {
    name: 'kernel-drops',
    file: 'test/traceReport/fixtures/questions.iptables-save',
    packet: 'in eth0 tcp 127.0.0.1:41522 > 192.0.2.10:22 syn',
    host: small,
  },
];

test.each(cases)('$name', ({ name, file, packet, host }) => {
  const golden = path.join(import.meta.dirname, 'golden', `${name}.txt`);
  const text = traceText(traceOf(readFileSync(path.join(root, file), 'utf8'), packet, { host }));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path.dirname(golden), { recursive: true });
    writeFileSync(golden, text);
  }
  expect(existsSync(golden), `${golden} is missing: run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(golden, 'utf8'));
});
