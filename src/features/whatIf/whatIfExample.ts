import { ruleSetOf, type Dump } from '../fileModel';

/** A command that one might try on the rules, for an empty box: in the words of the program that they are of. */
export function whatIfExample({ section }: Dump): string {
  const { native, family } = ruleSetOf(section);
  if (section.form !== 'nft') return `${family === 6 ? 'ip6tables' : 'iptables'} -I INPUT -p tcp --dport 443 -j ACCEPT`;
  const filters = native?.bases.filter(({ base }) => base.type === 'filter') ?? [];
  const chain = filters.find(({ hook }) => hook === 'INPUT') ?? filters[0];
  return chain ? `nft insert rule ${chain.table} ${chain.name} tcp dport 443 accept` : 'line 12 off';
}
