import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineTarget } from '../extension';
import { flag, option, problem } from '../option';
import { number32 } from '../values/number32';

interface SynproxyData {
  readonly sackPermitted: boolean;
  readonly timestamp: boolean;
  readonly windowScale: number | undefined;
  readonly mss: number | undefined;
  readonly ecn: boolean;
}

const sackPerm = flag('--sack-perm', 'Offers selective acknowledgements to the client.');
const timestamp = flag('--timestamp', 'Offers timestamps to the client; they carry the other options in the cookie.');
const wscale = option('--wscale', number32('shift'), 'The window scale of the server; the lowest 8 bits count.');
const mss = option('--mss', number32('bytes'), 'The maximum segment size of the server; the lowest 16 bits count.');
const ecn = flag('--ecn', 'Offers explicit congestion notification to the client.');

/**
 * `-j SYNPROXY`: answers SYNs in the server's place. Source: extensions/libxt_SYNPROXY.c,
 * net/ipv4/netfilter/ipt_SYNPROXY.c.
 */
export const SYNPROXY = defineTarget<SynproxyData>({
  kind: 'target',
  name: 'SYNPROXY',
  families: [4, 6],
  hooks: ['INPUT', 'FORWARD'],
  options: [sackPerm, timestamp, wscale, mss, ecn],
  terminates: 'sometimes',
  needsConntrack: true,
  documentation: {
    summary: 'Answers TCP SYNs in place of the server, to keep SYN floods away from it.',
    details:
      'Needs untracked SYNs (CT --notrack in raw) and the match "-m conntrack --ctstate INVALID,UNTRACKED". ' +
      'Only a client that returns the cookie gets a connection to the server.',
    source: 'iptables-extensions(8), SYNPROXY; net/ipv4/netfilter/ipt_SYNPROXY.c',
  },
  checkentry: (_data, _options, { protocol }) =>
    protocol === PROTOCOL.TCP ? undefined : problem('SYNPROXY needs -p tcp in the rule'),
  build(options) {
    const [shift, size] = [options.get(wscale)?.value, options.get(mss)?.value];
    return {
      sackPermitted: options.has(sackPerm),
      timestamp: options.has(timestamp),
      windowScale: shift === undefined ? undefined : shift & 0xff,
      mss: size === undefined ? undefined : size & 0xffff,
      ecn: options.has(ecn),
    };
  },
  print: (data) =>
    `${data.sackPermitted ? ' --sack-perm' : ''}${data.timestamp ? ' --timestamp' : ''}` +
    `${data.windowScale === undefined ? '' : ` --wscale ${data.windowScale}`}` +
    `${data.mss === undefined ? '' : ` --mss ${data.mss}`}${data.ecn ? ' --ecn' : ''}`,
  describe: () => 'answers the SYN in place of the server',
  apply(_data, { packet }) {
    const flags = packet.tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK | TCP_FLAGS.FIN | TCP_FLAGS.RST);
    if (flags === TCP_FLAGS.SYN)
      return { kind: 'stolen', note: 'the kernel answers the SYN with a SYN-ACK that carries a cookie' };
    if (flags !== TCP_FLAGS.ACK) return { kind: 'continue' };
    return {
      kind: 'choice',
      reason: 'whether the ACK returns a cookie of this host is not known',
      choices: [
        {
          text: 'the ACK returns a valid cookie',
          effect: { kind: 'stolen', note: 'the kernel opens the connection to the server' },
        },
        {
          text: 'the ACK returns no valid cookie',
          effect: { kind: 'verdict', verdict: 'DROP', note: 'no cookie of this host' },
        },
      ],
    };
  },
});
