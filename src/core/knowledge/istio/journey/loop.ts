import type { Taken } from '../../journey';
import type { IstioProfile } from '../profile';

/**
 * Which rule of Istio keeps what its proxy sends from being captured again. Source:
 * istio/istio:tools/istio-iptables/pkg/capture/run.go, istio/istio:cni/pkg/iptables/iptables.go.
 */
export function againstLoop({ mode, proxyUids, proxyGids }: IstioProfile, { source }: Taken): string {
  const written = (rules: string): string =>
    `To prevent that, Istio writes ${rules}, before the rules that capture; here that is missing or comes too late.`;
  if (mode.startsWith('ambient'))
    return 'To prevent that, each capturing rule of Istio has “-m mark ! --mark 0x539/0xfff”; this one does not.';
  if (source === '127.0.0.6' || source === '::6')
    return written(`“-s ${source}/${source === '::6' ? 128 : 32} -o lo -j RETURN” into ISTIO_OUTPUT`);
  if (mode === 'sidecar TPROXY') return written('“-m mark --mark 0x539 -j RETURN” into ISTIO_INBOUND and ISTIO_OUTPUT');
  const [uid = '1337', gid = '1337'] = [proxyUids[0], proxyGids[0]];
  return written(
    `“-m owner --uid-owner ${uid} -j RETURN” and “-m owner --gid-owner ${gid} -j RETURN” into ISTIO_OUTPUT`,
  );
}
