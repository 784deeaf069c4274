import { fit, text, type Fact } from '../facts';
import { isMessage, logMessages } from './logMessages';

/**
 * What is below a line of the log of istio-init, of the agent or of the CNI plugin: which text is restore input and
 * which is what the kernel held. `line` is a log line or its message. Undefined for other lines.
 */
export function logHeadingKnowledge(line: string): Fact | undefined {
  const message = logMessages.find((each) => isMessage(each, line));
  if (message !== undefined)
    return {
      title: fit(message.title),
      details: [...message.details, `Next: ${message.next}`].map(text),
      sources: message.sources,
    };
  const known = headings.find((each) => line.includes(each.text));
  return known === undefined
    ? undefined
    : { title: known.title, details: known.details.map(text), sources: known.sources };
}

/** The headings as they are written, for completion and for finding them. */
export function knownLogHeadings(): readonly string[] {
  return [
    ...headings.map((each) => each.text),
    ...logMessages.flatMap((each) => (typeof each.text === 'string' ? each.text : [])),
  ];
}

interface LogHeading {
  readonly text: string;
  readonly title: string;
  readonly details: readonly string[];
  readonly sources: readonly string[];
}

const config = ['istio/istio:tools/istio-iptables/pkg/config/config.go', 'istio/istio:tools/common/config/config.go'];
const deps = ['istio/istio:tools/istio-iptables/pkg/dependencies/implementation.go'];
const run = ['istio/istio:tools/istio-iptables/pkg/capture/run.go'];

/** More particular texts first: the first that a line contains is taken. */
const headings: readonly LogHeading[] = [
  {
    text: 'Istio iptables environment',
    title: 'What was set from outside; empty means that the default holds',
    details: [
      'Since 1.11; before that the heading was `Environment:`. Nothing below it needs to be set: the injector ' +
        'passes flags.',
    ],
    sources: config,
  },
  {
    text: 'Istio nftables environment',
    title: 'What was set from outside, nftables mode',
    details: ['Since 1.27. The rules do not show in iptables-save.'],
    sources: config,
  },
  {
    text: 'Istio iptables variables',
    title: 'The values in force',
    details: ['1.11 to 1.26; then `Istio config:`.'],
    sources: config,
  },
  {
    text: 'Istio config:',
    title: 'The values in force',
    details: ['Since 1.27; before that `Istio iptables variables:`.'],
    sources: config,
  },
  {
    text: 'Writing following contents to rules file',
    title: 'Restore input: the rules Istio wants, not what the kernel holds',
    details: ['Read by iptables-restore from the file named. Up to 1.17.'],
    sources: deps,
  },
  {
    text: 'Running iptables-restore with the following input',
    title: 'Restore input: the rules Istio wants, not what the kernel holds',
    details: ['1.18 to 1.21.'],
    sources: deps,
  },
  {
    text: 'Running iptables restore with:',
    title: 'Restore input: the rules Istio wants, not what the kernel holds',
    details: ['Since 1.22, with the name of the binary.'],
    sources: run,
  },
  {
    text: 'with the following input:',
    title: 'Restore input: the rules Istio wants, not what the kernel holds',
    details: ['Ambient mode names the binary first.'],
    sources: ['istio/istio:cni/pkg/iptables/iptables.go'],
  },
  {
    text: 'Final iptables state (IPv4)',
    title: 'What the kernel holds after the work, IPv4',
    details: ['iptables-save format. Since 1.25.'],
    sources: run,
  },
  {
    text: 'Final iptables state (IPv6)',
    title: 'What the kernel holds after the work, IPv6',
    details: ['ip6tables-save format. Since 1.25.'],
    sources: run,
  },
  {
    text: 'Command error output:',
    title: 'What the command before wrote to standard error',
    details: [],
    sources: deps,
  },
  {
    text: 'Command output:',
    title: 'What the command before printed; after iptables-save, what the kernel holds',
    details: ['1.11 to 1.24; later at debug level only.'],
    sources: deps,
  },
  {
    text: 'Running command',
    title: 'A command that the tool runs',
    details: ['Since 1.20 with how the xtables lock is taken, in brackets.'],
    sources: deps,
  },
  {
    text: 'Setting up guardrails',
    title: 'TCP and UDP are blocked while rules are replaced',
    details: ['Since 1.24. A dump taken now shows DROP at the head of the filter chains.'],
    sources: run,
  },
  {
    text: 'Removing guardrails',
    title: 'The block during the replacement is removed',
    details: ['Since 1.24.'],
    sources: run,
  },
  { text: 'Performing cleanup', title: 'Rules found from before are removed', details: ['Since 1.24.'], sources: run },
  {
    text: 'Applying iptables chains and rules',
    title: 'The rules are written now',
    details: ['Since 1.24.'],
    sources: run,
  },
  { text: 'Clean-state detected', title: 'No rules of Istio were there', details: ['Since 1.24.'], sources: run },
  {
    text: 'native nftables enabled',
    title: 'nftables rules are written instead of iptables rules',
    details: ['Since 1.27. iptables-save does not show them.'],
    sources: ['istio/istio:tools/istio-nftables/pkg/constants/constants.go'],
  },
  {
    text: 'nftables rules programmed',
    title: 'The nftables rules that were written',
    details: ['Since 1.27.'],
    sources: ['istio/istio:tools/istio-nftables/pkg/constants/constants.go'],
  },
  {
    text: 'running iptables in dry-run mode',
    title: 'Nothing is changed: the rules are printed only',
    details: [],
    sources: run,
  },
  {
    text: 'skipping configuring routes',
    title: 'Nothing is changed: TPROXY’s routes are omitted',
    details: [],
    sources: ['istio/istio:tools/common/tproxy/run_linux.go'],
  },
  {
    text: 'Added ::6 address',
    title: 'lo got ::6, Envoy’s source for inbound passthrough',
    details: ['127.0.0.6 needs no such step: all of 127.0.0.0/8 is on lo.'],
    sources: run,
  },
  {
    text: 'Environment:',
    title: 'What was set from outside; empty means that the default holds',
    details: ['Up to 1.10.'],
    sources: config,
  },
  { text: 'Variables:', title: 'The values in force', details: ['Up to 1.10.'], sources: config },
];
