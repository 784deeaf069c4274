import { formatAddress } from '../../net/address';
import type { Listener } from '../../net/host';
import { PROTOCOL } from '../../net/packet';
import { list, text, type Fact, type Paragraph } from '../facts';
import type { WordFile } from '../pack';
import { chainIn } from '../view';
import { istioProfile, type IstioProfile } from './profile';

/**
 * What inbound and outbound mean in a mesh, with chain, port and listener of either side where the file shows an Istio.
 * Undefined for other words, and beside rules of other programs.
 */
export function directions(word: string, files: (() => readonly WordFile[]) | undefined): Fact | undefined {
  if (!/^(in|out)bound$/i.test(word)) return undefined;
  const inbound = word.toLowerCase() === 'inbound';
  const here = files && sidesOf(files());
  if (files && here === undefined) return undefined;
  const sides = here ?? GENERAL;
  return {
    title: inbound ? 'what arrives at this pod from others' : 'what this pod opens to others',
    details: [
      text(
        'The words are seen from the pod. One request in the mesh is both: outbound in the pod of the client, ' +
          'and inbound in the pod of the server. The rules and the proxy of each pod see their own side only.',
      ),
      ...(inbound
        ? [side('Inbound, at the server', sides.inbound), side('Outbound, at the client', sides.outbound)]
        : [side('Outbound, at the client', sides.outbound), side('Inbound, at the server', sides.inbound)]
      ).flat(),
      ...(here === undefined
        ? []
        : [
            text(
              'Chains, ports and listeners are those of this file; the pod on the other side has its own of ' +
                'the same kind.',
            ),
          ]),
    ],
    sources: ['istio/istio:tools/istio-iptables/pkg/capture/run.go', 'istio/ztunnel:ARCHITECTURE.md'],
  };
}

function side(label: string, steps: readonly string[]): readonly Paragraph[] {
  return [text(`${label}:`), list(...steps)];
}

interface PortsByDirection {
  readonly outbound: readonly string[];
  readonly inbound: readonly string[];
}

const GENERAL: PortsByDirection = {
  outbound: [
    'the application connects; nat OUTPUT sends it through ISTIO_OUTPUT to ISTIO_REDIRECT',
    'it arrives at Envoy’s outbound listener, port 15001, which picks the endpoint',
    'Envoy connects to the server’s pod; the rules recognise it by its user or group and let it pass',
  ],
  inbound: [
    'the connection arrives; nat PREROUTING sends it through ISTIO_INBOUND to ISTIO_IN_REDIRECT (in TPROXY ' +
      'mode mangle, to ISTIO_TPROXY)',
    'it arrives at Envoy’s inbound listener, port 15006, which checks mTLS and policy',
    'Envoy connects to the application, since 1.10 from 127.0.0.6 to the pod’s own address',
  ],
};

/** The sides as the file's own rules have them; undefined where no pod of Istio is in it. */
function sidesOf(files: readonly WordFile[]): PortsByDirection | undefined {
  for (const { rules, listeners } of files) {
    const profile = istioProfile(rules);
    if (profile === undefined || profile.mode.startsWith('ambient node') || profile.mode === 'ambient host') continue;
    const line = (table: string, chain: string): string => {
      const jump = chainIn(rules, table, chain)?.jumpedFrom[0];
      return jump === undefined ? chain : `${chain} (line ${jump.line + 1})`;
    };
    return profile.mode === 'ambient pod'
      ? ambientSides(profile, listeners, line)
      : sidecarSides(profile, listeners, line, rules.family);
  }
  return undefined;
}

type LineOf = (table: string, chain: string) => string;

