import type { Annotation } from '../../core/knowledge/annotated';
import { indexOfTyped } from '../../core/syntax/typedLine';
import type { Host } from '../../core/net/host';
import { readAnnotations } from './readAnnotations';
import { addressFamily } from '../../core/syntax/family';
import { parseSourceFile } from '../../core/syntax/parse';
import type { Line } from '../../core/syntax/tree';
import {
  withAddress,
  withListener,
  withPolicyRule,
  withRoute,
  withSetLine,
  withSysctl,
  type ChangedHost,
} from '../../core/ruleset/host/changedHost';

/** What commands come to: rules to be changed, and what of the host. */
export interface Typed {
  readonly rules: readonly {
    readonly family: 4 | 6;
    readonly backend: 'legacy' | 'nft' | undefined;
    readonly lines: readonly Line[];
  }[];
  readonly host: readonly HostChange[];
  readonly annotations: readonly Annotation[];
  /** Commands of nft. */
  readonly nft: readonly Line[];
  /** Columns that were put before what was typed, so that places in it can be named. */
  readonly before: number;
}

/** What is other of a host; an interface that is `named` has to be there. */
interface HostChange {
  readonly make: (host: Host) => ChangedHost;
  readonly named: string | undefined;
}

/** Reads what was typed as change `place`, counted from 0; undefined where it is nothing that can be tried. */
export function readTyped(text: string, place: number, family: 4 | 6): Typed | undefined {
  const plain = text.trim().replace(/^(?:[\w.@:~/-]*[$#>]\s+)?(?:sudo\s+(?:-\w+\s+)*)?/, '');
  const host = hostCommand(plain);
  if (host) return { rules: [], host: [hostChange(host, plain)], annotations: [], nft: [], before: 0 };
  const annotations = readAnnotations(plain);
  if (annotations.length > 0) return { rules: [], host: [], annotations, nft: [], before: 0 };
  // As within a dump or after the prompt of a script: the rule alone.
  const prefix = plain.startsWith('-') ? (family === 4 ? 'iptables ' : 'ip6tables ') : '';
  const written = prefix === '' ? text.trim() : `${prefix}${plain}`;
  const { sections } = parseSourceFile(`${written}\n`, { fileName: 'commands.sh' });
  const rules = sections.flatMap((section) =>
    section.kind === 'rules' && section.form === 'commands'
      ? [{ family: section.family ?? family, backend: section.backend, lines: section.lines }]
      : [],
  );
  const facts = sections.flatMap((section): HostChange['make'][] => {
    switch (section.kind) {
      case 'sysctls':
        return section.sysctls.map(
          ({ name, value }) =>
            (each: Host) =>
              sysctl(each, name, value),
        );
      case 'routes':
        return section.routes.map((route) => (each: Host) => withRoute(each, 'add', route.words, route.family));
      case 'policy-rules':
        return section.rules.map((rule) => (each: Host) => withPolicyRule(each, 'add', rule.words, rule.family));
      default:
        return [];
    }
  });
  const nft = sections.flatMap((section) =>
    section.kind === 'nft' && section.form === 'commands' ? section.lines : [],
  );
  const lines = new Set([...rules.flatMap((each) => each.lines), ...nft]);
  for (const line of lines) line.index = indexOfTyped(place);
  return lines.size === 0 && facts.length === 0
    ? undefined
    : {
        rules,
        host: facts.map((make) => hostChange(make, plain)),
        annotations: [],
        nft,
        before: written.length - text.trim().length,
      };
}

function hostChange(make: HostChange['make'], text: string): HostChange {
  return { make, named: /\bdev\s+(\S+)/.exec(text)?.[1] };
}

/** What can be typed, for people. */
export const CAN_BE_TRIED =
  'iptables, ip6tables and nft commands, ipset, sysctl -w, ip route, ip rule, ip addr, annotations of a pod, ' +
  '"listen 0.0.0.0:8080", "line 12 off"';

type Reader = (words: readonly string[], rest: string) => ((host: Host) => ChangedHost) | undefined;

function hostCommand(text: string): ((host: Host) => ChangedHost) | undefined {
  const [program = '', ...words] = text.split(/\s+/);
  return READERS.get(program.replace(/^.*\//, ''))?.(words, text.slice(program.length));
}

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    sysctl: (_words, rest) => {
      const settings = [...rest.matchAll(/([a-z][\w*-]*[./][\w.*/-]*)\s*=\s*(\S+)/g)];
      if (settings.length === 0) return undefined;
      return (host) =>
        settings.reduce<ChangedHost>(
          (each, [, name = '', value = '']) =>
            typeof each === 'string' ? each : sysctl(each, name.replaceAll('/', '.'), value),
          host,
        );
    },
    ip: (words) => {
      const rest = [...words];
      let family: 4 | 6 | undefined;
      while (rest[0]?.startsWith('-')) {
        const option = rest.shift();
        if (option === '-f' || option === '-family') family = rest.shift() === 'inet6' ? 6 : 4;
        else if (option === '-6' || option === '-4') family = option === '-6' ? 6 : 4;
      }
      const [object = '', verb = '', ...of] = rest;
      const said = family ?? (of.some((word) => addressFamily(word) === 6) ? 6 : 4);
      if ('route'.startsWith(object) && ROUTE_VERBS.has(verb))
        return (host) => withRoute(host, verb, of.join(' '), said);
      if ('rule'.startsWith(object) && CHANGE_VERBS.has(verb))
        return (host) => withPolicyRule(host, verb === 'add' ? verb : 'del', of.join(' '), said);
      if ('address'.startsWith(object) && CHANGE_VERBS.has(verb))
        return addressCommand(verb === 'add' ? verb : 'del', of);
      return undefined;
    },
    ipset: (words) =>
      SET_VERBS.has(words.find((word) => word !== '-exist' && word !== '-!') ?? '')
        ? (host) => withSetLine(host, words.join(' '))
        : undefined,
    listen: (words) => listener('add', words),
    unlisten: (words) => listener('del', words),
  }),
);

const ROUTE_VERBS: ReadonlySet<string> = new Set(['add', 'append', 'replace', 'change', 'del', 'delete']);
const CHANGE_VERBS: ReadonlySet<string> = new Set(['add', 'del', 'delete']);
const SET_VERBS: ReadonlySet<string> = new Set('add del create flush destroy -A -D -N -F -X'.split(' '));
/** Those that have ports. */
const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp', 'dccp']);

/** Options of ip-address(8) that a value follows. */
const OF_ADDRESS = /^(?:dev|local|peer|broadcast|brd|anycast|label|scope|metric|valid_lft|preferred_lft)$/;

/** What comes after `ip addr add`; undefined where that names no address. */
function addressCommand(verb: 'add' | 'del', words: readonly string[]): ((host: Host) => ChangedHost) | undefined {
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (OF_ADDRESS.test(word)) given.set(word, words[++i] ?? '');
    else given.set(addressFamily(word) === undefined ? word : 'local', word);
  }
  const [address, device] = [given.get('local'), given.get('dev')];
  if (address === undefined) return undefined;
  // Which routes the kernel makes depends on these.
  const other = ['peer', 'noprefixroute'].find((each) => given.has(each));
  if (other !== undefined) return () => `an address with ${other} cannot be tried`;
  if (!device) return () => 'Not enough information: "dev" argument is required.';
  return (host) => withAddress(host, verb, address, device);
}

/** `listen [tcp] 0.0.0.0:8080 [java]`, which no program of Linux is called. */
function listener(verb: 'add' | 'del', words: readonly string[]): ((host: Host) => ChangedHost) | undefined {
  const rest = words.filter((word) => word !== 'on');
  const protocol = PROTOCOLS.has(rest[0] ?? '') ? rest.shift() : 'tcp';
  const [place, process] = rest;
  return place === undefined ? undefined : (host) => withListener(host, verb, protocol ?? 'tcp', place, process);
}

function sysctl(host: Host, name: string, value: string): ChangedHost {
  const number = /^-?\d+$/.test(value) ? Number(value) : undefined;
  return number === undefined
    ? `"${value}" is not a number: settings that decide about packets are`
    : withSysctl(host, name, number);
}
