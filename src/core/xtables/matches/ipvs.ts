import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type GivenOptions,
  type InvalidValue,
  type ValueType,
} from '../option';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { hostMask, printHostMask, type HostMask } from '../values/looseAddress';
import { protocolNumberValue } from '../values/protocolNumber';
import { servicePort } from '../values/servicePort';

interface IpvsData {
  /** Only where no other option is given. */
  readonly ipvs: Inverted<true> | undefined;
  readonly protocol: Inverted<number> | undefined;
  readonly address: Inverted<HostMask> | undefined;
  readonly port: Inverted<number> | undefined;
  readonly direction: string | undefined;
  readonly method: Inverted<string> | undefined;
  readonly controlPort: Inverted<number> | undefined;
}

/** One of a few words in any case. */
function word(words: readonly string[]): ValueType<string> {
  return {
    metavariable: words.join('|'),
    completions: words,
    parse: (text): string | InvalidValue =>
      words.find((each) => each === text.toUpperCase()) ?? invalid(`"${text}" is not one of ${words.join(', ')}`),
  };
}

const ipvsFlag = flag('--ipvs', 'The packet belongs to a connection that IPVS handles.', { invertible: true });
const vproto = option('--vproto', protocolNumberValue, 'Protocol of the virtual service.', { invertible: true });
const vaddr = option('--vaddr', hostMask, 'Address of the virtual service.', { invertible: true });
const vport = option('--vport', servicePort, 'Port of the virtual service.', { invertible: true });
const vdir = option('--vdir', word(['ORIGINAL', 'REPLY']), 'Whether the packet goes to the service or comes from it.');
const vmethod = option('--vmethod', word(['GATE', 'IPIP', 'MASQ']), 'How IPVS forwards the connection.', {
  invertible: true,
});
const vportctl = option(
  '--vportctl',
  servicePort,
  'Port of the connection that controls this one, such as 21 for FTP.',
  { invertible: true },
);

/**
 * `-m ipvs`: connections of the IP virtual server. Source: iptables-extensions(8) "ipvs", net/netfilter/xt_ipvs.c.
 * Unknown: the host model has no IPVS.
 */
export const ipvs = defineMatch<IpvsData>({
  kind: 'match',
  name: 'ipvs',
  families: [4, 6],
  options: [ipvsFlag, vproto, vaddr, vport, vdir, vmethod, vportctl],
  documentation: {
    summary: 'Matches the virtual service (IPVS) that handles the connection.',
    details: 'Every option but ! --ipvs matches only packets of a connection that IPVS handles.',
    source: 'iptables-extensions(8), ipvs; net/netfilter/xt_ipvs.c',
  },
  build: buildIpvs,
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      test: (): Answer => unknown('the virtual services of IPVS are not in the file'),
      actual: () => 'virtual services not known',
    },
  ],
});

function buildIpvs(options: GivenOptions): IpvsData | BuildProblem {
  if (options.count === 0) return problem('ipvs needs at least one option, such as --ipvs');
  const given = options.get(ipvsFlag);
  const others = options.count > (given ? 1 : 0);
  if (given?.inverted && others) return problem('! --ipvs cannot be combined with other options', given);
  return {
    ipvs: others ? undefined : keep(given),
    protocol: keep(options.get(vproto)),
    address: keep(options.get(vaddr)),
    port: keep(options.get(vport)),
    direction: options.get(vdir)?.value,
    method: keep(options.get(vmethod)),
    controlPort: keep(options.get(vportctl)),
  };
}

function optionsText(data: IpvsData): string {
  return (
    (data.ipvs ? `${data.ipvs.inverted ? ' !' : ''} --ipvs` : '') +
    invertedText('--vproto', data.protocol, String) +
    invertedText('--vaddr', data.address, printHostMask) +
    invertedText('--vport', data.port, String) +
    (data.direction === undefined ? '' : ` --vdir ${data.direction}`) +
    invertedText('--vmethod', data.method, String) +
    invertedText('--vportctl', data.controlPort, String)
  );
}
