import type { Host } from '../../../net/host';
import type { JourneyFile, Journeys, Proxies, Taken } from '../../journey';
import { istioProfile, sidecarBeside } from '../profile';
import { withoutIstio, ofProxyItself } from './direct';
import { mixedRules } from './mixedRules';
import { onward } from './onward';
import type { IstioMesh } from './packets';
import { againstLoop } from './loop';
import { isProxyPort, looksLikeProxy, proxyIdentity, receiverAt } from './pod';
import { podSaidIn } from './podSaid';

/** Client → Envoy → app, app → ztunnel → outside: what the proxies of a pod or a node of Istio do. */
export const istioJourneys: Journeys = {
  of: 'an Istio pod or node',
  in: proxiesIn,
  without: ({ lines }) => withoutIstio(podSaidIn(lines)),
  isProxyPort,
};

const HBONE = 15008;

function proxiesIn(file: JourneyFile): Proxies | undefined {
  const { rules, lines } = file;
  const profile = rules && istioProfile(rules);
  if (rules === undefined || profile === undefined) return undefined;
  const said = podSaidIn(lines);
  const { mode } = profile;
  const mesh = (ownService: boolean): IstioMesh => ({
    profile,
    sidecarBeside: sidecarBeside(rules),
    versions: file.releases(),
    said,
    ownService,
  });
  return {
    expected: true,
    remarks: () => remarks(file, rules),
    sender(request, host) {
      if (looksLikeProxy(profile, request)) return mode.startsWith('ambient node') ? 'ztunnel' : 'proxy';
      if (mode === 'ambient node, inside ztunnel') return request.iface === 'pistioout' ? 'app' : 'client';
      if (mode === 'ambient node')
        return request.dir === 'out'
          ? 'node'
          : request.src !== undefined && isMember(host, request.src)
            ? 'app'
            : 'client';
      if (request.dir !== 'out') return undefined;
      return mode === 'ambient host' ? 'node' : 'app';
    },
    receiver: ({ port, captured }) => receiverAt(profile, port, captured),
    againstLoop: (taken) => againstLoop(profile, taken),
    way: ({ captured, port, direction }, { iface, destination }) =>
      iface.startsWith('istio')
        ? `ztunnel (${iface})`
        : captured
          ? `ztunnel ${destination}:${port}`
          : direction === 'out' && mode !== 'ambient node' && mode !== 'ambient host'
            ? 'outside'
            : `${destination} (${iface})`,
    isMember,
    isTunnelPort: (port) => port === HBONE,
    ofProxyItself: (request) => ofProxyItself(mesh(false), request),
    onward: (taken, ownService) => onward(mesh(ownService), taken),
    answerer(taken: Taken) {
      if (!mode.startsWith('sidecar') || receiverAt(profile, taken.port, taken.captured) === 'app') return undefined;
      const { uid, gid } = proxyIdentity(profile, said);
      return { uid, gid };
    },
  };
}

/** A member of the set that node mode keeps of its own pods of the mesh. */
function isMember({ sets }: Host, address: string): boolean {
  return (sets?.get('ztunnel-pods-ips')?.entries ?? []).some((entry) => entry.split(/\s/, 1)[0] === address);
}

/** Sentences on rules that are not those of one installation. */
function remarks(file: JourneyFile, rules: NonNullable<JourneyFile['rules']>): readonly string[] {
  const profile = istioProfile(rules);
  const { noInterception } = podSaidIn(file.lines);
  const captures = profile !== undefined && (profile.inbound !== 'none' || profile.outbound !== 'none');
  return [
    ...mixedRules(rules, file.releases()),
    ...(file.beside && istioProfile(file.beside)
      ? [
          'Both back ends hold rules of Istio, iptables-legacy and iptables-nft: a packet meets both, and NAT ' +
            'of the one that comes first decides.',
        ]
      : []),
    ...(noInterception !== undefined && captures
      ? [
          `Line ${noInterception} sets interceptionMode NONE, and yet these rules capture: they belong to ` +
            'another pod, or are older than that setting.',
        ]
      : []),
  ];
}
