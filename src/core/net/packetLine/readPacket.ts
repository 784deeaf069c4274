/** What a reader finds in a line: fields of the JSON contract, not yet checked. */
export interface ReadPacket {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly note?: string | undefined;
  /** The program that wrote it, where the reader knows several. */
  readonly writer?: string | undefined;
}
