import type { ReleaseSpan } from '../releases';

/**
 * The first and the last release of Istio that writes a chain or a rule of a shape; the newest that was read is 1.31.
 * Nothing else in the program holds a release of a chain or rule.
 *
 * Sources: istio/istio:pilot/docker/prepare_proxy.sh (up to 0.8), tools/packaging/common/istio-iptables.sh (up to 1.4),
 * tools/istio-iptables/pkg/cmd/run.go and pkg/capture/run.go (1.5 and newer), cni/pkg/ambient/net_linux.go (1.18 to
 * 1.20), cni/pkg/iptables/iptables.go (1.21 and newer), each read at the tags of the releases around a change.
 */
function span(since: string, until?: string): ReleaseSpan {
  return until === undefined ? { since } : { since, until };
}

/** The newest release whose sources were read. */
export const NEWEST_READ = '1.31';

/** By mode, table and name. */
export const chainSpans = {
  'sidecar nat ISTIO_REDIRECT': span('0.3'),
  'sidecar nat ISTIO_IN_REDIRECT': span('1.0'),
  'sidecar nat ISTIO_OUTPUT': span('0.3'),
  'sidecar raw ISTIO_OUTPUT': span('1.23', '1.24'),
  'sidecar nat ISTIO_INBOUND': span('0.5'),
  'sidecar mangle ISTIO_INBOUND': span('0.8'),
  'sidecar raw ISTIO_INBOUND': span('1.25'),
  'sidecar mangle ISTIO_DIVERT': span('0.8'),
  'sidecar mangle ISTIO_TPROXY': span('0.8'),
  'sidecar mangle ISTIO_DROP': span('1.24'),
  'sidecar nat ISTIO_OUTPUT_DNS': span('1.25'),
  'sidecar raw ISTIO_OUTPUT_DNS': span('1.25'),
  'ambient nat ISTIO_OUTPUT': span('1.21'),
  'ambient mangle ISTIO_OUTPUT': span('1.21'),
  'ambient raw ISTIO_OUTPUT': span('1.24'),
  'ambient nat ISTIO_PRERT': span('1.23.1'),
  'ambient mangle ISTIO_PRERT': span('1.21'),
  'ambient raw ISTIO_PRERT': span('1.24'),
  'ambient nat ISTIO_POSTRT': span('1.21'),
  'node nat ztunnel-PREROUTING': span('1.18', '1.20'),
  'node nat ztunnel-POSTROUTING': span('1.18', '1.20'),
  'node mangle ztunnel-PREROUTING': span('1.18', '1.20'),
  'node mangle ztunnel-POSTROUTING': span('1.18', '1.20'),
  'node mangle ztunnel-INPUT': span('1.18', '1.20'),
  'node mangle ztunnel-OUTPUT': span('1.18', '1.20'),
  'node mangle ztunnel-FORWARD': span('1.18', '1.20'),
  'node filter ztunnel-FORWARD': span('1.18', '1.20'),
} as const satisfies Readonly<Record<string, ReleaseSpan>>;

export type ChainVariant = keyof typeof chainSpans;

