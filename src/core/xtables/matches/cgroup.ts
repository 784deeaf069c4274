import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { option, problem, type GivenOptions } from '../option';
import { missing } from '../shown';
import { number32 } from '../values/number32';
import { savedString, text } from '../values/savedString';
import type { PacketView } from '../view';

type CgroupData =
  | { readonly kind: 'class'; readonly id: number; readonly inverted: boolean }
  | { readonly kind: 'path'; readonly path: string; readonly inverted: boolean };

const cgroupId = option(
  '--cgroup',
  number32('classid'),
  'Class of the net_cls controller (cgroup v1) that the sending process is in.',
  { invertible: true },
);
const cgroupPath = option(
  '--path',
  text('path', 511),
  'Cgroup v2 that the sending process is in or below, seen from the mount point.',
  { invertible: true },
);

/**
 * `-m cgroup`: the control group of the process that sends or receives the packet. Source: iptables-extensions(8)
 * "cgroup", net/netfilter/xt_cgroup.c.
 */
export const cgroup = defineMatch<CgroupData>({
  kind: 'match',
  name: 'cgroup',
  families: [4, 6],
  hooks: ['INPUT', 'OUTPUT', 'POSTROUTING'],
  options: [cgroupId, cgroupPath],
  documentation: {
    summary: 'Matches the control group of the process that sends or receives the packet.',
    details:
      'Does not match, negated or not, if the packet has no socket: when it is forwarded, and in INPUT unless ' +
      'the kernel has already found the socket of its connection. The path must exist when the rules are loaded.',
    source: 'iptables-extensions(8), cgroup; net/netfilter/xt_cgroup.c',
  },
  build: buildCgroup,
  checkentry(_data, options) {
    const path = options.get(cgroupPath);
    if (options.has(cgroupId)) return path && problem('--cgroup and --path cannot be combined', path);
    return path ? undefined : problem('cgroup needs --cgroup or --path');
  },
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      test: (view) => run(data, view),
      actual: ({ socket }) =>
        socket === undefined
          ? missing('no socket')
          : socket.kind === 'kernel'
            ? 'sent by the kernel: class 0, path /'
            : socket.kind === 'request'
              ? 'a connection that is being accepted, which has no control group yet'
              : 'control group not known',
    },
  ],
});

/** Neither of them, which only the kernel refuses, is kept as a class of 0. */
function buildCgroup(options: GivenOptions): CgroupData {
  const id = options.get(cgroupId);
  const path = options.get(cgroupPath);
  if (path) return { kind: 'path', path: path.value, inverted: path.inverted };
  return { kind: 'class', id: id?.value ?? 0, inverted: id?.inverted ?? false };
}

function optionsText(data: CgroupData): string {
  return (
    (data.inverted ? ' !' : '') + (data.kind === 'class' ? ` --cgroup ${data.id}` : ` --path${quotedPath(data.path)}`)
  );
}

/** The path is quoted in any case. */
function quotedPath(path: string): string {
  const saved = savedString(path);
  return saved.startsWith(' "') ? saved : ` ${path}`;
}

function run(data: CgroupData, { socket, hook, conntrack }: PacketView): Answer {
  if (socket === undefined) {
    const known = conntrack?.entry !== undefined && conntrack.state !== 'NEW';
    return hook === 'INPUT' && known
      ? unknown('which process holds the socket of this connection is not in the file')
      : false;
  }
  if (data.kind === 'path' && /^\/*$/.test(data.path)) return !data.inverted;
  if (socket.kind === 'request') return false;
  if (socket.kind === 'kernel') return (data.kind === 'class' && data.id === 0) !== data.inverted;
  return unknown('the control group of the sending process is not in the file');
}
