import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { InterfaceFacts, PolicyRuleFacts, RouteFacts } from '../facts';
import type { Line } from '../tree';

/** A line of block YAML: `- key: value`. */
interface YamlLine {
  readonly line: Line;
  /** The column of the key, after a dash. */
  readonly column: number;
  readonly dash: boolean;
  readonly key: string | undefined;
  readonly value: string;
}

/**
 * Reads the addresses, gateways and routes of a netplan file (netplan(5)). Gives `from + 1` where the lines are
 * something else.
 */
export function readNetplan(reader: SectionReader, from: number): number {
  const entries: YamlLine[] = [];
  const { lines } = reader;
  const base = lines[from]?.contentStart ?? 0;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line?.shape === Shape.Blank || line?.shape === Shape.Comment) continue;
    const entry = line && (i === from || line.contentStart > base) ? entryOf(line) : undefined;
    if (!entry) break;
    entries.push(entry);
    end = i + 1;
  }
  const found = new NetplanReader().read(entries);
  if (found.interfaces.length === 0) return from + 1;
  const section = reader.slice(from, end);
  reader.take({ kind: 'interfaces', interfaces: found.interfaces, partial: true, lines: section });
  if (found.routes.length > 0) reader.take({ kind: 'routes', routes: found.routes, added: true, lines: section });
  if (found.rules.length > 0) reader.take({ kind: 'policy-rules', rules: found.rules, lines: section });
  return end;
}

