import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineTarget } from '../extension';
import { flag, option, problem, type BuildProblem } from '../option';
import { number32 } from '../values/number32';

/** What each part is set to; undefined: left as it is. */
interface EcnTargetData {
  readonly ece: number | undefined;
  readonly cwr: number | undefined;
  readonly ect: number | undefined;
}

const remove = flag('--ecn-tcp-remove', 'Clears ECE and CWR, so that the connection does not use ECN.', {
  excludes: ['--ecn-tcp-cwr', '--ecn-tcp-ece'],
});
const tcpCwr = option('--ecn-tcp-cwr', number32('0|1', 0, 1), 'Sets the CWR flag of TCP.', {
  excludes: ['--ecn-tcp-remove'],
});
const tcpEce = option('--ecn-tcp-ece', number32('0|1', 0, 1), 'Sets the ECE flag of TCP.', {
  excludes: ['--ecn-tcp-remove'],
});
const ipEct = option('--ecn-ip-ect', number32('codepoint', 0, 3), 'Sets the two ECN bits of the IP header.');

/**
 * `-j ECN`: changes the bits of explicit congestion notification. Source: extensions/libipt_ECN.c,
 * net/ipv4/netfilter/ipt_ECN.c.
 */
export const ECN = defineTarget<EcnTargetData>({
  kind: 'target',
  name: 'ECN',
  families: [4],
  tables: ['mangle'],
  options: [remove, tcpCwr, tcpEce, ipEct],
  terminates: 'never',
  documentation: {
    summary: 'Clears or sets the congestion notification bits of TCP and IP.',
    details: 'A workaround for paths that drop packets with ECN. IPv4 only.',
    source: 'iptables-extensions(8), ECN; net/ipv4/netfilter/ipt_ECN.c',
  },
  build(options): EcnTargetData | BuildProblem {
    if (options.count === 0)
      return problem('ECN needs one of --ecn-tcp-remove, --ecn-tcp-cwr, --ecn-tcp-ece, --ecn-ip-ect');
    const cleared = options.has(remove) ? 0 : undefined;
    const bits = options.get(ipEct);
    // --ecn-tcp-remove undoes what comes before it.
    const undone = bits !== undefined && (options.get(remove)?.optionWord.start ?? -1) > bits.optionWord.start;
    return {
      ece: cleared ?? options.get(tcpEce)?.value,
      cwr: cleared ?? options.get(tcpCwr)?.value,
      ect: undone ? undefined : bits?.value,
    };
  },
  checkentry({ ece, cwr }, options, { protocol }) {
    return (ece === undefined && cwr === undefined) || protocol === PROTOCOL.TCP
      ? undefined
      : problem(
          'changing the TCP header needs -p tcp in the rule',
          options.get(remove) ?? options.get(tcpCwr) ?? options.get(tcpEce),
        );
  },
  print({ ece, cwr, ect }) {
    if (ece === 0 && cwr === 0 && ect === undefined) return ' --ecn-tcp-remove';
    return (
      `${ece === undefined ? '' : ` --ecn-tcp-ece ${ece}`}` +
      `${cwr === undefined ? '' : ` --ecn-tcp-cwr ${cwr}`}` +
      `${ect === undefined ? '' : ` --ecn-ip-ect ${ect}`}`
    );
  },
  describe({ ece, cwr, ect }) {
    if (ece === 0 && cwr === 0 && ect === undefined) return 'clears the ECN flags of TCP';
    const parts = [
      ece === undefined ? '' : `ECE to ${ece}`,
      cwr === undefined ? '' : `CWR to ${cwr}`,
      ect === undefined ? '' : `the ECN bits of IP to ${ect}`,
    ];
    return `sets ${parts.filter((each) => each !== '').join(', ')}`;
  },
  changes: ({ ece, cwr, ect }) => [
    ...(ect === undefined ? [] : [{ field: 'tos', kind: 'masked', clear: 3, flip: ect } as const]),
    ...(ece === undefined && cwr === undefined ? [] : [{ field: 'tcpFlags', kind: 'open' } as const]),
  ],
  apply({ ece, cwr, ect }, { packet }) {
    const tos = ect === undefined ? packet.tos : (packet.tos & ~3) | ect;
    let tcpFlags = packet.tcpFlags;
    if (packet.protocol === PROTOCOL.TCP && packet.fragmentOffset === 0) {
      if (ece !== undefined) tcpFlags = ece ? tcpFlags | TCP_FLAGS.ECE : tcpFlags & ~TCP_FLAGS.ECE;
      if (cwr !== undefined) tcpFlags = cwr ? tcpFlags | TCP_FLAGS.CWR : tcpFlags & ~TCP_FLAGS.CWR;
    }
    return { kind: 'continue', packet: { tos, tcpFlags } };
  },
});
