import { sameMachine, type Machine } from '../../syntax/machine';
import { Shape } from '../../syntax/shape';
import type { RulesSection } from '../../syntax/sourceFile';
import type { Backend } from '../../xtables/backend';
import type { NamedTables } from './saidTables';

/** What a file shows of one host in one state: sections, their tables named, in the order of the file. */
export interface HostRules {
  readonly parts: readonly RulesSection[];
  readonly machine: Machine | undefined;
  readonly scope: string | undefined;
}

/** Two dumps of one state are rarely saved further apart. */
const SAME_TIME = 3_600_000;
/** At most this many hosts are compared with a section that names its own. */
const MOST_HOSTS = 50;

/**
 * Decides which sections are of one host in one state. A machine that the prompt, the wrapper or the log shipper names,
 * headings, versions and times separate hosts and states, and so does a table that is shown again. Commands belong to
 * the host above them; a listing below commands shows what they have done.
 */
export function hostsOf(sections: readonly RulesSection[], tables: NamedTables): readonly HostRules[] {
  const hosts: OpenHost[] = [];
  let scope: string | undefined;
  for (const section of sections) {
    scope = section.scope ?? scope;
    const parts = tables.partsOf(section);
    const host = hostFor(hosts, section, parts, scope);
    if (host) host.add(section, parts, scope);
    else hosts.push(new OpenHost(section, parts, scope));
  }
  return hosts;
}

function hostFor(
  hosts: readonly OpenHost[],
  section: RulesSection,
  parts: readonly RulesSection[],
  scope: string | undefined,
): OpenHost | undefined {
  for (let i = hosts.length - 1; i >= Math.max(0, hosts.length - MOST_HOSTS); i--) {
    const host = hosts[i] as OpenHost;
    // What is shown of the same machine elsewhere in the file is searched for further up.
    if (!host.mayBe(section, scope)) continue;
    return host.takes(section, parts) ? host : undefined;
  }
  return undefined;
}

const BACKENDS: readonly (Backend | undefined)[] = ['legacy', 'nft', undefined];

type HostPartKind = 'state' | 'input' | 'commands';

class OpenHost implements HostRules {
  readonly parts: RulesSection[] = [];
  machine: Machine | undefined;
  scope: string | undefined;
  private readonly kinds = new Set<HostPartKind>();
  /** Tables that are there whole, `4 nft filter`. */
  private readonly whole = new Set<string>();
  private readonly fragments = new Set<string>();
  private readonly times: number[] = [];
  /** Back ends whose own program was run, such as `iptables-legacy-save`. */
  private readonly named = new Set<Backend>();
  private version: string | undefined;
  private title: string | undefined;

  constructor(section: RulesSection, parts: readonly RulesSection[], scope: string | undefined) {
    this.title = section.title;
    this.add(section, parts, scope);
  }

  add(section: RulesSection, parts: readonly RulesSection[], scope: string | undefined): void {
    const { machine, savedAt, version } = section;
    this.parts.push(...parts);
    this.kinds.add(kindOf(section, parts));
    // A prompt may omit the name that another one shows.
    if (machine && this.machine?.name === undefined) this.machine = machine;
    this.scope ??= scope;
    this.version ??= version;
    if (section.backend && namesBackend(section)) this.named.add(section.backend);
    if (savedAt !== undefined) this.times.push(savedAt);
    if (kindOf(section, parts) !== 'commands')
      for (const part of parts)
        for (const table of tablesOf(part)) (part.fragment ? this.fragments : this.whole).add(keyOf(part, table));
  }

  /** Whether nothing around the section says that it is of another host. */
  mayBe({ machine, version }: RulesSection, scope: string | undefined): boolean {
    if (!sameMachine(machine, this.machine)) return false;
    if (scope !== undefined && this.scope !== undefined && scope !== this.scope) return false;
    return version === undefined || this.version === undefined || version === this.version;
  }

  /** Whether the section shows more of the same state. */
  takes(section: RulesSection, parts: readonly RulesSection[]): boolean {
    const kind = kindOf(section, parts);
    if (kind === 'commands') return true;
    if (kind === 'input')
      return (
        this.kinds.size === 1 &&
        this.kinds.has('input') &&
        this.title === section.title &&
        parts.every((part) => this.isNew(part))
      );
    if (this.kinds.has('input')) return false;
    const { savedAt } = section;
    if (savedAt !== undefined && this.times.some((time) => Math.abs(time - savedAt) > SAME_TIME)) return false;
    if (this.kinds.has('commands') && !this.kinds.has('state')) return !this.showsAll(parts);
    return parts.every((part) => this.isNew(part)) && !this.hasAgain(section);
  }

  /** Whether the same command has shown one of the chains already: a loop runs it in another pod. */
  private hasAgain(section: RulesSection): boolean {
    if (section.fragment !== true || section.title === undefined) return false;
    const chains = chainsMade(section);
    return this.parts.some(
      (part) =>
        part.title === section.title &&
        part.family === section.family &&
        chainsMade(part).some((chain) => chains.includes(chain)),
    );
  }

