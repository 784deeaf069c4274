import type { Line } from '../tree';
import { chainOf, readProperty, setOf, tableOf, type NftTables } from './openTables';
import { isNftFamily, type NftFamily, type NftRuleText, type NftSetText, type NftTableText } from './tables';
import { nftTokens, type NftToken } from './tokens';

/**
 * Runs one command of nft: `add rule inet t c …`. What it does not know leaves the tables as they are. Source: nft(8).
 * Gives the reason why nft would refuse it, or undefined. Where `mayBePart`, what is missing is made nevertheless,
 * because the text may show only a part of the tables.
 */
export function runCommand(
  tables: NftTables,
  line: Line,
  start: number,
  end: number,
  mayBePart: boolean,
): string | undefined {
  return new NftCommandReader(
    tables,
    line,
    nftTokens(line.text, start, end).flatMap((token) => unquoted(line.text, token)),
  ).run(mayBePart);
}

/** For a shell, braces are often put into quotes: `nft add chain inet t c "{ type … ; }"`. */
function unquoted(text: string, token: NftToken): readonly NftToken[] {
  return token.kind === 'string' && /^\s*\{/.test(token.text)
    ? nftTokens(text, token.start + 1, token.end - 1)
    : [token];
}

function noTable(family: NftFamily, name: string): string {
  return `there is no table ${family} ${name}`;
}

class NftCommandReader {
  private at = 0;

  constructor(
    private readonly tables: NftTables,
    private readonly line: Line,
    private readonly tokens: readonly NftToken[],
  ) {}

  run(mayBePart: boolean): string | undefined {
    const verb = this.word();
    const object = this.word();
    if (verb === 'flush' && object === 'ruleset') {
      const family = this.tokens[this.at]?.text;
      for (const [key, table] of this.tables)
        if (!isNftFamily(family) || table.family === family) this.tables.delete(key);
      return undefined;
    }
    const family = this.family();
    const name = this.word();
    if (name === undefined || object === undefined) return 'it names nothing that it is about';
    const refused = this.refusal(verb ?? '', object, family, name);
    if (refused !== undefined && !mayBePart) return refused;
    if (verb === 'add' || verb === 'create' || verb === 'insert' || verb === 'replace')
      this.add(verb, object, family, name);
    else if (verb === 'delete' || verb === 'destroy' || verb === 'flush') this.remove(verb, object, family, name);
    else if (verb === 'rename' && object === 'chain') this.rename(family, name);
    return refused;
  }

  /** Source: nft(8), and the kernel's answers ENOENT and EEXIST (net/netfilter/nf_tables_api.c). */
  private refusal(verb: string, object: string, family: NftFamily, name: string): string | undefined {
    const table = this.tables.get(`${family} ${name}`);
    if (object === 'table') {
      if (verb === 'create' && table) return `there is a table ${family} ${name} already`;
      return verb === 'add' || verb === 'create' || verb === 'destroy' || table ? undefined : noTable(family, name);
    }
    if (!table) return noTable(family, name);
    const own = this.tokens[this.at]?.text ?? '';
    if (object === 'chain' || object === 'set' || object === 'map') {
      const known = object === 'chain' ? table.chains.has(own) : table.sets.has(own);
      if (verb === 'create' && known) return `there is a ${object} ${own} already`;
      return known || verb === 'add' || verb === 'create' || verb === 'destroy'
        ? undefined
        : `table ${family} ${name} has no ${object} ${own}`;
    }
    if (object === 'element') return table.sets.has(own) ? undefined : `table ${family} ${name} has no set ${own}`;
    // Counters, quotas and flow tables decide nothing here.
    if (object !== 'rule') return undefined;
    const chain = table.chains.get(own);
    if (!chain) return `table ${family} ${name} has no chain ${own}`;
    const place = this.tokens[this.at + 1]?.text;
    const number = Number(this.tokens[this.at + 2]?.text);
    if (place === 'handle' || place === 'position')
      return chain.rules.some(({ handle }) => handle === number)
        ? undefined
        : `no rule of chain ${own} is known to have the handle ${number}: \`nft -a list ruleset\` shows them`;
    if (place === 'index') return number < chain.rules.length ? undefined : `chain ${own} has no rule ${number}`;
    if (verb === 'delete' || verb === 'replace')
      return `it needs the handle of a rule: \`nft -a list ruleset\` shows them`;
    const targets = this.tokens.flatMap(({ text }, i) =>
      text === 'jump' || text === 'goto' ? (this.tokens[i + 1]?.text ?? '') : [],
    );
    const missing = targets.find((target) => !table.chains.has(target));
    return missing === undefined ? undefined : `table ${family} ${name} has no chain ${missing}`;
  }

  private add(verb: string, object: string, family: NftFamily, tableName: string): void {
    const table =
      object === 'table'
        ? tableOf(this.tables, family, tableName, this.line)
        : (this.tables.get(`${family} ${tableName}`) ?? tableOf(this.tables, family, tableName, this.line));
    if (object === 'table') {
      for (const words of this.properties()) readProperty(table, undefined, words);
      return;
    }
    const name = this.word();
    if (name === undefined) return;
    switch (object) {
      case 'chain': {
        const chain = chainOf(table, name, this.line);
        for (const words of this.properties()) readProperty(table, chain, words);
        return;
      }
      case 'set':
      case 'map':
        return this.fill(table, setOf(table, object, name, this.line));
      case 'element': {
        const set = table.sets.get(name) ?? setOf(table, 'set', name, this.line);
        const braces = this.braces();
        if (braces) set.elements.push({ line: this.line, ...braces });
        return;
      }
      case 'rule':
        return this.rule(verb, table, name);
      default:
    }
  }

  /** `{ type … ; elements = { … } }`. */
  private fill(table: NftTableText, set: NftSetText): void {
    for (const { start, end } of this.parts()) {
      const words = this.line.text.slice(start, end);
      if (/^elements\b/.test(words)) {
        const brace = this.line.text.indexOf('{', start);
        if (brace >= 0 && brace < end) set.elements.push({ line: this.line, start: brace + 1, end });
      } else readProperty(table, set, words);
    }
  }

  private rule(verb: string, table: NftTableText, chainName: string): void {
    const { rules } = chainOf(table, chainName, this.line);
    const place = this.tokens[this.at]?.text;
    const number = Number(this.tokens[this.at + 1]?.text);
    let index = verb === 'insert' ? 0 : rules.length;
    if ((place === 'index' || place === 'position' || place === 'handle') && Number.isInteger(number)) {
      this.at += 2;
      const found = place === 'index' ? number : rules.findIndex(({ handle }) => handle === number);
      if (found < 0 || found >= rules.length) return;
      index = verb === 'insert' || verb === 'replace' ? found : found + 1;
    }
    const [first, last] = [this.tokens[this.at], this.tokens.at(-1)];
    if (!first || !last) return;
    const rule: NftRuleText = {
      line: this.line,
      start: first.start,
      end: last.text === ';' ? last.start : last.end,
      handle: undefined,
    };
    rules.splice(index, verb === 'replace' ? 1 : 0, rule);
  }

  private remove(verb: string, object: string, family: NftFamily, tableName: string): void {
    const key = `${family} ${tableName}`;
    const table = this.tables.get(key);
    if (!table) return;
    const name = this.word();
    const chain = name === undefined ? undefined : table.chains.get(name);
    const set = name === undefined ? undefined : table.sets.get(name);
    switch (object) {
      case 'table':
        if (verb === 'flush') for (const each of table.chains.values()) each.rules.length = 0;
        else this.tables.delete(key);
        return;
      case 'chain':
        if (verb === 'flush') chain?.rules.splice(0);
        else if (name !== undefined) table.chains.delete(name);
        return;
      case 'rule': {
        const handle = Number(this.tokens[this.at + 1]?.text);
        const index = chain?.rules.findIndex((rule) => rule.handle === handle) ?? -1;
        if (this.tokens[this.at]?.text === 'handle' && index >= 0) chain?.rules.splice(index, 1);
        return;
      }
      case 'set':
      case 'map':
        if (verb === 'flush') set?.elements.splice(0);
        else if (name !== undefined) table.sets.delete(name);
        return;
      case 'element': {
        const braces = this.braces();
        if (braces) set?.elements.push({ line: this.line, ...braces, removed: true });
        return;
      }
      default:
    }
  }

  private rename(family: NftFamily, tableName: string): void {
    const table = this.tables.get(`${family} ${tableName}`);
    const [from, to] = [this.word(), this.word()];
    const chain = from === undefined ? undefined : table?.chains.get(from);
    if (!table || !chain || to === undefined || table.chains.has(to)) return;
    chain.name = to;
    const entries = [...table.chains.values()];
    table.chains.clear();
    for (const each of entries) table.chains.set(each.name, each);
  }

  private word(): string | undefined {
    return this.tokens[this.at++]?.text;
  }

  private family(): NftFamily {
    const word = this.tokens[this.at]?.text;
    if (!isNftFamily(word)) return 'ip';
    this.at++;
    return word;
  }

  /** Within the braces that come next. */
  private braces(): { readonly start: number; readonly end: number } | undefined {
    const open = this.tokens.findIndex(({ kind, text }, i) => i >= this.at && kind === 'mark' && text === '{');
    const close = this.tokens.findLast(({ kind, text }) => kind === 'mark' && text === '}');
    const first = this.tokens[open];
    return first && close ? { start: first.end, end: close.end } : undefined;
  }

  private properties(): readonly string[] {
    return this.parts().map(({ start, end }) => this.line.text.slice(start, end));
  }

  /** What `;` parts within the braces. */
  private parts(): readonly { readonly start: number; readonly end: number }[] {
    const found: { start: number; end: number }[] = [];
    let depth = 0;
    let first: NftToken | undefined;
    let last: NftToken | undefined;
    const finish = (): void => {
      if (first && last) found.push({ start: first.start, end: last.end });
      first = last = undefined;
    };
    for (const token of this.tokens.slice(this.at)) {
      const sign = token.kind === 'mark' ? token.text : '';
      if (sign === '{' && depth++ === 0) continue;
      if (sign === '}' && --depth === 0) break;
      if (depth === 0) continue;
      if (sign === ';' && depth === 1) {
        finish();
        continue;
      }
      first ??= token;
      last = token;
    }
    finish();
    return found;
  }
}
