import { isRecord } from '../core/net/jsonFields';
import type { TokenKind } from '../shared/traceReport';

/** Colours of words of rules, `#rrggbb`. */
export type TokenColours = Partial<Readonly<Record<TokenKind, string>>>;

/**
 * The colours that a theme gives to words of rules. `rules`: the `tokenColors` of the theme and of what it includes, in
 * the order in which they override each other, and after them the user's; they come from anywhere, so what is none is
 * passed over. `scopes`: the scope of each kind of word in the grammar. Source: vscode-textmate, src/theme.ts: the rule
 * with the most exact scope wins, and of equal ones the later.
 */
export function tokenColours(
  rules: readonly unknown[],
  scopes: Partial<Readonly<Record<TokenKind, string>>>,
): TokenColours {
  const read = rules.flatMap(selectorsOf);
  const colours: Partial<Record<TokenKind, string>> = {};
  for (const [kind, scope] of Object.entries(scopes) as [TokenKind, string][]) {
    let best = 0;
    for (const { selector, colour } of read) {
      const exact = exactness(selector, scope);
      if (exact < best || exact === 0) continue;
      best = exact;
      colours[kind] = colour;
    }
  }
  return colours;
}

/**
 * The user's own colours (`editor.tokenColorCustomizations`) as rules of a theme: those for all themes first. Source:
 * VS Code, tokenClassificationRegistry and colorThemeData.ts.
 */
export function customRules(customizations: unknown, theme: string): readonly unknown[] {
  if (!isRecord(customizations)) return [];
  const ofTheme = Object.entries(customizations).flatMap(([name, value]) =>
    name.startsWith('[') && themeNames(name).includes(theme) ? [value] : [],
  );
  return [customizations, ...ofTheme].flatMap((each) => (isRecord(each) ? customGroup(each) : []));
}

/** `[Default Dark+][Abyss]`. */
function themeNames(key: string): readonly string[] {
  return key.slice(1, -1).split('][');
}

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  comments: ['comment', 'punctuation.definition.comment'],
  strings: ['string'],
  keywords: ['keyword', 'keyword.control', 'storage'],
  numbers: ['constant.numeric'],
  types: ['entity.name.type', 'support.type'],
  functions: ['entity.name.function', 'support.function'],
  variables: ['variable', 'support.variable'],
};

function customGroup(group: Readonly<Record<string, unknown>>): readonly unknown[] {
  const named = Object.entries(GROUPS).flatMap(([name, scope]) => {
    const value = group[name];
    const foreground = isRecord(value) ? value.foreground : value;
    return foreground === undefined ? [] : [{ scope, settings: { foreground } }];
  });
  return [...named, ...(Array.isArray(group.textMateRules) ? (group.textMateRules as readonly unknown[]) : [])];
}

function selectorsOf(rule: unknown): readonly { readonly selector: string; readonly colour: string }[] {
  if (!isRecord(rule) || !isRecord(rule.settings)) return [];
  const colour = rule.settings.foreground;
  if (typeof colour !== 'string' || !/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(colour)) return [];
  const scopes: readonly unknown[] = Array.isArray(rule.scope) ? rule.scope : [rule.scope];
  return scopes
    .flatMap((scope) => (typeof scope === 'string' ? scope.split(',') : []))
    .map((selector) => ({ selector: selector.trim(), colour }))
    .filter(({ selector }) => selector !== '');
}

/** How exactly a selector names a scope of a rules file; 0: not at all. */
function exactness(selector: string, scope: string): number {
  const parts = selector.split(/\s+/).filter((part) => part !== '>');
  const last = parts.pop() ?? '';
  // What a selector excludes (`keyword - keyword.operator`) is not one of our scopes, or not this one's.
  if (parts.includes('-')) return exactness(selector.slice(0, selector.indexOf(' -')), scope);
  if (!names(last, scope)) return 0;
  if (!parts.every((part) => names(part, 'source.iptables'))) return 0;
  return last.split('.').length * 10 + parts.length;
}

function names(selector: string, scope: string): boolean {
  return scope === selector || scope.startsWith(`${selector}.`);
}