  /** Whether none of its tables is there yet. Fragments may show parts of one table each. */
  private isNew(part: RulesSection): boolean {
    for (const table of tablesOf(part)) {
      for (const backend of BACKENDS) {
        const key = `${part.family ?? 4} ${backend ?? ''} ${table}`;
        const there = this.whole.has(key) || (!part.fragment && this.fragments.has(key));
        if (there && !areTwoBackends(part, backend, this.named)) return false;
      }
    }
    return true;
  }

  /** Whether all that the commands have changed is shown as it is now. */
  private showsAll(shown: readonly RulesSection[]): boolean {
    if (shown.some(({ fragment }) => fragment)) return false;
    const family = shown[0]?.family ?? 4;
    const commands = this.parts.filter((part) => (part.family ?? 4) === family);
    const tables = new Set(shown.flatMap((part) => [...tablesOf(part)]));
    // iptables-save shows every table that there is.
    const all = shown.some(({ form, title = '' }) => form === 'save' && !/ -t| --table/.test(title));
    return (
      commands.length > 0 &&
      (all || commands.every((part) => [...tablesOfCommands(part)].every((table) => tables.has(table))))
    );
  }
}

/**
 * Tables that were written or copied without a word are a state as well; a log says what iptables-restore was given.
 * What adds to a table is not the state of a host.
 */
function kindOf({ form, role, title, noflush }: RulesSection, parts: readonly RulesSection[]): HostPartKind {
  if (parts.some(({ added }) => added)) return 'input';
  return form === 'commands'
    ? 'commands'
    : form === 'list' || role === 'saved-state' || (title === undefined && !noflush)
      ? 'state'
      : 'input';
}

function keyOf({ family, backend }: RulesSection, table: string): string {
  return `${family ?? 4} ${backend ?? ''} ${table}`;
}

/** The tables that a section shows. */
export function tablesOf(section: RulesSection): ReadonlySet<string> {
  let tables = tablesFound.get(section);
  if (!tables) {
    tables = section.defaultTable === undefined ? namedTables(section) : new Set([section.defaultTable]);
    tablesFound.set(section, tables);
  }
  return tables;
}

/** Rules are not read: their words are read when they are needed. */
function namedTables({ lines }: RulesSection): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of lines)
    if (line.shape === Shape.Table && line.node.kind === 'table') names.add(line.node.name.text);
  return names;
}

/** The chains of a list that stand in it with all of their rules. */
function chainsMade({ form, lines }: RulesSection): readonly string[] {
  return form !== 'list'
    ? []
    : lines.flatMap(({ shape, node }) =>
        shape === Shape.Rule && node.kind === 'command' && node.operation === 'N' && node.chain
          ? [node.chain.text]
          : [],
      );
}

const tablesFound = new WeakMap<RulesSection, ReadonlySet<string>>();

/** The tables that commands are about: filter, where they name none. */
function tablesOfCommands(section: RulesSection): ReadonlySet<string> {
  return new Set(
    section.lines.flatMap(({ shape, node }) =>
      shape === Shape.ProgramCommand && node.kind === 'command' ? [node.table?.text ?? 'filter'] : [],
    ),
  );
}

function namesBackend({ title = '' }: RulesSection): boolean {
  return /tables-(?:legacy|nft)\b/.test(title);
}

/**
 * Whether a table that is there already is that of the other back end. Of a plain `iptables` this counts only beside a
 * program that names its own.
 */
function areTwoBackends(part: RulesSection, there: Backend | undefined, named: ReadonlySet<Backend>): boolean {
  if (part.backend === there) return false;
  if (part.backend && there) return true;
  return there ? named.has(there) : namesBackend(part);
}

/**
 * The back ends that are distinguished in a host. Rules that name none are those of the plain program: of the back end
 * that is named, or of the other one where the named one has the same table besides.
 */
export function backendsOf(parts: readonly RulesSection[]): ReadonlyMap<Backend | undefined, readonly RulesSection[]> {
  const named = [...new Set(parts.flatMap(({ backend }) => (backend ? [backend] : [])))];
  const plain = named.length === 2 ? 'nft' : named[0] && plainIsOther(parts) ? otherThan(named[0]) : named[0];
  const found = new Map<Backend | undefined, RulesSection[]>();
  for (const part of parts) {
    const backend = part.backend ?? plain;
    const list = found.get(backend);
    if (list) list.push(part);
    else found.set(backend, [part]);
  }
  return found;
}

function otherThan(backend: Backend): Backend {
  return backend === 'nft' ? 'legacy' : 'nft';
}

function plainIsOther(parts: readonly RulesSection[]): boolean {
  const states = parts.filter(({ form, fragment }) => form !== 'commands' && !fragment);
  const named = new Set(states.filter(({ backend }) => backend).flatMap((part) => [...tablesOf(part)]));
  return states.some((part) => !part.backend && [...tablesOf(part)].some((table) => named.has(table)));
}
