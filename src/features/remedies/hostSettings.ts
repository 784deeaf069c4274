import type { KernelDropReason } from '../../core/netfilter/events';
import { withSysctl } from '../../core/ruleset/host/changedHost';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** What lets a packet through that the kernel itself dropped, where a setting (sysctl) does. */
export function hostSettings(situation: Situation): readonly Proposal[] {
  const {
    walked: { end, events },
    setting: { host },
    input: { family },
  } = situation;
  if (end.dropBy?.kind !== 'kernel') return [];
  const start = events[0];
  const iface = end.inInterface || (start?.kind === 'start' && start.direction === 'in' ? start.iface : '');
  for (const { title, note, settings } of settingsFor(end.dropBy.reason, family, iface)) {
    const outcomes = traceChanged(situation, {
      host: settings.reduce((each, [name, value]) => withSysctl(each, name, value), host),
    });
    if (outcomes && getsThrough(outcomes))
      return [
        {
          title: [{ text: title }],
          commands: settings.map(([name, value]) => `sysctl -w ${name}=${value}`),
          note,
          outcomes,
          reach: 'host',
        },
      ];
  }
  return [];
}

interface Settings {
  readonly title: string;
  readonly note: string;
  readonly settings: readonly (readonly [string, number])[];
}

/** The mildest first. Source: Documentation/networking/ip-sysctl.rst. */
function settingsFor(reason: KernelDropReason, family: 4 | 6, iface: string): readonly Settings[] {
  const own = `net.ipv4.conf.${iface}`;
  switch (reason) {
    case 'forwarding-off':
      return [
        {
          title: 'Let this host forward packets',
          note: 'It then forwards everything that the rules accept in FORWARD.',
          settings: [[family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding', 1]],
        },
      ];
    case 'reverse-path':
      return [
        {
          title: `Let ${iface} accept packets whose replies leave by another interface`,
          note: 'The source must still be reachable by some interface (loose mode).',
          settings: [[`${own}.rp_filter`, 2]],
        },
        {
          title: `Turn off the reverse path filter on ${iface}`,
          note: 'The higher of "all" and the interface counts, so both are set.',
          settings: [
            ['net.ipv4.conf.all.rp_filter', 0],
            [`${own}.rp_filter`, 0],
          ],
        },
      ];
    case 'martian-destination':
      return [
        {
          title: `Let ${iface} route 127.0.0.0/8`,
          note: 'Other hosts on its network can then reach what listens on 127.0.0.1, unless rules keep them out.',
          settings: [[`${own}.route_localnet`, 1]],
        },
      ];
    default:
      return [];
  }
}
