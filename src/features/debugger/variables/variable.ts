/** A row of the Variables view. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** What an expression calls it, where it can. */
  readonly expression?: string | undefined;
  /** It can be changed. */
  readonly settable?: boolean;
  /** Made when the row is opened. */
  readonly children?: (() => readonly Variable[]) | undefined;
  /** How many children there are, where they are many and are asked for in pages. */
  readonly count?: number;
}

/** A group of variables: `Packet`, `Rule`. */
export interface Scope {
  readonly name: string;
  readonly variables: () => readonly Variable[];
}
