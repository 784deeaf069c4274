/** A message of istio-init, istio-validation, istio-cni, or of iptables in their logs. */
export interface IstioLogMessage {
  /** What the line contains. */
  readonly text: string | RegExp;
  readonly title: string;
  readonly details: readonly string[];
  /** What to do now. */
  readonly next: string;
  readonly sources: readonly string[];
}

/**
 * Whether a line is the message. What iptables says is its own only where the line speaks of it: other programs are
 * refused things as well.
 */
export function isMessage({ text, sources }: IstioLogMessage, line: string): boolean {
  if (sources === iptables && !/ip6?tables|xtables|modprobe|use 'nft' tool/i.test(line)) return false;
  return typeof text === 'string' ? line.includes(text) : text.test(line);
}

const validator = [
  'istio/istio:tools/istio-iptables/pkg/validation/validator.go',
  'istio/istio:tools/istio-iptables/pkg/cmd/root.go',
];
const run = [
  'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  'istio/istio:tools/istio-iptables/pkg/capture/helper.go',
];
const root = ['istio/istio:tools/istio-iptables/pkg/cmd/root.go'];
const iptables = ['iptables 1.8.9: iptables/xshared.c, libiptc/libiptc.c, iptables/nft.c'];

const cniLog = 'kubectl logs -n istio-system -l k8s-app=istio-cni-node --all-containers, on the pod’s node';