function entryOf(line: Line): YamlLine | undefined {
  const text = line.text.slice(line.contentStart);
  // A line such as `-A …` is not YAML.
  if (line.node.kind !== 'text') return undefined;
  const dash = /^-[ \t]+/.exec(text)?.[0] ?? '';
  const rest = text.slice(dash.length);
  const found = /^("?)([\w.@*/-]+)\1:(?:[ \t]+(.*))?[ \t]*$/s.exec(rest);
  if (!found && dash === '') return undefined;
  const value = (found ? (found[3] ?? '') : rest).replace(/[ \t]#.*$/s, '').trim();
  return { line, column: line.contentStart + dash.length, dash: dash !== '', key: found?.[2], value };
}

const KINDS: ReadonlySet<string> = new Set([
  'ethernets',
  'bridges',
  'bonds',
  'vlans',
  'wifis',
  'tunnels',
  'dummy-devices',
  'modems',
  'vrfs',
]);

interface NetplanInterface {
  name: string;
  line: Line;
  mac: string | undefined;
  mtu: number | undefined;
  addresses: string[];
}

class NetplanReader {
  private readonly drafts: NetplanInterface[] = [];
  private readonly routes: RouteFacts[] = [];
  private readonly rules: PolicyRuleFacts[] = [];
  private device: NetplanInterface | undefined;
  /** The keys above the line that have a block below them, each with its column. */
  private readonly path: { readonly column: number; readonly key: string }[] = [];
  private item:
    | { readonly kind: string; readonly column: number; readonly line: Line; readonly fields: Map<string, string> }
    | undefined;

  read(entries: readonly YamlLine[]): { interfaces: InterfaceFacts[]; routes: RouteFacts[]; rules: PolicyRuleFacts[] } {
    for (const entry of entries) this.entry(entry);
    this.finishItem();
    const interfaces = this.drafts.map((draft): InterfaceFacts => ({ ...draft, up: undefined }));
    return { interfaces, routes: this.routes, rules: this.rules };
  }

  private entry({ line, column, dash, key, value }: YamlLine): void {
    if (this.item && !dash && column === this.item.column && key !== undefined) {
      this.item.fields.set(key, unquoted(value));
      return;
    }
    this.finishItem();
    // A list may be at the column of its key.
    const isAbove = (at: number): boolean => (dash ? at <= line.contentStart : at < column);
    while (this.path.length > 0 && !isAbove(this.path.at(-1)?.column ?? 0)) this.path.pop();
    // No netplan file is nested deeper.
    if (this.path.length > DEEPEST) return;
    const kind = this.path.findIndex((each) => KINDS.has(each.key));
    const below = kind < 0 ? undefined : this.path.slice(kind + 1).map((each) => each.key);
    if (below?.length === 0) {
      if (key !== undefined && !dash) this.begin(line, key);
    } else if (below && this.device)
      this.detail(this.device, below.slice(1).join(), { line, column, dash, key, value });
    if (key !== undefined && !dash && value === '') this.path.push({ column, key });
  }

  private begin(line: Line, name: string): void {
    this.device = { name, line, mac: undefined, mtu: undefined, addresses: [] };
    this.drafts.push(this.device);
  }

  /** `below`: the keys between the device and the line. */
  private detail(device: NetplanInterface, below: string, { line, column, dash, key, value }: YamlLine): void {
    if (below === '' && key !== undefined) this.option(device, line, key, value);
    else if (below === 'match' && key === 'macaddress') device.mac ??= unquoted(value).toLowerCase();
    else if (below === 'addresses' && dash) addAddress(device, key ?? unquoted(value.replace(/:$/, '')));
    else if (LISTS.has(below) && dash)
      this.item = { kind: below, column, line, fields: new Map(key === undefined ? [] : [[key, unquoted(value)]]) };
  }

  private option(device: NetplanInterface, line: Line, key: string, value: string): void {
    if (key === 'addresses') for (const address of listed(value)) addAddress(device, address);
    else if (key === 'gateway4' || key === 'gateway6') {
      if (addressFamily(unquoted(value)) !== undefined)
        this.routes.push({
          family: key === 'gateway4' ? 4 : 6,
          words: `default via ${unquoted(value)} dev ${device.name}`,
          line,
        });
    } else if (key === 'macaddress') device.mac = unquoted(value).toLowerCase();
    else if (key === 'mtu' && /^\d{2,5}$/.test(value)) device.mtu = Number(value);
    else if (key === 'set-name') device.name = unquoted(value);
  }

  /** `to: default`, `via: 10.0.0.1`, `table: 101`: a route or a policy rule, when its last line was read. */
  private finishItem(): void {
    const { item, device } = this;
    this.item = undefined;
    if (!item || !device) return;
    const { fields, line } = item;
    const value = (name: string): string => fields.get(name) ?? '';
    const to = value('to') === '0.0.0.0/0' || value('to') === '::/0' ? 'default' : value('to');
    const family = [value('to'), value('via'), value('from')].some((word) => addressFamily(word) === 6) ? 6 : 4;
    const words = (names: readonly (readonly [string, string])[]): string =>
      names.flatMap(([field, word]) => (value(field) === '' ? [] : [` ${word} ${value(field)}`])).join('');
    if (item.kind === 'routes') {
      if (to === '') return;
      const type = value('type') === '' || value('type') === 'unicast' ? '' : `${value('type')} `;
      const dev = /^(?:blackhole|unreachable|prohibit|throw) /.test(type) ? '' : ` dev ${device.name}`;
      this.routes.push({
        family,
        words: `${type}${to}${words([['via', 'via']])}${dev}${words([
          ['metric', 'metric'],
          ['table', 'table'],
          ['from', 'src'],
        ])}`,
        line,
      });
    } else if (value('table') !== '') {
      this.rules.push({
        family,
        words: `from ${value('from') || 'all'}${words([
          ['to', 'to'],
          ['mark', 'fwmark'],
          ['type-of-service', 'tos'],
          ['table', 'lookup'],
          ['priority', 'pref'],
        ])}`,
        line,
      });
    }
  }
}

/** How many keys are above another. */
const DEEPEST = 12;

function addAddress(device: NetplanInterface, text: string): void {
  if (/^[\da-fA-F.:]+\/\d{1,3}$/.test(text) && addressFamily(text) !== undefined) device.addresses.push(text);
}

const LISTS: ReadonlySet<string> = new Set(['routes', 'routing-policy']);

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}

/** `[10.0.0.5/24, "fd00::5/64"]`. */
function listed(value: string): readonly string[] {
  const found = /^\[(.*)\]$/s.exec(value);
  return found ? (found[1] ?? '').split(',').map((part) => unquoted(part.trim())) : [];
}
