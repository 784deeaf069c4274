import { defineMatch } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type Given,
  type GivenOptions,
  type InvalidValue,
  type Option,
  type ValueType,
} from '../option';
import type { OpenWords } from '../openWords';
import { missing } from '../shown';
import type { Inverted } from '../values/inverted';
import { hostMask, printHostMask, type HostMask } from '../values/looseAddress';
import { number32 } from '../values/number32';
import { oneOf } from '../values/oneOf';
import { protocolValue } from '../values/protocolNumber';

type IpsecMode = 'transport' | 'tunnel';

/** One transformation of an IPsec policy. */
interface Element {
  readonly reqid?: Inverted<number>;
  readonly spi?: Inverted<number>;
  readonly protocol?: Inverted<string>;
  readonly mode?: Inverted<IpsecMode>;
  readonly source?: Inverted<HostMask>;
  readonly destination?: Inverted<HostMask>;
}

interface PolicyData {
  readonly direction: 'in' | 'out';
  readonly none: boolean;
  readonly strict: boolean;
  readonly elements: readonly Element[];
}

const MOST_ELEMENTS = 4;
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [50, 'esp'],
  [51, 'ah'],
  [108, 'ipcomp'],
]);

const ipsecProtocol: ValueType<string> = {
  metavariable: 'ah|esp|ipcomp',
  completions: ['ah', 'esp', 'ipcomp'],
  parse(text): string | InvalidValue {
    const number = protocolValue(text);
    return (
      (number === undefined ? undefined : PROTOCOLS.get(number)) ?? invalid(`"${text}" is not one of ah, esp, ipcomp`)
    );
  },
};

const each = { invertible: true, repeatable: true } as const;
const dir = option(
  '--dir',
  oneOf<'in' | 'out'>(['in', 'out']),
  'Whether the packet was decapsulated (in) or will be encapsulated (out).',
);
const pol = option(
  '--pol',
  oneOf<'none' | 'ipsec'>(['none', 'ipsec']),
  'Whether IPsec handles the packet; ipsec if not given.',
);
const strict = flag(
  '--strict',
  'The policy has exactly the given elements, in this order; otherwise one that matches is enough.',
);
const reqid = option('--reqid', number32('id'), 'The reqid, as in `ip xfrm policy … reqid`.', each);
const spi = option('--spi', number32('spi'), 'Security parameter index of the association.', each);
const proto = option('--proto', ipsecProtocol, 'The IPsec protocol.', each);
const mode = option('--mode', oneOf<IpsecMode>(['transport', 'tunnel']), 'The encapsulation mode.', each);
const tunnelDst = option('--tunnel-dst', hostMask, 'Far end of the tunnel (tunnel mode).', each);
const tunnelSrc = option('--tunnel-src', hostMask, 'Near end of the tunnel (tunnel mode).', each);
const next = flag('--next', 'Starts the next element (with --strict).', { repeatable: true });

/**
 * `-m policy`: what IPsec did or will do to the packet. Source: iptables-extensions(8) "policy",
 * net/netfilter/xt_policy.c policy_mt. The host model has no IPsec: every packet counts as one that IPsec does not
 * touch, so `--pol none` holds and `--pol ipsec` does not.
 */
export const policy = defineMatch<PolicyData>({
  kind: 'match',
  name: 'policy',
  families: [4, 6],
  options: [dir, pol, strict, reqid, spi, proto, mode, tunnelDst, tunnelSrc, next],
  documentation: {
    summary: 'Matches by what IPsec did to the packet or will do to it.',
    details: 'A trace assumes that IPsec does not touch the packet.',
    source: 'iptables-extensions(8), policy; net/netfilter/xt_policy.c',
  },
  build: buildPolicy,
  check(data, { hooks }) {
    const wrong =
      data.direction === 'in'
        ? hooks.filter((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING')
        : hooks.filter((hook) => hook === 'PREROUTING' || hook === 'INPUT');
    return wrong.length === 0
      ? []
      : [problem(`--dir ${data.direction} cannot be used in ${wrong.join(', ')}, from which this rule is reached`)];
  },
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      openWords: openWordsOf(data),
      test: () => data.none,
      actual: () => missing('not touched by IPsec (assumed)'),
      premises: () => ['ipsec'],
    },
  ],
});

