import { proxyIdentity, receiverAt } from '../../core/knowledge/istio/journey/pod';
import type { Answerer } from '../../core/netfilter/reply';
import type { Walked } from '../../core/netfilter/events';
import { profileOf, type Evaluation } from '../traceSession/evaluate';
import { saidIn } from './mesh';
import { takenOf } from './taken';

/**
 * With which user and group a sidecar answers what its rules have led to it: Istio's rules for DNS know the answers of
 * the agent by that. undefined where someone else answers, or the file shows the user of the socket.
 */
export function answererOf(evaluation: Evaluation, walked: Walked): Answerer | undefined {
  const profile = profileOf(evaluation);
  if (!profile?.mode.startsWith('sidecar') || walked.end.outcome !== 'LOCAL') return undefined;
  const taken = takenOf(evaluation, false, walked);
  if (!taken || receiverAt(profile, taken.port, taken.captured) === 'app') return undefined;
  const { uid, gid } = proxyIdentity(profile, saidIn(evaluation));
  return { uid: walked.end.receiver?.uid ?? uid, gid };
}
