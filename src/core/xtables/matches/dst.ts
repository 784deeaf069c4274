import { PROTOCOL } from '../../net/packet';
import { optionsHeaderMatch } from '../values/optionsHeader';

/**
 * `-m dst`: the destination options header of IPv6. Source: iptables-extensions(8) "dst",
 * net/ipv6/netfilter/ip6t_hbh.c.
 */
export const dst = optionsHeaderMatch('dst', PROTOCOL.IPV6_DESTINATION, 'destination options');
