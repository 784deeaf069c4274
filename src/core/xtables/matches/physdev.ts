import { utf8Bytes } from '../../text/utf8';
import { defineMatch, type Condition } from '../extension';
import { flag, invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import type { OpenWords } from '../openWords';

interface PhysdevData {
  readonly parts: readonly { readonly text: string; readonly inverted: boolean }[];
  /** Asks for the port that the packet will leave by, which only bridged traffic has everywhere. */
  readonly needsBridged: boolean;
}

/** The kernel's limit for an interface name (IFNAMSIZ - 1). */
const MAX_NAME = 15;

const portName: ValueType<string> = {
  metavariable: 'name[+]',
  names: 'interface',
  parse: (text): string | InvalidValue =>
    utf8Bytes(text).length > MAX_NAME ? invalid(`the interface name "${text}" is longer than ${MAX_NAME} bytes`) : text,
};

const isIn = flag('--physdev-is-in', 'The packet came in through a bridge port.', { invertible: true });
const inPort = option(
  '--physdev-in',
  portName,
  'The bridge port that the packet came in by; `+` stands for any ending.',
  { invertible: true },
);
const isOut = flag('--physdev-is-out', 'The packet will leave through a bridge port.', { invertible: true });
const outPort = option(
  '--physdev-out',
  portName,
  'The bridge port that the packet will leave by; `+` stands for any ending.',
  { invertible: true },
);
const isBridged = flag('--physdev-is-bridged', 'The packet is bridged, not routed.', { invertible: true });
/** In the order of iptables-save. */
const ALL = [isIn, inPort, isOut, outPort, isBridged];

/** For the flags; ports are named as they are written. */
const BRIDGE_WORDS: Readonly<Record<string, OpenWords>> = {
  '--physdev-is-in': {
    question: 'Did the packet come in by a bridge port?',
    yes: 'the packet came in by a bridge port',
    no: 'the packet did not come in by a bridge port',
  },
  '--physdev-is-out': {
    question: 'Will the packet leave by a bridge port?',
    yes: 'the packet will leave by a bridge port',
    no: 'the packet will not leave by a bridge port',
  },
  '--physdev-is-bridged': {
    question: 'Is the packet bridged, not routed?',
    yes: 'the packet is bridged, not routed',
    no: 'the packet is not bridged',
  },
};

/** Of `--physdev-in eth1` and `--physdev-out eth1`. */
function portWords(text: string): OpenWords {
  return {
    question: `Does the packet pass the bridge as ${text} requires?`,
    yes: `the packet passes the bridge as ${text} requires`,
    no: `the packet does not pass the bridge as ${text} requires`,
  };
}

/** `-m physdev`: the ports of a bridge. Source: iptables-extensions(8) "physdev", net/netfilter/xt_physdev.c. */
export const physdev = defineMatch<PhysdevData>({
  kind: 'match',
  name: 'physdev',
  families: [4, 6],
  options: ALL,
  documentation: {
    summary: 'Matches the bridge ports of a packet that passes a bridge (br_netfilter).',
    details:
      'A packet that passes no bridge matches none of the options, and all of them where they are negated. ' +
      'Packets are assumed to pass none.',
    source: 'iptables-extensions(8), physdev; net/netfilter/xt_physdev.c',
  },
  build(options) {
    const parts = ALL.flatMap((each) => {
      const given = options.get<unknown>(each);
      if (given === undefined) return [];
      const value = each.words === 0 ? '' : ` ${String(given.value)}`;
      return [{ text: `${given.inverted ? '! ' : ''}${each.name}${value}`, inverted: given.inverted }];
    });
    if (parts.length === 0)
      return problem(
        'physdev needs one of --physdev-in, --physdev-out, --physdev-is-in, --physdev-is-out, --physdev-is-bridged',
      );
    const bridged = options.get(isBridged);
    return {
      parts,
      needsBridged: (options.has(outPort) || options.has(isOut)) && (bridged === undefined || bridged.inverted),
    };
  },
  check: ({ needsBridged }, { hooks }) =>
    needsBridged && hooks.includes('OUTPUT')
      ? [
          problem(
            '--physdev-out and --physdev-is-out also need --physdev-is-bridged in a chain that is reached from OUTPUT',
          ),
        ]
      : [],
  print: ({ parts }) => parts.map(({ text }) => ` ${text}`).join(''),
  conditions: ({ parts }) =>
    parts.map(({ text, inverted }): Condition => ({
      text,
      ...(inverted ? {} : { openWords: BRIDGE_WORDS[text] ?? portWords(text) }),
      test: () => inverted,
      actual: () => 'passes no bridge (assumed)',
      premises: () => ['bridge'],
    })),
});
