import type { Proviso, Walked } from '../core/netfilter/events';
import { packs } from '../core/knowledge/knowledge';
import { formatAddress } from '../core/net/address';
import type { SourceFile } from '../core/syntax/sourceFile';

const INTERFACES: readonly string[] = packs.flatMap(({ ipvsInterface }) => ipvsInterface ?? []);

/**
 * That IPVS does not take what was delivered at an address that is there for it, where the file does not list the
 * virtual servers.
 */
export function virtualServerProvisos({ sections }: SourceFile, { end }: Walked): readonly Proviso[] {
  const { outcome, verdict, packet } = end;
  if (outcome !== 'LOCAL' || verdict !== 'ACCEPT') return [];
  if (sections.some((section) => section.kind === 'sockets' && section.virtual)) return [];
  const address = formatAddress(packet.destination);
  const shown = sections.flatMap((section) => (section.kind === 'interfaces' ? section.interfaces : []));
  const its = shown.find(
    ({ name, addresses }) =>
      INTERFACES.includes(name) && addresses.some((each) => each.replace(/\/.*/, '') === address),
  );
  return its === undefined
    ? []
    : [
        {
          what: `IPVS has no virtual server for it ("ipvsadm -Ln" lists them)`,
          reason: `${address} is an address of ${its.name}, which is there for IPVS`,
        },
      ];
}
