import { Rewriting, type Rewritten } from '../../text/rewriting';
import { placeOfBuiltIn } from '../builtInChains';

/**
 * The state of tables as a Go program prints its map of tables, chains and rules:
 * `map[string]map[string][]string{"nat":map[string][]string{"OUTPUT": []string{"-A OUTPUT -j X"}}}` (%#v; a CNI
 * plugin's `Current iptables state:`) or `map[nat:map[OUTPUT:[-A OUTPUT -j X]]]` (%v). As input of iptables-restore;
 * undefined where the line has none. Policies are not in such a map, so built-in chains are not declared.
 */
export function goMapRules(text: string, start: number, end: number): Rewritten | undefined {
  const quoted = text.indexOf(QUOTED, start);
  if (quoted >= 0 && quoted < end) return quotedTables(text, quoted + QUOTED.length, end);
  PLAIN.lastIndex = start;
  const found = PLAIN.exec(text);
  return found && found.index < end ? plainTables(text, found.index + 'map['.length, end) : undefined;
}

const QUOTED = 'map[string]map[string][]string{';
const PLAIN = /map\[(?=(?:filter|nat|mangle|raw|security):map\[)/g;

interface MapTable {
  readonly name: string;
  readonly at: number;
  readonly chains: string[];
  readonly rules: { readonly text: string; readonly at: number; readonly width: number }[];
}

/**
 * Writes tables one after the other. Chains are declared where their table begins, so that the places of the lines
 * follow each other as in the file.
 */
class MapReader {
  private readonly out = new Rewriting();
  private open: MapTable | undefined;
  private count = 0;

  table(name: string, at: number): void {
    this.close(at);
    this.open = { name, at, chains: [], rules: [] };
  }

  chain(name: string): void {
    if (placeOfBuiltIn(name) < 0) this.open?.chains.push(name);
  }

  /** `rule` with or without `-A CHAIN` in front. */
  rule(chain: string, rule: string, at: number, width: number): void {
    if (rule.trim() === '') return;
    this.count++;
    this.open?.rules.push({ text: /^-[AI] /.test(rule) ? rule : `-A ${chain} ${rule}`, at, width });
  }

  private close(at: number): void {
    const { open, out } = this;
    if (open === undefined) return;
    out
      .put('*', open.at, 0)
      .keep(open.name, open.at)
      .put('\n', open.at + open.name.length, 0);
    for (const name of open.chains) out.put(`-N ${name}\n`, open.at + open.name.length, 0);
    for (const { text, at: place, width } of open.rules) {
      if (text.length === width) out.keep(text, place);
      else out.put(text, place, width);
      out.put('\n', place + width, 0);
    }
    out.put('COMMIT\n', at, 0);
    this.open = undefined;
  }

  /** Undefined where there was no rule. */
  done(at: number): Rewritten | undefined {
    this.close(at);
    return this.count === 0 ? undefined : this.out.done();
  }
}

function quotedTables(text: string, from: number, end: number): Rewritten | undefined {
  const tables = new MapReader();
  const token = /"((?:[^"\\]|\\.){0,4000})"(:map\[string\]\[\]string\{|:\[\]string\{)?|[{}]/g;
  token.lastIndex = from;
  let chain = '';
  let depth = 1;
  for (let match = token.exec(text); match && match.index < end; match = token.exec(text)) {
    const [whole, string, opens] = match;
    const at = match.index + 1;
    if (whole === '}') depth--;
    else if (whole === '{' || opens !== undefined) depth++;
    if (depth === 0) break;
    if (string === undefined) continue;
    if (opens === ':map[string][]string{') tables.table(string, at);
    else if (opens === ':[]string{') tables.chain((chain = string));
    else tables.rule(chain, string.replace(/\\(.)/g, '$1'), at, string.length);
  }
  return tables.done(Math.min(end, token.lastIndex === 0 ? end : token.lastIndex));
}

/** Without quotes only the shape is left: `TABLE:map[`, `CHAIN:[`, and rules up to the bracket that ends the chain. */
function plainTables(text: string, from: number, end: number): Rewritten | undefined {
  const tables = new MapReader();
  const token = /([\w.-]{1,30}):(map\[|\[)|\]/g;
  token.lastIndex = from;
  for (let match = token.exec(text); match && match.index < end; match = token.exec(text)) {
    const [, name, opens] = match;
    if (name === undefined) continue;
    if (opens === 'map[') {
      tables.table(name, match.index);
      continue;
    }
    tables.chain(name);
    const close = text.indexOf(']', token.lastIndex);
    const to = close < 0 ? end : Math.min(close, end);
    for (const { rule, at } of rulesBetween(text, token.lastIndex, to, name)) tables.rule(name, rule, at, rule.length);
    token.lastIndex = to;
  }
  return tables.done(end);
}

/** Rules that follow each other with a blank between; only where each begins with `-A CHAIN` can they be separated. */
function rulesBetween(
  text: string,
  from: number,
  to: number,
  chain: string,
): readonly { readonly rule: string; readonly at: number }[] {
  const found: { rule: string; at: number }[] = [];
  const whole = text.slice(from, to);
  const mark = `-A ${chain} `;
  if (!whole.startsWith(mark)) return [];
  for (let at = 0; at >= 0;) {
    const next = whole.indexOf(` ${mark}`, at + mark.length);
    found.push({ rule: whole.slice(at, next < 0 ? whole.length : next), at: from + at });
    at = next < 0 ? -1 : next + 1;
  }
  return found;
}
