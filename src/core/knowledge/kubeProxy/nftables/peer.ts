import type { Peer } from '../../peer';
import type { RuleView } from '../../view';
import { KUBE_PROXY_TABLES, namedChain } from './names';

/** The Service that a rule of the table kube-proxy leads to, and its endpoints. */
export function nftServicePeer({ table, chain, leadsTo }: RuleView): Peer | undefined {
  if (!KUBE_PROXY_TABLES.includes(table)) return undefined;
  // The map that leads here has the Service for its key, and no rule names it.
  if (chain === 'reject-chain') return { noun: 'Service', name: '', behind: { noun: 'endpoint', count: 0 } };
  const named = namedChain(chain);
  if (named === undefined || named.kind === 'firewall') return undefined;
  const service = { noun: 'Service', name: named.service };
  const count = leadsTo.filter((name) => namedChain(name)?.kind === 'endpoint').length;
  return count === 0 ? service : { ...service, behind: { noun: 'endpoint', count } };
}
