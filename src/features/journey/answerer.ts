import type { Answerer } from '../../core/netfilter/reply';
import type { Walked } from '../../core/netfilter/events';
import type { Evaluation } from '../traceSession/evaluate';
import { proxiesOf } from './proxies';
import { takenOf } from './taken';

/**
 * The user and group with which a proxy replies to what rules have redirected to it: rules may recognise its replies by
 * them. undefined where another program replies, or the file shows the user of the socket.
 */
export function answererOf(evaluation: Evaluation, walked: Walked): Answerer | undefined {
  const taken = takenOf(evaluation, false, walked);
  const answerer = taken && proxiesOf(evaluation)?.answerer(taken);
  return answerer && { ...answerer, uid: walked.end.receiver?.uid ?? answerer.uid };
}
