import { formatAddress, parseAddress } from '../../net/address';
import type { NamedAddress, NamedPort } from '../../net/namedAddress';
import { namedProtocol } from '../../net/packetRequest';
import { Shape } from '../../syntax/shape';
import type { SourceFile } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';

/** What the listings of a file call addresses. */
export interface FileNames {
  readonly named: readonly NamedAddress[];
  /** The name servers of resolv.conf, in their order. */
  readonly resolvers: readonly string[];
}

/**
 * The names of `kubectl get svc`, `kubectl get pods -o wide`, `kubectl get nodes -o wide` and of /etc/hosts, and the
 * name servers of /etc/resolv.conf. One pass over the lines that are not rules; never throws.
 */
export function namesOfFile({ lines, sections }: SourceFile): FileNames {
  const named: NamedAddress[] = [];
  const resolvers: string[] = [];
  let hosts: NamedAddress[] = [];
  let isHosts = false;
  let table: ServiceTable | undefined;
  let command = '';
  const endHosts = (): void => {
    if (isHosts) named.push(...hosts);
    hosts = [];
    isHosts = false;
  };
  for (const line of lines) {
    const { shape } = line;
    if (shape !== Shape.Text && shape !== Shape.Comment && shape !== Shape.Blank && shape !== Shape.Fence) {
      endHosts();
      table = undefined;
      continue;
    }
    const text = line.text.slice(0, LONGEST_LINE).trim();
    const entry = shape === Shape.Text ? hostsEntry(text) : undefined;
    if (entry) {
      hosts.push(...entry);
      isHosts ||= entry.some(({ name }) => LOCAL_NAME.test(name));
    } else if (shape === Shape.Text || shape === Shape.Fence) endHosts();
    // The heading, the command or the comment that says what follows.
    if (!entry && /\/etc\/hosts\b|\bgetent (?:a?hosts)|\bhosts file\b/i.test(text)) isHosts = true;
    if (/\bkubectl\b|\boc get\b/.test(text)) command = text;
    const server = /^nameserver[ \t]+(\S{2,45})$/.exec(text)?.[1];
    if (server !== undefined && parseAddress(server)) resolvers.push(server);
    const heading = SERVICES.exec(text);
    if (heading) table = { namespaced: heading[1] !== undefined, namespace: namespaceOf(command) };
    else if (table) {
      const found = serviceRow(text, table);
      if (found === undefined) table = undefined;
      else named.push(...found);
    }
  }
  endHosts();
  for (const section of sections) if (section.kind === 'addresses') named.push(...section.addresses.flatMap(podOrNode));
  return { named, resolvers };
}

const LONGEST_LINE = 2000;
const LOCAL_NAME = /^(?:ip6-)?(?:localhost|loopback)$/;
const HOST_NAME = /^[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?(?:\.[\w-]+)*\.?$/;

/** `10.1.2.3 web web.example.com # front`. */
function hostsEntry(text: string): readonly NamedAddress[] | undefined {
  const [first = '', ...names] = (text.split('#', 1)[0] ?? '').trim().split(/[ \t]+/);
  const address = names.length === 0 || names.length > MOST_ALIASES ? undefined : parseAddress(first);
  if (!address || !names.every((name) => name.length <= 253 && HOST_NAME.test(name))) return undefined;
  return names.map((name) => ({ name, kind: 'host', address: formatAddress(address), ports: [] }));
}

/** No line has more names; a line of prose has. */
const MOST_ALIASES = 20;

interface ServiceTable {
  readonly namespaced: boolean;
  readonly namespace: string | undefined;
}

const SERVICES = /^(NAMESPACE[ \t]+)?NAME[ \t]+TYPE[ \t]+CLUSTER-IP[ \t]+EXTERNAL-IP[ \t]+PORT\(S\)/;

/** `kubectl -n shop get svc`, `kubectl get svc --namespace=shop`. */
function namespaceOf(command: string): string | undefined {
  return /(?:[ \t]-n[ \t=]*|[ \t]--namespace[ \t=])([\w-]{1,63})(?=[ \t]|$)/.exec(command)?.[1];
}

/** `shop web ClusterIP 10.96.1.5 <none> 80/TCP,443:30443/TCP 9d app=web`; undefined where the table has ended. */
function serviceRow(text: string, { namespaced, namespace }: ServiceTable): readonly NamedAddress[] | undefined {
  const words = text.split(/[ \t]+/);
  const [name = '', type = '', cluster = '', , ports = ''] = namespaced ? words.slice(1) : words;
  if (!/^(?:ClusterIP|NodePort|LoadBalancer|ExternalName)$/.test(type)) return undefined;
  const address = parseAddress(cluster);
  if (!address) return [];
  return [
    {
      name: name.replace(/^service\//, ''),
      namespace: namespaced ? words[0] : namespace,
      kind: 'Service',
      address: formatAddress(address),
      ports: ports.split(',').flatMap(portOf),
    },
  ];
}

function portOf(text: string): readonly NamedPort[] {
  const [, port = '', name = ''] = /^(\d{1,5})(?::\d{1,5})?\/([A-Z]{3,4})$/.exec(text) ?? [];
  const protocol = namedProtocol(name.toLowerCase());
  return protocol === undefined ? [] : [{ name: undefined, port: Number(port), protocol }];
}

function podOrNode(fact: {
  readonly of: 'host' | 'node' | 'pod';
  readonly name: string | undefined;
  readonly address: string;
  readonly line: Line;
}): readonly NamedAddress[] {
  const { of, name, line } = fact;
  const address = parseAddress(fact.address.split('/', 1)[0] ?? '');
  if (of === 'host' || name === undefined || !address) return [];
  const [first, second] = line.text
    .slice(line.contentStart, line.contentStart + LONGEST_LINE)
    .trim()
    .split(/[ \t]+/, 2);
  const namespace = of === 'pod' && second === name && first !== name ? first : undefined;
  return [{ name, namespace, kind: of, address: formatAddress(address), ports: [] }];
}
