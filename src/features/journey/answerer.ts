import type { Answerer } from '../../core/netfilter/reply';
import type { Walked } from '../../core/netfilter/events';
import type { Evaluation } from '../traceSession/evaluate';
import { proxiesOf } from './proxies';
import { takenOf } from './taken';

/**
 * With which user and group a proxy answers what rules have led to it: rules may know its answers by that. undefined
 * where someone else answers, or the file shows the user of the socket.
 */
export function answererOf(evaluation: Evaluation, walked: Walked): Answerer | undefined {
  const proxies = proxiesOf(evaluation);
  if (!proxies || walked.end.outcome !== 'LOCAL') return undefined;
  const taken = takenOf(evaluation, false, walked);
  const answerer = taken && proxies.answerer(taken);
  return answerer && { ...answerer, uid: walked.end.receiver?.uid ?? answerer.uid };
}