function openWordsOf({ direction, none, elements }: PolicyData): OpenWords {
  if (none)
    return {
      question: `Does IPsec leave the packet alone (${direction})?`,
      yes: `IPsec leaves the packet alone (${direction})`,
      no: `IPsec handles the packet (${direction})`,
    };
  const as = elements.some((element) => Object.keys(element).length > 0) ? ' as the rule says' : '';
  return direction === 'in'
    ? {
        question: `Did the packet come through IPsec${as}?`,
        yes: `the packet came through IPsec${as}`,
        no: as === '' ? 'the packet did not come through IPsec' : 'the packet did not come through such an IPsec',
      }
    : {
        question: `Will the packet go through IPsec${as}?`,
        yes: `the packet will go through IPsec${as}`,
        no: as === '' ? 'the packet will not go through IPsec' : 'the packet will not go through such an IPsec',
      };
}

function buildPolicy(options: GivenOptions): PolicyData | BuildProblem {
  const direction = options.get(dir)?.value;
  if (direction === undefined) return problem('policy needs --dir in or --dir out');
  const none = options.get(pol)?.value === 'none';
  const isStrict = options.has(strict);
  const nexts = options.all(next);
  if (nexts[0] && !isStrict) return problem('--next needs --strict', nexts[0]);
  if (nexts.length >= MOST_ELEMENTS)
    return problem(`there are at most ${MOST_ELEMENTS} elements`, nexts[MOST_ELEMENTS - 1]);
  if (none && isStrict) return problem('--pol none and --strict cannot be combined', options.get(strict));
  const elements: Element[] = [];
  for (let i = 0; i <= nexts.length; i++) {
    const start = nexts[i - 1]?.optionWord.start ?? -1;
    const end = nexts[i]?.optionWord.start ?? Infinity;
    const element = readElement(options, start, end);
    if ('kind' in element) return element;
    elements.push(element);
  }
  if (none) return { direction, none, strict: false, elements: [] };
  for (const element of elements) {
    if (isStrict && Object.keys(element).length === 0)
      return problem(
        'with --strict each element needs one of --reqid, --spi, --proto, --mode, --tunnel-dst, --tunnel-src',
        nexts[0],
      );
    if ((element.source ?? element.destination) && !mayBeTunnel(element.mode))
      return problem('--tunnel-src and --tunnel-dst are for tunnel mode: add --mode tunnel');
  }
  return { direction, none, strict: isStrict, elements };
}

/** Without --mode iptables has transport in mind. */
function mayBeTunnel(given: Inverted<IpsecMode> | undefined): boolean {
  return given !== undefined && (given.value === 'tunnel') !== given.inverted;
}

/** The options of the element whose words are between two columns; each at most once. */
function readElement(options: GivenOptions, start: number, end: number): Element | BuildProblem {
  let twice: BuildProblem | undefined;
  const pick = <V>(which: Option<V>): Inverted<V> | undefined => {
    const found = options
      .all(which)
      .filter((given: Given<V>) => given.optionWord.start > start && given.optionWord.start < end);
    if (found[1]) twice ??= problem(`${which.name} was given before in this element`, found[1]);
    return found[0] && { value: found[0].value, inverted: found[0].inverted };
  };
  const [id, index, protocol, wrap, source, destination] = [
    pick(reqid),
    pick(spi),
    pick(proto),
    pick(mode),
    pick(tunnelSrc),
    pick(tunnelDst),
  ];
  return (
    twice ?? {
      ...(id ? { reqid: id } : {}),
      ...(index ? { spi: index } : {}),
      ...(protocol ? { protocol } : {}),
      ...(wrap ? { mode: wrap } : {}),
      ...(source ? { source } : {}),
      ...(destination ? { destination } : {}),
    }
  );
}

function optionsText(data: PolicyData): string {
  const head = ` --dir ${data.direction} --pol ${data.none ? 'none' : 'ipsec'}${data.strict ? ' --strict' : ''}`;
  return head + data.elements.map(elementText).join(' --next');
}

function elementText(element: Element): string {
  const part = <V>(name: string, given: Inverted<V> | undefined, write: (value: V) => string): string =>
    given ? `${given.inverted ? ' !' : ''} ${name} ${write(given.value)}` : '';
  return (
    part('--reqid', element.reqid, String) +
    part('--spi', element.spi, (value) => `0x${value.toString(16)}`) +
    part('--proto', element.protocol, String) +
    part('--mode', element.mode, String) +
    part('--tunnel-dst', element.destination, printHostMask) +
    part('--tunnel-src', element.source, printHostMask)
  );
}
