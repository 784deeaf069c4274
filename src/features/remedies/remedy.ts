import type { Remedy } from '../../shared/traceReport';
import type { Host } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Walked } from '../../core/netfilter/events';
import type { TraceSetting } from '../../core/netfilter/trace';
import type { TableName } from '../../core/xtables/view';
import type { TraceInput } from '../traceReport/traceInput';

/** What was traced, and the path of it that is to be changed. */
export interface Situation {
  readonly request: PacketRequest;
  readonly setting: TraceSetting;
  readonly input: TraceInput;
  readonly walked: Walked;
}

/** One command of iptables. `position` is counted from 1; left out with `I` it is 1, with `A` it means nothing. */
export interface RuleCommand {
  readonly table: TableName;
  readonly chain: string;
  readonly operation: 'I' | 'A' | 'D';
  readonly position?: number;
  /** Matches and target, as iptables-save writes them; empty for `D`. */
  readonly rule: string;
}

/** What is changed, to be traced again. */
export interface RemedyChange {
  readonly commands?: readonly RuleCommand[];
  readonly host?: Host;
}

/** A change that was found to help, and every path that the packet may take then. */
export interface Proposal extends Omit<Remedy, 'result' | 'inFile' | 'live' | 'makes'> {
  readonly makes?: string;
  /** The change as it would be typed, where that is not `commands`. */
  readonly typed?: readonly string[];
  /** The rules that it makes, however they come about; empty where the rules stay as they are. */
  readonly rules: readonly RuleCommand[];
  readonly outcomes: readonly Walked[];
}

/** `iptables -I INPUT 4 -p tcp -m tcp --dport 22 -j ACCEPT`; to people the table filter need not be named. */
export function commandText({ table, chain, operation, position, rule }: RuleCommand, family: 4 | 6): string {
  const words = [
    family === 4 ? 'iptables' : 'ip6tables',
    table === 'filter' ? '' : `-t ${table}`,
    `-${operation} ${chain}`,
    position === undefined ? '' : String(position),
    rule,
  ];
  return words.filter((word) => word !== '').join(' ');
}