/** More particular texts first. */
export const logMessages: readonly IstioLogMessage[] = [
  {
    text: /Error connecting to (?:127\.0\.0\.6|\[::6\]):\d+/,
    title: 'istio-validation: the pod’s rules are not there',
    details: [
      'It dials 127.0.0.6 (::6), port 15002, where nobody listens. Rules that work redirect the connection to ' +
        'its own listeners on 15006 or 15001; refused means that nothing redirected it.',
      'It tries again every second; the last lines show how it ended.',
    ],
    next:
      `istio-cni has not (yet) written the rules of this pod. See its log (${cniLog}). Once it runs, delete the ` +
      'pod; with cni.repair.deletePods istio-cni does so itself.',
    sources: validator,
  },
  {
    text: 'iptables validation failed',
    title: 'istio-validation gave up: the pod starts without Istio’s rules',
    details: ['The container ends with exit code 126, by which istio-cni’s repair finds the pod.'],
    next:
      `The pod came up before istio-cni was ready on its node, or istio-cni failed. See its log (${cniLog}), ` +
      'then delete the pod, or turn on cni.repair.',
    sources: validator,
  },
  {
    text: 'validation timeout',
    title: 'istio-validation did not get its own connection within its time limit',
    details: ['No connection to 127.0.0.6:15002 arrived at its listeners.'],
    next:
      `See the log of istio-cni (${cniLog}), and iptables-save in the pod’s network namespace: without ` +
      'ISTIO_OUTPUT nothing can arrive.',
    sources: validator,
  },
  {
    text: /Error on listening: .*address already in use/,
    title: 'istio-validation cannot listen: the port is taken',
    details: ['It listens on 15001 and 15006 of localhost, the proxy’s ports.'],
    next:
      'Envoy or another container holds the port. With istio-cni the validation has to run before the proxy: ' +
      'check the order of the init containers.',
    sources: validator,
  },
  {
    text: 'no listener available',
    title: 'istio-validation could listen on none of its ports',
    details: [],
    next: 'Another process of the pod holds 15001 and 15006: find it with `ss -ltnp` in the pod.',
    sources: validator,
  },
  {
    text: /validation passed/i,
    title: 'istio-validation: the rules are there and work',
    details: ['A connection to 127.0.0.6:15002 arrived at the proxy’s port, with its original port.'],
    next: 'Nothing to do.',
    sources: validator,
  },
  {
    text: 'Ignoring residues',
    title: 'Rules of Istio were found that this run leaves alone',
    details: [
      'Since 1.28.0, and since 1.26.8 of 1.26. Meant for an IP version that gets no rules now. In the code ' +
        'that was read the line is printed also where rules are planned: the line after it, “Found … residues”, ' +
        'says what follows.',
    ],
    next:
      'If the pod has no addresses of that IP version, nothing. Otherwise old and new rules are mixed: restart ' +
      'the pod, or let istio-iptables run with --reconcile.',
    sources: run,
  },
  {
    text: 'reconcile is recommended but no-reconcile flag is set',
    title: 'Other rules of Istio were there and stay',
    details: ['Old and new rules are mixed now; a chain may hold the same rule twice, or rules of two releases.'],
    next:
      'Restart the pod, so that it begins without rules; or set --reconcile (for ambient pods ' +
      'cni.ambient.reconcileIptablesOnStartup).',
    sources: run,
  },
  {
    text: 'Found residues of old iptables',
    title: 'Other rules of Istio were there',
    details: [
      'Since 1.24; “is needed” up to 1.24, “is recommended” since 1.25. Without reconcile they stay, and old ' +
        'and new rules mix.',
    ],
    next: 'If the container only ran twice, compare both dumps. To be sure, restart the pod, or set --reconcile.',
    sources: run,
  },
  {
    text: 'Found compatible residues',
    title: 'The rules were already there and are as required',
    details: [
      'Since 1.24. The check looks for each rule separately and counts those of Istio’s chains; it ignores ' +
        'their order.',
    ],
    next: 'Nothing to do.',
    sources: run,
  },
  {
    text: 'REDIRECT_DNS is set, but CAPTURE_ALL_DNS is false',
    title: 'DNS is not captured: no nameserver was found',
    details: ['Without CAPTURE_ALL_DNS the nameservers of /etc/resolv.conf are captured, and there are none.'],
    next: 'Check /etc/resolv.conf of the pod (dnsPolicy, dnsConfig), or set --capture-all-dns.',
    sources: run,
  },
  {
    text: 'Ignoring error for bug compatibility with istio-iptables',
    title: 'A range could not be read and was skipped',
    details: ['Includes and excludes of ranges skip what is not a range, without failing.'],
    next:
      'Correct the range in includeOutboundIPRanges or excludeOutboundIPRanges: an address needs its length, ' +
      '10.0.0.1/32.',
    sources: run,
  },
  {
    text: /invalid value for OUTBOUND_IP_RANGES_EXCLUDE/i,
    title: '`*` cannot be excluded',
    details: ['No rules were written.'],
    next: 'To capture nothing on the way out, leave includeOutboundIPRanges empty instead.',
    sources: run,
  },
  {
    text: 'no valid local IP address found',
    title: 'The pod had no address yet',
    details: ['istio-iptables reads from the pod’s addresses for which IP versions it needs rules.'],
    next: 'The network plugin was not ready: see its log on the node; the container is started again by itself.',
    sources: root,
  },
  {
    text: /failed to add IPv6 inbound address|failed to find 'lo' link/,
    title: 'lo did not get ::6',
    details: ['Envoy’s source towards the application in IPv6. Without it such connections fail.'],
    next: 'IPv6 is switched off in the pod (net.ipv6.conf.lo.disable_ipv6), or NET_ADMIN is missing.',
    sources: run,
  },
  {
    text: /OUTBOUND_IP_RANGES_EXCLUDE=-b\b/,
    title: 'The arguments are shifted: an empty list took the next flag as its value',
    details: ['istio/istio issue 28106: inbound traffic is not captured then.'],
    next:
      'Give the empty list as an empty argument, or omit the flag; check the arguments of the istio-init ' +
      'container.',
    sources: root,
  },

  {
    text: /Could not fetch rule set generation id|Permission denied \(you must be root\)|Operation not permitted/,
    title: 'iptables may not change rules here',
    details: ['The container has no NET_ADMIN, or the pod’s security policy takes it away. No rules were written.'],
    next:
      'Let istio-init have NET_ADMIN and NET_RAW (Pod Security “privileged”), or use istio-cni, which needs ' +
      'nothing in the pod. In a user namespace (rootless) it cannot work.',
    sources: iptables,
  },
  {
    text: /unable to initialize table|[Cc]an't initialize ip6?tables table|Table does not exist \(do you need to insmod/,
    title: 'The kernel has no such table',
    details: [
      'The module of the table is not loaded, and a container may not load it: iptable_nat, iptable_mangle, ' +
        'iptable_raw for legacy, nf_tables and nft_compat for nft.',
    ],
    next:
      'On the node: `modprobe iptable_nat` (ip6table_nat, iptable_mangle, iptable_raw), or choose the other back ' +
      'end with FORCE_IPTABLES_BINARY (since 1.28). The newest kernels have no legacy tables at all.',
    sources: iptables,
  },
  {
    text: /modprobe: (?:FATAL|can't|ERROR)|do you need to insmod/,
    title: 'A kernel module could not be loaded from within the container',
    details: ['Harmless if the node has it loaded already; the error that follows shows whether it has.'],
    next: 'Load the module on the node, in /etc/modules-load.d, for all nodes.',
    sources: iptables,
  },
  {
    text: /can't open lock file \/run\/xtables\.lock/,
    title: 'iptables cannot open its lock file',
    details: ['/run is read-only in the proxy’s container. Reading rules there needs no lock.'],
    next: 'Read them from the node: `nsenter -t PID -n iptables-save`; or set XTABLES_LOCKFILE=/dev/null for one call.',
    sources: iptables,
  },
  {
    text: /can't lock .*xtables\.lock|Another app is currently holding the xtables lock|Resource temporarily unavailable/,
    title: 'Another program holds the lock of iptables',
    details: [
      'On a busy node kube-proxy and other pods write rules at the same time. istio/istio issues 54050 and ' +
        '58507 for istio-cni.',
    ],
    next:
      'It is tried again after a wait. If it persists: who holds /run/xtables.lock (`fuser`), and an istio-cni ' +
      'of a newer patch release.',
    sources: iptables,
  },
  {
    text: /Couldn't load target|No chain\/target\/match by that name/,
    title: 'The rule names a target, match or chain that is not there',
    details: [
      'In a clean-up that is expected: nothing was there to remove. While rules are written, the kernel lacks ' +
        'a module (xt_owner, xt_REDIRECT, xt_TPROXY, xt_CT) or the chain has not been made.',
    ],
    next:
      'If the command is -D, -F or -X: nothing. Otherwise load the module on the node (`modprobe xt_owner`, as ' +
      'named in the message).',
    sources: iptables,
  },
  {
    text: /Chain already exists/,
    title: 'The chain was there: istio-init ran before in this pod',
    details: [
      'Up to 1.23 a second run of the container fails here, after a restart of the node’s runtime or a ' +
        'clean-up of containers; since 1.24 it compares first.',
    ],
    next: 'Delete the pod, so that its network begins anew; or use a release that compares (1.24).',
    sources: iptables,
  },
  {
    text: /ip6?tables-restore: line \d+ failed/,
    title: 'iptables-restore refused a line of its input',
    details: [
      'The number counts from the first line of the input, printed above. The table of that line is not ' +
        'changed at all. At the line of COMMIT the kernel refused the table as a whole: a chain was there ' +
        'already, or a module is missing.',
    ],
    next:
      'Check that line of the input above. If it is COMMIT, look for chains from an earlier run, and for the ' +
      'modules of its targets.',
    sources: iptables,
  },
  {
    text: /is incompatible, use 'nft' tool/,
    title: 'This table holds rules of nft that iptables cannot show',
    details: [
      'They are there and count. Istio’s own native tables, kube-proxy and Docker in nftables mode write them.',
    ],
    next: 'Show all with `nft list ruleset` and add it to the file.',
    sources: iptables,
  },
  {
    text: /iptables-legacy tables present/,
    title: 'The other back end has rules as well',
    details: ['Both see every packet.'],
    next: 'Add `iptables-legacy-save` to the file: a trace then walks both.',
    sources: iptables,
  },
  {
    text: /exit status 126/,
    title: 'istio-validation ended: no rules in the pod',
    details: [],
    next: `See the log of istio-cni (${cniLog}), then delete the pod.`,
    sources: validator,
  },
];
