import type { Host, InterfaceAddress, Listener, PolicyRule, Route } from '../../net/host';
import { listenerAt, parseInterfaceAddress } from '../../net/hostFromTopology';
import { isStandardRule, nextPreference, parsePolicyRule, parseRoute, standardRules } from '../../net/ipRoute';
import { ROUTE_TABLE } from '../../net/kernelRoutes';
import { isProblem, namedProtocol } from '../../net/packetRequest';
import type { ListeningSocket, Section, SourceFile } from '../../syntax/tree';
import { setsOfFile } from '../fileSets';
import type { Assumptions } from './assumptions';

type Facts<K extends Section['kind']> = Extract<Section, { readonly kind: K }>;

/** An interface as the file lists it. `lo` may be among them. */
export interface InterfaceOfFile {
  readonly mac: string | undefined;
  readonly mtu: number;
  readonly addresses: InterfaceAddress[];
}

/** A route that the file lists, with its 0-based line. */
export interface RouteOfFile {
  readonly route: Route;
  readonly line: number;
}

/** What the sections of a file say about the host, and nothing else. Of a line that cannot be used it is noted that it is left out. */
export class FileFacts {
  private cachedRoutes: readonly RouteOfFile[] | undefined;

  constructor(private readonly file: SourceFile, private readonly noted: Assumptions) {}

  sections<K extends Section['kind']>(kind: K): readonly Facts<K>[] {
    return this.file.sections.filter((section): section is Facts<K> => section.kind === kind);
  }

  /** Whether any rule or route of the file is about IPv6. */
  get ipv6(): boolean {
    const rules = this.sections('rules').filter(({ lines }) => lines.some(({ node }) => node.kind === 'command'));
    return rules.some(({ family }) => family === 6) || this.sections('routes').some(({ routes }) => routes.some(({ family }) => family === 6));
  }

  /** The interfaces that the file lists, by name and in its order. */
  interfaces(): Map<string, InterfaceOfFile> {
    const found = new Map<string, InterfaceOfFile>();
    for (const facts of this.sections('interfaces').flatMap((section) => section.interfaces)) {
      const addresses = facts.addresses.map(parseInterfaceAddress).filter((address) => address !== undefined);
      found.set(facts.name, { mac: facts.mac, mtu: facts.mtu ?? 1500, addresses });
    }
    return found;
  }

  /** The routes that the file lists; without the kernel's own entries of table local, which follow from the addresses. */
  routes(): readonly RouteOfFile[] {
    if (this.cachedRoutes) return this.cachedRoutes;
    const found: { route: Route; line: number }[] = [];
    for (const { words, family, line } of this.sections('routes').flatMap((section) => section.routes)) {
      const route = parseRoute(words, found.map((entry) => entry.route), 'route', family);
      if (isProblem(route)) this.noted.assume('not-read', `This route is left out. ${route.message}`, line.index);
      else if (route.table !== ROUTE_TABLE.local || !/ proto kernel( |$)/.test(words)) found.push({ route, line: line.index });
    }
    this.cachedRoutes = found;
    return found;
  }

  /** The policy rules that the file lists, and the three that every host has. */
  policyRules(): readonly PolicyRule[] {
    const rules = standardRules();
    for (const { words, family, line } of this.sections('policy-rules').flatMap((section) => section.rules)) {
      const rule = parsePolicyRule(words, () => nextPreference(rules, family), 'rule', family);
      if (isProblem(rule)) this.noted.assume('not-read', `This policy rule is left out. ${rule.message}`, line.index);
      else if (!isStandardRule(rule)) rules.push(rule);
    }
    return rules;
  }

  /** The last value of a variable in the file's settings. */
  variable(name: string): string | undefined {
    return this.sections('environment').flatMap((section) => section.entries).filter(({ key }) => key === name).at(-1)?.value;
  }

  /** The sockets that the file lists; undefined where it has no listing. Those at a port of `transparentPorts` are transparent. */
  sockets(transparentPorts: readonly number[]): readonly Listener[] | undefined {
    const sections = this.sections('sockets');
    if (sections.length === 0) return undefined;
    const listeners = new Map<string, Listener>();
    for (const socket of sections.flatMap((section) => section.sockets)) {
      const listener = listenerOf(socket, transparentPorts.includes(socket.port));
      // A process with several threads lists one socket for each; to a packet they are one.
      if (listener) listeners.set([socket.protocol, listener.text, socket.iface, socket.process, socket.pid].join(' '), listener);
    }
    return [...listeners.values()];
  }

  sets(): Host['sets'] {
    const found = setsOfFile(this.file);
    if (found === undefined) return undefined;
    for (const { line, message } of found.problems.slice(0, MOST_LEFT_OUT)) this.noted.assume('sets', `A line of the saved sets is left out: ${message}.`, line.index);
    const more = found.problems.length - MOST_LEFT_OUT;
    if (more > 0) this.noted.assume('sets', `${more} more lines of the saved sets are left out; "check" lists them.`);
    return found.sets;
  }
}

/** How many lines that are left out are told one by one. */
const MOST_LEFT_OUT = 10;

function listenerOf(socket: ListeningSocket, transparent: boolean): Listener | undefined {
  if (socket.protocol === 'raw') return undefined;
  const listener = listenerAt(namedProtocol(socket.protocol.replace('6', '')) as number, socket.address, socket.port);
  return listener && { ...listener, iface: socket.iface, transparent, process: socket.process, pid: socket.pid, uid: socket.uid };
}