/** By what the rule does; the part before the colon names the chain and, but for nat, the table. */
export const ruleSpans = {
  // Redirecting
  'ISTIO_REDIRECT: TCP to the outbound port': span('0.3'),
  // Read in a state of the sources between 1.6 and 1.8 only.
  'ISTIO_REDIRECT: all UDP to the DNS port': { until: '1.7' },
  'ISTIO_REDIRECT: TCP port 53 to the DNS port': span('1.8', '1.8'),
  'ISTIO_IN_REDIRECT: TCP to the inbound port': span('1.3'),
  'ISTIO_IN_REDIRECT: TCP to the outbound port': span('1.0'),
  'ISTIO_IN_REDIRECT: TCP to the outbound port, all inbound ports': span('1.0', '1.2'),

  // Inbound, REDIRECT
  'PREROUTING: everything to ISTIO_REDIRECT': span('0.3', '0.4'),
  'PREROUTING: TCP to ISTIO_INBOUND': span('0.5'),
  'ISTIO_INBOUND: HBONE port returns': span('1.7'),
  'ISTIO_INBOUND: SSH returns': span('0.5', '1.12'),
  'ISTIO_INBOUND: excluded port returns': span('0.5'),
  'ISTIO_INBOUND: all to ISTIO_REDIRECT': span('0.5', '0.8'),
  'ISTIO_INBOUND: port to ISTIO_REDIRECT': span('0.5', '0.8'),
  'ISTIO_INBOUND: all to ISTIO_IN_REDIRECT': span('1.0'),
  'ISTIO_INBOUND: port to ISTIO_IN_REDIRECT': span('1.0'),

  // Interfaces
  'PREROUTING: virtual interface to ISTIO_REDIRECT': span('1.1'),
  'PREROUTING: virtual interface and range to ISTIO_REDIRECT': span('1.1'),
  'PREROUTING: virtual interface returns': span('1.1'),
  'PREROUTING, OUTPUT: excluded interface returns': span('1.11.3'),
  'mangle PREROUTING, OUTPUT: excluded interface returns': span('1.11.3'),

  // Outbound
  'OUTPUT: TCP to ISTIO_OUTPUT': span('0.3', '1.24'),
  'OUTPUT: UDP port 53 to ISTIO_OUTPUT': { until: '1.7' },
  'OUTPUT: UDP to ISTIO_OUTPUT': span('1.23', '1.24'),
  'OUTPUT: everything to ISTIO_OUTPUT': span('1.25'),
  'ISTIO_OUTPUT: excluded TCP port returns': span('1.2'),
  'ISTIO_OUTPUT: excluded UDP port returns': span('1.25'),
  'ISTIO_OUTPUT: 127.0.0.6 returns': span('1.3'),
  'ISTIO_OUTPUT: over lo to ISTIO_REDIRECT': span('0.3', '1.2'),
  'ISTIO_OUTPUT: over lo to ISTIO_IN_REDIRECT': span('1.3', '1.4'),
  'ISTIO_OUTPUT: proxy user over lo to ISTIO_IN_REDIRECT': span('1.5', '1.17'),
  'ISTIO_OUTPUT: proxy user over lo but port 53 to ISTIO_IN_REDIRECT': span('1.9', '1.17'),
  'ISTIO_OUTPUT: proxy user over lo but HBONE to ISTIO_IN_REDIRECT': span('1.18'),
  'ISTIO_OUTPUT: proxy user over lo but ports 53 and HBONE to ISTIO_IN_REDIRECT': span('1.18'),
  'ISTIO_OUTPUT: proxy group over lo to ISTIO_IN_REDIRECT': span('1.5', '1.17'),
  'ISTIO_OUTPUT: proxy group over lo but HBONE to ISTIO_IN_REDIRECT': span('1.18'),
  'ISTIO_OUTPUT: other users over lo return': span('1.5'),
  'ISTIO_OUTPUT: other users over lo but port 53 return': span('1.9'),
  'ISTIO_OUTPUT: other groups over lo return': span('1.5'),
  'ISTIO_OUTPUT: other groups over lo but port 53 return': span('1.9'),
  'ISTIO_OUTPUT: proxy user returns': span('0.3'),
  'ISTIO_OUTPUT: proxy group returns': span('0.8'),
  'ISTIO_OUTPUT: excluded group returns': span('1.14'),
  'ISTIO_OUTPUT: all but included groups return': span('1.14'),
  'ISTIO_OUTPUT: localhost returns': span('0.3'),
  'ISTIO_OUTPUT: wider localhost returns': span('1.21'),
  'ISTIO_OUTPUT: excluded range returns': span('0.5'),
  'ISTIO_OUTPUT: included port to ISTIO_REDIRECT': span('1.7'),
  'ISTIO_OUTPUT: included port to ISTIO_REDIRECT, IPv6': span('1.10.2'),
  'ISTIO_OUTPUT: included range to ISTIO_REDIRECT': span('0.3'),
  'ISTIO_OUTPUT: rest to ISTIO_REDIRECT': span('0.3'),
  'ISTIO_OUTPUT: rest returns': span('0.3', '1.22'),

  // DNS capture
  'OUTPUT: DNS of the proxy returns': span('1.8', '1.22'),
  'OUTPUT: DNS of an excluded group returns': span('1.14', '1.22'),
  'OUTPUT: DNS of all but included groups returns': span('1.14', '1.22'),
  'OUTPUT: DNS by DNAT': span('1.8', '1.8'),
  'POSTROUTING: DNS by SNAT': span('1.8', '1.8'),
  'OUTPUT: UDP DNS of a nameserver redirected': span('1.9', '1.22'),
  'OUTPUT: all UDP DNS redirected': span('1.11', '1.22'),
  'ISTIO_OUTPUT: DNS of the proxy returns': span('1.23', '1.24'),
  'ISTIO_OUTPUT: DNS of an excluded group returns': span('1.23', '1.24'),
  'ISTIO_OUTPUT: DNS of all but included groups returns': span('1.23', '1.24'),
  'ISTIO_OUTPUT: TCP DNS of a nameserver redirected': span('1.9', '1.24'),
  'ISTIO_OUTPUT: all TCP DNS redirected': span('1.11', '1.24'),
  'ISTIO_OUTPUT: UDP DNS of a nameserver redirected': span('1.23', '1.24'),
  'ISTIO_OUTPUT: all UDP DNS redirected': span('1.23', '1.24'),
  'ISTIO_OUTPUT: to ISTIO_OUTPUT_DNS': span('1.25'),
  'ISTIO_OUTPUT_DNS: DNS of the proxy or of a group returns': span('1.25'),
  'ISTIO_OUTPUT_DNS: DNS of a nameserver redirected': span('1.25'),
  'ISTIO_OUTPUT_DNS: all DNS redirected': span('1.25'),
  'raw OUTPUT: zone of the proxy’s queries': span('1.11', '1.22'),
  'raw OUTPUT: zone of the DNS proxy’s answers': span('1.11', '1.22'),
  'raw OUTPUT: zone of applications’ queries': span('1.11', '1.22'),
  'raw OUTPUT: UDP to ISTIO_OUTPUT': span('1.23', '1.24'),
  'raw ISTIO_OUTPUT: zone of the proxy’s queries': span('1.23', '1.24'),
  'raw ISTIO_OUTPUT: zone of the DNS proxy’s answers': span('1.23', '1.24'),
  'raw ISTIO_OUTPUT: zone of applications’ queries': span('1.23', '1.24'),
  'raw OUTPUT: to ISTIO_OUTPUT_DNS': span('1.25'),
  'raw ISTIO_OUTPUT_DNS: zone of the proxy’s queries': span('1.25'),
  'raw ISTIO_OUTPUT_DNS: zone of the DNS proxy’s answers': span('1.25'),
  'raw ISTIO_OUTPUT_DNS: zone of applications’ queries': span('1.25'),
  'raw PREROUTING: zone of a nameserver’s answers, by destination': span('1.11', '1.19'),
  'raw PREROUTING: zone of a nameserver’s answers, by source': span('1.20', '1.24'),
  'raw PREROUTING: zone of all answers': span('1.11', '1.24'),
  'raw PREROUTING: to ISTIO_INBOUND': span('1.25'),
  'raw ISTIO_INBOUND: zone of answers': span('1.25'),

  // INVALID
  'mangle PREROUTING: INVALID dropped': span('1.12.2', '1.23'),
  'mangle PREROUTING: INVALID to ISTIO_DROP': span('1.24'),
  'mangle ISTIO_DROP: drop': span('1.24'),

  // TPROXY
  'mangle PREROUTING: TCP to ISTIO_INBOUND': span('0.8'),
  'mangle ISTIO_INBOUND: SSH returns': span('0.8', '1.12'),
  'mangle ISTIO_INBOUND: excluded port returns': span('0.8'),
  'mangle ISTIO_INBOUND: with a socket to ISTIO_DIVERT': span('0.8', '1.5'),
  'mangle ISTIO_INBOUND: known connection to ISTIO_DIVERT': span('1.6'),
  'mangle ISTIO_INBOUND: all to ISTIO_TPROXY': span('0.8'),
  'mangle ISTIO_INBOUND: port to ISTIO_TPROXY': span('0.8'),
  'mangle ISTIO_INBOUND: mark 1337 returns': span('1.8'),
  'mangle ISTIO_INBOUND: 127.0.0.6 returns': span('1.11'),
  'mangle ISTIO_INBOUND: over lo without mark 1338 returns': span('1.11'),
  'mangle ISTIO_DIVERT: mark': span('0.8'),
  'mangle ISTIO_DIVERT: accept': span('0.8'),
  'mangle ISTIO_TPROXY: to the outbound port': span('0.8', '1.8'),
  'mangle ISTIO_TPROXY: to the inbound port': span('1.9'),
  'mangle PREROUTING: mark saved': span('1.8'),
  'mangle OUTPUT: from 127.0.0.1 marked 1337': span('1.5', '1.7'),
  'mangle OUTPUT: mark 1337 over lo returns': span('1.11'),
  'mangle OUTPUT: self-call marked 1338': span('1.11'),
  'mangle OUTPUT: mark restored': span('1.8'),

  // Others
  'any: NFLOG tracing': span('1.12', '1.24'),
  'filter: guardrail': span('1.24'),
  'filter INPUT, IPv6: known connections accepted': span('0.8', '1.4'),
  'filter INPUT, IPv6: ::1 accepted': span('1.1', '1.4'),
  'filter INPUT, IPv6: rest rejected': span('0.8', '1.4'),

  // Ambient, in the pod
  'ambient PREROUTING: to ISTIO_PRERT': span('1.23.1'),
  'ambient mangle PREROUTING: to ISTIO_PRERT': span('1.21'),
  'ambient raw PREROUTING: to ISTIO_PRERT': span('1.24'),
  'ambient OUTPUT: to ISTIO_OUTPUT': span('1.21'),
  'ambient mangle OUTPUT: to ISTIO_OUTPUT': span('1.21'),
  'ambient raw OUTPUT: to ISTIO_OUTPUT': span('1.24'),
  'ambient ISTIO_PRERT: virtual interface redirected': span('1.25'),
  'ambient ISTIO_PRERT: virtual interface returns': span('1.25'),
  'ambient ISTIO_PRERT: probe accepted': span('1.23.1'),
  'ambient ISTIO_PRERT: plaintext redirected': span('1.23.1'),
  'ambient mangle ISTIO_PRERT: connection of ztunnel marked': span('1.21'),
  'ambient mangle ISTIO_PRERT: probe accepted': span('1.21', '1.24'),
  'ambient mangle ISTIO_PRERT: lo accepted': span('1.21', '1.24'),
  'ambient mangle ISTIO_PRERT: HBONE by TPROXY': span('1.21', '1.24'),
  'ambient mangle ISTIO_PRERT: known connection accepted': span('1.21', '1.24'),
  'ambient mangle ISTIO_PRERT: plaintext by TPROXY': span('1.21', '1.24'),
  'ambient ISTIO_OUTPUT: probe address accepted': span('1.21'),
  'ambient ISTIO_OUTPUT: UDP DNS redirected': span('1.21'),
  'ambient ISTIO_OUTPUT: TCP DNS redirected': span('1.21'),
  'ambient ISTIO_OUTPUT: mark 0x111 accepted': span('1.21'),
  'ambient ISTIO_OUTPUT: own address over lo accepted': span('1.21'),
  'ambient ISTIO_OUTPUT: TCP redirected': span('1.21'),
  'ambient mangle ISTIO_OUTPUT: mark restored': span('1.21'),
  'ambient raw ISTIO_OUTPUT: zone of ztunnel’s queries': span('1.24'),
  'ambient raw ISTIO_PRERT: zone of answers': span('1.24'),

  // Ambient, on the host
  'ambient POSTROUTING: to ISTIO_POSTRT': span('1.21'),
  'ambient ISTIO_POSTRT: probe SNAT, one set': span('1.21', '1.22'),
  'ambient ISTIO_POSTRT: probe SNAT, a set for each IP version': span('1.23'),
  'node: redirection at the node': span('1.18', '1.20'),
} as const satisfies Readonly<Record<string, ReleaseSpan>>;

export type RuleVariant = keyof typeof ruleSpans;
