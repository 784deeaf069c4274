/** How a person asks what the file leaves open, and what each answer states. The statements follow "if". */
export interface OpenWords {
  /** `Is the source in the set blocked?` */
  readonly question: string;
  /** `the source is in the set blocked`. */
  readonly yes: string;
  /** `the source is not in the set blocked`. */
  readonly no: string;
}
