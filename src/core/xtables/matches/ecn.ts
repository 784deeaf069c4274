import { masked, oneValue, type FieldTest } from '../../net/fields/fieldTest';
import { NO_PACKET } from '../../net/fields/packetSet';
import { fieldCondition } from '../fieldCondition';
import { PROTOCOL, TCP_FLAGS, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { flag, option, problem } from '../option';
import { missing } from '../shown';
import { unsigned } from '../values/integer';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { supposedHeader, transportLength } from '../values/transport';

interface EcnMatchData {
  readonly ece: Inverted<true> | undefined;
  readonly cwr: Inverted<true> | undefined;
  readonly ip: Inverted<number> | undefined;
}

const tcpCwr = flag('--ecn-tcp-cwr', 'The CWR flag of TCP is set.', { invertible: true });
const tcpEce = flag('--ecn-tcp-ece', 'The ECE flag of TCP is set.', { invertible: true });
const ipEct = option(
  '--ecn-ip-ect',
  unsigned('num', 0, 3),
  'The ECN bits of the IP header are these: 0 none, 1 and 2 capable, 3 congestion experienced.',
  { invertible: true },
);

/** `-m ecn`: explicit congestion notification. Source: iptables-extensions(8) "ecn", net/netfilter/xt_ecn.c. */
export const ecn = defineMatch<EcnMatchData>({
  kind: 'match',
  name: 'ecn',
  families: [4, 6],
  options: [tcpCwr, tcpEce, ipEct],
  documentation: {
    summary: 'Matches the congestion bits of the IP header and of TCP.',
    source: 'iptables-extensions(8), ecn; net/netfilter/xt_ecn.c',
  },
  build(options, { protocol }) {
    const data: EcnMatchData = {
      ece: keep(options.get(tcpEce)),
      cwr: keep(options.get(tcpCwr)),
      ip: keep(options.get(ipEct)),
    };
    if (options.count === 0) return problem('ecn needs --ecn-tcp-cwr, --ecn-tcp-ece or --ecn-ip-ect');
    if ((data.ece ?? data.cwr) && protocol !== PROTOCOL.TCP)
      return problem(
        '--ecn-tcp-cwr and --ecn-tcp-ece need -p tcp, not negated',
        options.get(tcpEce) ?? options.get(tcpCwr),
      );
    return data;
  },
  print: ({ ece, cwr, ip }) =>
    flagText('--ecn-tcp-ece', ece) + flagText('--ecn-tcp-cwr', cwr) + invertedText('--ecn-ip-ect', ip, String),
  conditions: ({ ece, cwr, ip }) => [
    ...(ip ? [ipCondition(ip)] : []),
    ...(ece ? [tcpCondition('--ecn-tcp-ece', TCP_FLAGS.ECE, ece)] : []),
    ...(cwr ? [tcpCondition('--ecn-tcp-cwr', TCP_FLAGS.CWR, cwr)] : []),
  ],
});

function flagText(name: string, given: Inverted<true> | undefined): string {
  return given ? `${given.inverted ? ' !' : ''} ${name}` : '';
}

function ipCondition({ value, inverted }: Inverted<number>): Condition {
  return fieldCondition(
    { field: 'tos', values: masked(3, value), negated: inverted },
    {
      option: '--ecn-ip-ect',
      wanted: String(value),
      shown: ({ packet }) => `ECN bits ${packet.tos & 3}`,
      denial: ({ packet }) => `ECN bits ${packet.tos & 3} ${inverted ? 'are' : '≠'} ${value}`,
      premises: () => ['service'],
    },
  );
}

function tcpCondition(name: string, bit: number, given: Inverted<true>): Condition {
  const flag: FieldTest = { field: 'tcpFlags', values: { kind: 'bits', bits: bit }, negated: given.inverted };
  const first: FieldTest = { field: 'fragmentOffset', values: oneValue(0), negated: false };
  return {
    text: flagText(name, given).trim(),
    bounds: () => ({ over: [[first, flag], [{ ...first, negated: true }]], under: NO_PACKET }),
    test({ packet }) {
      const flags = flagsByte(packet);
      return flags !== undefined && ((flags & bit) !== 0) !== given.inverted;
    },
    actual({ packet }) {
      const flags = flagsByte(packet);
      return flags === undefined
        ? missing('no TCP header')
        : `${bit === TCP_FLAGS.ECE ? 'ECE' : 'CWR'} ${(flags & bit) === 0 ? 'clear' : 'set'}`;
    },
  };
}

/** The kernel reads a later fragment as if it had a TCP header. undefined where there are fewer than 20 bytes. */
function flagsByte(packet: Packet): number | undefined {
  if (packet.fragmentOffset === 0) return transportLength(packet) < 20 ? undefined : packet.tcpFlags;
  const bytes = supposedHeader(packet);
  return bytes.length < 20 ? undefined : bytes[13];
}
