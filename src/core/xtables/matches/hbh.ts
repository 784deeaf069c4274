import { optionsHeaderMatch } from '../values/optionsHeader';

/**
 * `-m hbh`: the hop-by-hop options header of IPv6. Source: iptables-extensions(8) "hbh", net/ipv6/netfilter/ip6t_hbh.c.
 */
export const hbh = optionsHeaderMatch('hbh', 0, 'hop-by-hop options');
