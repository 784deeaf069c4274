import { formatAddress, sameAddress, type Address } from '../../../core/net/address';
import type { Route } from '../../../core/net/host';
import type { PacketRequest } from '../../../core/net/packetRequest';
import type { TraceEvent, Walked } from '../../../core/netfilter/events';
import { premise, premisesOf } from '../../../core/xtables/premise';
import type { HostAssumption } from '../../../core/ruleset/host/assumptions';
import type { CardAssumption } from '../../../shared/traceReport';
import { ownKey, WAY_QUESTION } from '../../possibleHosts/hostKeys';
import { standIns } from '../../provisos';
import type { TraceInput } from '../traceInput';

/** Tells of each value of the card whether it was assumed, why, and where one settles it. */
export class AssumedValues {
  private readonly ofHost: readonly HostAssumption[];
  private readonly standIns: ReturnType<typeof standIns>;

  constructor(
    private readonly input: TraceInput,
    private readonly walked: Walked,
  ) {
    const hosts = input.hosts ?? [];
    this.ofHost = (hosts.find(({ host }) => host === walked.on?.host) ?? hosts[0])?.assumptions ?? [];
    this.standIns = standIns(walked);
  }

  /** Of a field of the packet that was filled in. */
  field(name: keyof PacketRequest): CardAssumption | undefined {
    const filled = this.input.filled?.find(({ field }) => field === name);
    return filled && { why: filled.why, field: name };
  }

  /** Of a field that was omitted, and for which rules find the usual value. */
  usual(name: keyof PacketRequest): CardAssumption | undefined {
    const { given } = this.input;
    const open = given && [...premisesOf(given)].map(premise).find(({ settledBy }) => settledBy?.includes(name));
    return open && { why: open.reason, field: name };
  }

  /** Of an address that the host was given, or of which it was answered whether it is the host's. */
  address(address: Address): CardAssumption | undefined {
    const key = ownKey(formatAddress(address));
    const answer = this.walked.on?.answers.find((each) => each.key === key);
    if (answer) return { why: `${answer.what}${answer.value ? '' : ': no'}; ${answer.reason}`, question: answer.key };
    const made = this.ofHost.find(({ use }) => use.kind === 'address' && sameAddress(use.address, address));
    return made ? { why: made.message } : this.standIn(address);
  }

  /** Of an address of a rule that somebody made unreadable. */
  private standIn(address: Address): CardAssumption | undefined {
    const text = formatAddress(address);
    const found = this.standIns.find(({ is }) => is === text)?.proviso;
    return found && { why: `${found.what}: ${found.reason}` };
  }

  /** Nothing states that this host, or any other, has the address. */
  isMadeUp(address: Address): boolean {
    return this.ofHost.some(({ use }) => use.kind === 'address' && use.madeUp && sameAddress(use.address, address));
  }

  interface(name: string): CardAssumption | undefined {
    const choice = this.walked.on?.answers.find(({ choice: isChoice }) => isChoice);
    if (choice) return { why: choice.reason, question: WAY_QUESTION };
    const made = this.ofHost.find(({ use }) => use.kind === 'interface' && use.name === name);
    return made && { why: made.message };
  }

  /** Of what happens to a packet on its way: why that is not a fact. */
  event(event: TraceEvent): string | undefined {
    switch (event.kind) {
      case 'route':
        return (
          event.type === 'unicast'
            ? (this.way(event) ?? this.standIn(event.packet.destination))
            : this.address(event.packet.destination)
        )?.why;
      case 'sent': {
        const route = this.walked.events.findLast((each) => each.kind === 'route' && each.device === event.iface);
        const way = route?.kind === 'route' ? this.way(route) : this.interface(event.iface);
        return (way ?? this.standIn(event.packet.destination))?.why;
      }
      case 'delivered':
        // A socket that is listed is shown as it is.
        return event.listener ? undefined : this.address(event.packet.destination)?.why;
      default:
        return undefined;
    }
  }

  private way({ by, device }: Extract<TraceEvent, { readonly kind: 'route' }>): CardAssumption | undefined {
    return this.route(by) ?? this.interface(device);
  }

  /** Of the route that led the packet. */
  route(route: Route | undefined): CardAssumption | undefined {
    const made = route && this.ofHost.find(({ use }) => use.kind === 'routes' && use.routes.includes(route));
    return made && { why: made.message, field: 'host.routes' };
  }
}
