import type { ScriptText } from './scriptText';

/**
 * A part of a word. `quoted`: within quotes or after a backslash, so that it is neither split nor a pattern. Offsets
 * are those of the script's text.
 */
export type WordPart =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly quoted: boolean;
      readonly start: number;
      readonly end: number;
    }
  /** `$X`, `${X:-word}`; `operator` is what comes after the name: `:-`, `%%`, `/`, `[@]` … */
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly index: string | undefined;
      readonly operator: string;
      readonly operand: readonly WordPart[];
      readonly quoted: boolean;
      readonly start: number;
      readonly end: number;
    }
  /** `$(…)` and backticks. */
  | {
      readonly kind: 'command';
      readonly script: string;
      readonly quoted: boolean;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: 'arithmetic';
      readonly expression: string;
      readonly quoted: boolean;
      readonly start: number;
      readonly end: number;
    };

export interface ShellWord {
  readonly parts: readonly WordPart[];
  readonly start: number;
  readonly end: number;
}

export interface Assignment {
  readonly name: string;
  /** `X+=…`. */
  readonly adds: boolean;
  /** `X[1]=…`, `X=([a]=b)`: what a list of words cannot express. */
  readonly indexed: boolean;
  readonly value: ShellWord | undefined;
  /** `X=(a b)`. */
  readonly list: readonly ShellWord[] | undefined;
  readonly start: number;
  readonly end: number;
}

export interface Redirect {
  /** `>`, `>>`, `<`, `<<`, `<<<`, `>&` … */
  readonly operator: string;
  /** The number before it; -1 where there is none. */
  readonly descriptor: number;
  readonly target: ShellWord;
  /** The lines of `<<`. */
  here?: HereDocument;
  readonly start: number;
  readonly end: number;
}

export interface HereDocument {
  readonly start: number;
  readonly end: number;
  /** Parts where it is expanded; undefined for `<<'EOF'`. */
  readonly parts: readonly WordPart[] | undefined;
}

interface Spanned {
  readonly start: number;
  readonly end: number;
}

export interface SimpleCommand extends Spanned {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly ShellWord[];
  readonly redirects: readonly Redirect[];
  /** Of `export X=(a b)` and its like, the values that are lists. */
  readonly declared: readonly Assignment[];
}

/** A command as POSIX.1-2017, "Shell Command Language", 2.9, and bash(1) have them. */
export type ShellNode =
  | SimpleCommand
  | (Spanned & { readonly kind: 'list'; readonly items: readonly ShellNode[] })
  | (Spanned & { readonly kind: 'and' | 'or'; readonly left: ShellNode; readonly right: ShellNode })
  | (Spanned & { readonly kind: 'not'; readonly command: ShellNode })
  | (Spanned & { readonly kind: 'pipe'; readonly commands: readonly ShellNode[] })
  | (Spanned & {
      readonly kind: 'group' | 'subshell';
      readonly body: ShellNode;
      readonly redirects: readonly Redirect[];
    })
  | (Spanned & {
      readonly kind: 'for';
      readonly name: string;
      readonly words: readonly ShellWord[] | undefined;
      readonly body: ShellNode;
      readonly redirects: readonly Redirect[];
      readonly headEnd: number;
    })
  | (Spanned & {
      readonly kind: 'while';
      readonly until: boolean;
      readonly condition: ShellNode;
      readonly body: ShellNode;
      readonly redirects: readonly Redirect[];
    })
  | (Spanned & {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: ShellNode; readonly body: ShellNode }[];
      readonly otherwise: ShellNode | undefined;
      readonly redirects: readonly Redirect[];
    })
  | (Spanned & {
      readonly kind: 'case';
      readonly word: ShellWord;
      readonly items: readonly {
        readonly patterns: readonly ShellWord[];
        readonly body: ShellNode;
        readonly end: string;
      }[];
      readonly redirects: readonly Redirect[];
    })
  | (Spanned & { readonly kind: 'function'; readonly name: string; readonly body: ShellNode })
  /** `[[ … ]]`; operators are words of their own. */
  | (Spanned & { readonly kind: 'test'; readonly words: readonly ShellWord[] })
  /** `(( … ))`. */
  | (Spanned & { readonly kind: 'arithmetic'; readonly expression: string });

/** A command and the text that its offsets are of. */
export interface ScriptNode {
  readonly node: ShellNode;
  readonly source: ScriptText;
}

/** The text of a word that is one unquoted literal, as reserved words are. */
export function plainText({ parts }: ShellWord): string | undefined {
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'text' && !only.quoted ? only.text : undefined;
}

/** The text of a word without expansions, quoted or not. */
export function literalText({ parts }: ShellWord): string | undefined {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}

/** Each command in another one, the outer ones first. */
export function walk(node: ShellNode, each: (node: ShellNode) => void): void {
  const waiting: ShellNode[] = [node];
  while (waiting.length > 0) {
    const next = waiting.pop() as ShellNode;
    each(next);
    const inner = childrenOf(next);
    for (let i = inner.length - 1; i >= 0; i--) waiting.push(inner[i] as ShellNode);
  }
}

function childrenOf(node: ShellNode): readonly ShellNode[] {
  switch (node.kind) {
    case 'list':
      return node.items;
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'not':
      return [node.command];
    case 'pipe':
      return node.commands;
    case 'group':
    case 'subshell':
    case 'for':
      return [node.body];
    case 'while':
      return [node.condition, node.body];
    case 'if':
      return [
        ...node.branches.flatMap(({ condition, body }) => [condition, body]),
        ...(node.otherwise ? [node.otherwise] : []),
      ];
    case 'case':
      return node.items.map(({ body }) => body);
    default:
      return [];
  }
}
