import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar, type IRawGrammar } from 'vscode-textmate';

/**
 * A stretch of a line, with its scopes from the file's own to the innermost. Columns are UTF-16 units, end excluded.
 */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly scopes: readonly string[];
}

/** The project's grammars, and stand-ins for the two grammars of the editor that they are injected into. */
const files: Readonly<Record<string, URL>> = {
  'source.iptables': new URL('../../syntaxes/iptables.tmLanguage.json', import.meta.url),
  'source.iptest': new URL('../../syntaxes/iptest.tmLanguage.json', import.meta.url),
  'markdown.iptables.codeblock': new URL('../../syntaxes/markdown-iptables.tmLanguage.json', import.meta.url),
  'iptables.log.injection': new URL('../../syntaxes/log-iptables.tmLanguage.json', import.meta.url),
  'text.html.markdown': new URL('hosts/markdown.json', import.meta.url),
  'text.log': new URL('hosts/log.json', import.meta.url),
};

/** Where package.json injects them ("injectTo"). */
const injections: Readonly<Record<string, readonly string[]>> = {
  'text.html.markdown': ['markdown.iptables.codeblock'],
  'text.log': ['iptables.log.injection'],
};

export function grammarText(scopeName: string): string {
  const file = files[scopeName];
  if (file === undefined) throw new Error(`no grammar for ${scopeName}`);
  return readFileSync(file, 'utf8');
}

/** The grammar as the editor loads it: the same engine, the same expressions. */
export async function loadGrammar(scopeName: string): Promise<IGrammar> {
  registry ??= createRegistry();
  const grammar = await (await registry).loadGrammar(scopeName);
  if (grammar === null) throw new Error(`no grammar for ${scopeName}`);
  return grammar;
}

/** Tokens of each line; the state goes from line to line as in the editor. */
export function tokenizeLines(grammar: IGrammar, lines: readonly string[]): Token[][] {
  let state = textmate.INITIAL;
  return lines.map((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens
      .map((token) => ({ start: token.startIndex, end: Math.min(token.endIndex, line.length), scopes: token.scopes }))
      .filter((token) => token.end > token.start);
  });
}

/** What the engine did since the start: characters that it copied to be searched, and searches for the next match. */
export const work = { copied: 0, searches: 0 };

let registry: Promise<textmate.Registry> | undefined;

async function createRegistry(): Promise<textmate.Registry> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm);
  return new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns): textmate.OnigScanner => {
        const scanner: textmate.OnigScanner = oniguruma.createOnigScanner(patterns);
        return {
          findNextMatchSync: (text, start, options) => {
            work.searches++;
            return scanner.findNextMatchSync(text, start, options);
          },
          dispose: () => scanner.dispose?.(),
        };
      },
      createOnigString: (text) => {
        work.copied += text.length;
        return oniguruma.createOnigString(text);
      },
    }),
    loadGrammar: (scopeName) =>
      Promise.resolve(scopeName in files ? (JSON.parse(grammarText(scopeName)) as IRawGrammar) : null),
    getInjections: (scopeName) => [...(injections[scopeName] ?? [])],
  });
}
