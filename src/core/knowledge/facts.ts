/** What is known of something, as plain data: short title first, paragraphs below, and where it was read. */
export interface Fact {
  /** One line of at most 90 characters. */
  readonly title: string;
  readonly details: readonly Paragraph[];
  /** Public places the fact was read in, as `owner/repo:path` or the name of a page. */
  readonly sources: readonly string[];
  /** True for the meaning of a program that the file does not show: it comes last, and is brief. */
  readonly elsewhere?: true;
}

export type Paragraph =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'list'; readonly items: readonly string[] };

/** A setting that changes a rule or a chain, by the name a person meets it under. */
export interface ChangedBy {
  /**
   * `helm` a Helm value, `mesh` a field of meshConfig, `cni` what the CNI plugin does by itself, `key` the line of the
   * log that shows the value in force.
   */
  readonly kind: 'annotation' | 'helm' | 'mesh' | 'env' | 'flag' | 'cni' | 'key';
  readonly name: string;
  readonly effect: string;
}

export interface ChainKnowledge extends Fact {
  readonly name: string;
  /** Whose chain it is; a program may have several families of chains. */
  readonly family: string;
  /** `since 1.3`, `1.18 to 1.20`; of the program that makes the chain. */
  readonly versions?: string;
  /** First and last release that makes it so, as `1.12.2`; absent where not known, `until` also where it still does. */
  readonly since?: string;
  readonly until?: string;
  /** Which chain or shape of rule it is, by the name that its releases are under. */
  readonly variant?: string;
  readonly changedBy: readonly ChangedBy[];
  /** What the kernel really does where names or documents suggest otherwise. */
  readonly kernelNote?: string;
  /** False where the names come from public dumps or documents and the program's source was not read. */
  readonly verified: boolean;
}

export interface RuleKnowledge extends Fact {
  readonly family: string;
  readonly versions?: string;
  /**
   * First and last release that writes it so, as `1.12.2`; absent where not known, `until` also where it still does.
   */
  readonly since?: string;
  readonly until?: string;
  /** Which chain or shape of rule it is, by the name that its releases are under. */
  readonly variant?: string;
  readonly changedBy: readonly ChangedBy[];
  /** What the kernel does with this rule in this rule set. */
  readonly kernelNote?: string;
}

export function text(words: string): Paragraph {
  return { kind: 'text', text: words };
}

export function list(...items: readonly string[]): Paragraph {
  return { kind: 'list', items };
}

export function annotation(name: string, effect: string): ChangedBy {
  return { kind: 'annotation', name, effect };
}

export function env(name: string, effect: string): ChangedBy {
  return { kind: 'env', name, effect };
}

export function flag(name: string, effect: string): ChangedBy {
  return { kind: 'flag', name, effect };
}

export function key(name: string, effect: string): ChangedBy {
  return { kind: 'key', name, effect };
}

export function helm(name: string, effect: string): ChangedBy {
  return { kind: 'helm', name, effect };
}

export function mesh(name: string, effect: string): ChangedBy {
  return { kind: 'mesh', name, effect };
}

export function cni(name: string, effect: string): ChangedBy {
  return { kind: 'cni', name, effect };
}

/** A title of at most 90 characters; what is longer ends in `…`. */
export function fit(title: string): string {
  return title.length <= 90 ? title : `${title.slice(0, 89)}…`;
}

/** An address without the prefix length of a single host: `127.0.0.6/32` → `127.0.0.6`. */
export function hostOf(address: string | undefined): string {
  return (address ?? '').replace(/\/(32|128)$/, '');
}