function sidecarSides(
  profile: IstioProfile,
  listeners: readonly Listener[],
  line: LineOf,
  family: 4 | 6,
): PortsByDirection {
  const tproxy = profile.mode === 'sidecar TPROXY';
  const out = profile.outboundPort ?? 15001;
  const into = profile.inboundPort ?? 15006;
  const owners = [
    ...profile.proxyUids.map((uid) => `user ${uid}`),
    ...profile.proxyGids.map((gid) => `group ${gid}`),
  ].join(' and ');
  const outbound =
    profile.outbound === 'none' && profile.outboundIncludedPorts.length === 0
      ? ['nothing is captured on the way out in this rule set: the application reaches the server without Envoy']
      : [
          `the application connects; nat OUTPUT sends it through ${line('nat', 'ISTIO_OUTPUT')} to ISTIO_REDIRECT`,
          `it arrives at port ${out}${heldBy(listeners, out, 'Envoy’s outbound listener')}, which picks the endpoint`,
          'Envoy connects to the server’s pod; ' +
            `${owners === '' ? 'the proxy’s user and group are' : `${owners} ${owners.includes(' and ') ? 'are' : 'is'}`} ` +
            'let through by ISTIO_OUTPUT',
        ];
  const application = listeners.find(
    ({ protocol, port, address }) =>
      protocol === PROTOCOL.TCP && !MESH_PORTS.has(port) && !(address && formatAddress(address).startsWith('127.')),
  );
  const inbound =
    profile.inbound === 'none'
      ? ['nothing is captured on the way in in this rule set: the connection reaches the application without Envoy']
      : [
          `the connection arrives; ${tproxy ? 'mangle' : 'nat'} PREROUTING sends ` +
            `${profile.inbound === 'ports' ? `ports ${profile.inboundIncludes.join(', ')}` : 'it'} through ` +
            `${line(tproxy ? 'mangle' : 'nat', 'ISTIO_INBOUND')} to ` +
            `${tproxy ? 'ISTIO_TPROXY' : 'ISTIO_IN_REDIRECT'}`,
          `it arrives at port ${into}${heldBy(listeners, into, 'Envoy’s inbound listener')}, which checks mTLS ` +
            'and policy',
          'Envoy connects to the ' +
            `application${application ? `, port ${application.port}` : ''}` +
            `${tproxy ? ' with the client’s address' : `: since 1.10 from ${family === 4 ? '127.0.0.6' : '::6'} to the pod’s own address, before to 127.0.0.1`}`,
        ];
  return { outbound, inbound };
}

function ambientSides(profile: IstioProfile, listeners: readonly Listener[], line: LineOf): PortsByDirection {
  const out = profile.outboundPort ?? 15001;
  const into = profile.inboundPort ?? 15006;
  const inNat = profile.inbound !== 'none' && line('nat', 'ISTIO_PRERT') !== 'ISTIO_PRERT';
  return {
    outbound: [
      `the application connects; nat OUTPUT sends it to ${line('nat', 'ISTIO_OUTPUT')}`,
      `it arrives at port ${out}${heldBy(listeners, out, 'ztunnel’s outbound port')}`,
      'ztunnel connects to the server’s ztunnel over HBONE, port 15008; its packets carry mark 0x539 and are let ' +
        'through',
    ],
    inbound:
      profile.inbound === 'none'
        ? [
            'nothing is captured on the way in (ambient.istio.io/bypass-inbound-capture); HBONE, port 15008, ' +
              'goes to ztunnel by itself',
          ]
        : [
            'from the mesh: HBONE arrives at port 15008, where ztunnel listens',
            `from elsewhere, in plain text: ${inNat ? 'nat' : 'mangle'} PREROUTING sends it through ` +
              `${line(inNat ? 'nat' : 'mangle', 'ISTIO_PRERT')} to port ` +
              `${into}${heldBy(listeners, into, 'ztunnel’s port for plaintext')}`,
            'ztunnel connects to the application with the client’s address',
          ],
  };
}

const MESH_PORTS: ReadonlySet<number> = new Set([15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090]);

/** Who listens, where the file states. */
function heldBy(listeners: readonly Listener[], port: number, what: string): string {
  const found = listeners.find((listener) => listener.protocol === PROTOCOL.TCP && listener.port === port);
  if (found === undefined) return `, ${what}`;
  const address = found.address ? formatAddress(found.address) : '*';
  return `, ${what}${found.process === undefined ? '' : ` (${found.process}${found.pid === undefined ? '' : `, pid ${found.pid}`}, listening on ` + `${address}:${port})`}`;
}
