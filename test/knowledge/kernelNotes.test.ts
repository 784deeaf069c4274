import { expect, test } from 'vitest';
import { chainKnowledge, ruleKnowledge } from '../../src/core/knowledge/knowledge';
import {
  ambient121,
  ambientHost,
  ambientPod,
  sidecar112,
  sidecar119,
  sidecar124,
  sidecar131,
  sidecar131Dns,
  sidecar15,
  sidecarLoopbackIncluded,
  sidecarVirtual,
  tproxyAll,
  tproxyPorts,
  type Fixture,
} from './fixtures';
import { readView, ruleWith } from './readView';

const gidLo = '-o lo -p tcp -m tcp ! --dport 15008 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT';

/** What the kernel does with a rule in its rule set; observed on Linux, not taken from documents. */
const notes: readonly (readonly [string, Fixture, string, RegExp | undefined])[] = [
  [
    'group rule over lo is dead after the one that returns other users',
    sidecar131,
    gidLo,
    /^Dead: line \d+ .*goes straight to the application\.$/,
  ],
  ['also in the form of 1.5', sidecar15, '-o lo -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT', /^Dead/],
  [
    'with DNS capture it lives for TCP port 53',
    sidecar131Dns,
    gidLo,
    /TCP port 53 to the pod’s own address .* goes to 15006/,
  ],
  ['with DNS capture of 1.12 too', sidecar112, '-o lo -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT', /TCP port 53/],
  ['with a loopback address in the include list it lives', sidecarLoopbackIncluded, gidLo, /^Live here/],
  ['in TPROXY mode the same process is captured by its mark', tproxyAll, gidLo, /mangle has marked it 0x53a/],
  ['rule for localhost is not what spares it', sidecar15, '-d 127.0.0.1/32 -j RETURN', /Nothing is left for this rule/],
  ['with DNS it still sees port 53 and UDP', sidecar124, '-d 127.0.0.1/32 -j RETURN', /port 53 and UDP/],
  ['without UDP in the chain only port 53', sidecar112, '-d 127.0.0.1/32 -j RETURN', /TCP port 53 that/],
  [
    'with a loopback address in the include list it lives',
    sidecarLoopbackIncluded,
    '-d 127.0.0.1/32 -j RETURN',
    /^Live here/,
  ],
  [
    'second proxy user bypasses Envoy over lo',
    sidecar119,
    '--uid-owner 1501 -j ISTIO_IN_REDIRECT',
    /^Never reached: .*user 1501.*bypass Envoy/,
  ],
  ['first proxy user does not', sidecar119, '--uid-owner 1500 -j ISTIO_IN_REDIRECT', /15002/],
  ['second lo return is dead', sidecar119, '! --uid-owner 1501 -j RETURN', /nothing left to do/],
  [
    'self-call in TPROXY mode is redirected by nat',
    tproxyAll,
    '-o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337',
    /127\.0\.0\.1:15006/,
  ],
  [
    '15008 is not excluded in TPROXY mode',
    tproxyAll,
    'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    /Inbound 15008 lands on 15006/,
  ],
  [
    'but is not captured where only ports are listed',
    tproxyPorts,
    'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    /not captured all the same/,
  ],
  [
    'no jump, no inbound capture',
    sidecar119,
    'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    /not captured at all/,
  ],
  [
    'with a list of ports it changes nothing',
    sidecar131Dns,
    'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    /Changes nothing/,
  ],
  ['with the wildcard it counts', sidecar131, 'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN', undefined],
  [
    'included port changes nothing before the wildcard',
    sidecar131,
    '--dport 9000 -j ISTIO_REDIRECT',
    /Changes nothing here/,
  ],
  ['included port counts where there is no wildcard', sidecar119, '--dport 9000 -j ISTIO_REDIRECT', undefined],
  [
    'UDP is never sent to Envoy',
    sidecar131,
    '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
    /UDP and ICMP come here too: they match nothing/,
  ],
  ['no UDP comes into the chain of 1.5', sidecar15, '-A ISTIO_OUTPUT -j ISTIO_REDIRECT', undefined],
  [
    'supplementary groups do not count',
    sidecar131,
    '-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN',
    /supplementary group is captured/,
  ],
  ['excluded group is another group than the proxy’s', sidecar131, '--gid-owner 2001 -j RETURN', /supplementary/],
  ['answers of a nameserver by destination never match', sidecar112, 'PREROUTING -d 10.60.0.10/32', /does not match/],
  ['over lo the zone is not changed', sidecar124, 'PREROUTING -s 10.60.0.10/32', /changes nothing/],
  ['the first zone stays', sidecar131Dns, 'ISTIO_OUTPUT_DNS -p udp -m udp --dport 53 -j CT', /keep zone 1/],
  [
    'DNS answers need the proxy’s user',
    sidecar131Dns,
    '-p udp -m udp --dport 53 -j REDIRECT',
    /answer from port 15053/,
  ],
  [
    'DNS return of 1.24 comes after the owner’s',
    sidecar124,
    'ISTIO_OUTPUT -p udp -m udp --dport 53 -m owner --uid-owner 1337 -j RETURN',
    /never matches/,
  ],
  ['a stray ACK is NEW', sidecar119, '--ctstate INVALID -j DROP', /stray inbound ACK is NEW/],
  [
    'REDIRECT from PREROUTING goes to the interface',
    sidecarVirtual,
    '-i k6t-b -j ISTIO_REDIRECT',
    /first address of k6t-b/,
  ],
  ['RETURN of a virtual interface sees what is not TCP', sidecarVirtual, '-i k6t-b -j RETURN', /only other protocols/],
  ['unless only a range was redirected', sidecarVirtual, '-i k6t-a -j RETURN', undefined],
  ['in a pod of ambient the RETURN is dead', ambientPod, '-i k6t-a -p tcp -j RETURN', /^Never reached/],
  ['CONNMARK save sees only lo', tproxyAll, '--save-mark', /never come here/],
  ['TPROXY leaves the addresses', tproxyAll, '-j TPROXY', /socket sees the pod’s address/],
  ['an application’s own mark is looped', ambientPod, '--mark 0x111/0xfff -j ACCEPT', /looped to lo/],
  ['mask of ztunnel’s mark', ambientPod, '! --dport 15008 -m mark', /0x1539/],
  ['DNS over TCP does not except lo', ambientPod, '-p tcp -m tcp --dport 53', /does not except lo/],
  ['15008 is TPROXYed for every packet', ambient121, '--dport 15008 -m mark', /every packet/],
  ['INVALID is TPROXYed', ambient121, '--on-port 15006', /TPROXY applies to INVALID packets/],
  ['probe SNAT takes every local process', ambientHost, '-j SNAT', /every local process/],
];

test.each(notes)('%s', (_, fixture, part, expected) => {
  const view = readView(fixture.save);
  const note = ruleKnowledge(view, ruleWith(view, part))?.kernelNote;
  if (expected === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(expected);
});

test.each([
  [sidecar131, 'nat', 'ISTIO_INBOUND', /first packet of a connection only/],
  [tproxyAll, 'nat', 'ISTIO_INBOUND', /Nothing jumps here in TPROXY mode/],
  [sidecar119, 'nat', 'ISTIO_INBOUND', /inbound traffic is not captured/],
  [tproxyAll, 'mangle', 'ISTIO_INBOUND', /15008 is not excluded here/],
  [sidecar119, 'nat', 'ISTIO_IN_REDIRECT', undefined],
  [sidecarLoopbackIncluded, 'nat', 'ISTIO_REDIRECT', /TCP only/],
  [ambient121, 'mangle', 'ISTIO_PRERT', /by TPROXY/],
  [ambientPod, 'mangle', 'ISTIO_PRERT', undefined],
] as const)('chain note %#', (fixture, table, chain, expected) => {
  const note = chainKnowledge(readView(fixture.save), table, chain)?.kernelNote;
  if (expected === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(expected);
});
