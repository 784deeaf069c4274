import { allTables, type Chain, type Rule, type RuleSet } from '../../core/ruleset/ruleSet';
import { columnsOfRule, contentOf, outerColumns } from '../embeddedLine';
import { isError, parseExpression, type Expression } from './language/parse';
import { hitTest, type HitTest } from './hitCondition';
import { logMessage, type LogMessage } from './logMessage';
import { rulesShown } from '../rulesOfLine';

/** A breakpoint as a person sets it. Lines and columns are 1-based. */
export interface WantedBreakpoint {
  readonly line: number;
  /** Which of several rules of the line is meant; undefined: all of them. */
  readonly column?: number | undefined;
  readonly condition?: string | undefined;
  readonly hitCondition?: string | undefined;
  readonly logMessage?: string | undefined;
}

/** A breakpoint as it is taken. */
export interface Breakpoint {
  readonly id: number;
  readonly line: number;
  /** Where what is meant begins, if a column was given. */
  readonly column: number | undefined;
  /** Where it can stop; without that it is not verified, and `message` says why. */
  readonly place: BreakpointPlace | undefined;
  /** Why it is not verified, or was moved. */
  readonly message: string | undefined;
  readonly condition: Expression | undefined;
  readonly hit: HitTest | undefined;
  readonly log: LogMessage | undefined;
}

/** Rules of the line, and chains that are declared there: it stops where they are entered, and at their policy. */
export interface BreakpointPlace {
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
}

/** What begins at one column of a line, 1-based. */
export interface BreakpointSpot extends BreakpointPlace {
  readonly column: number;
}

/** The lines of rule sets at which a packet can be stopped. */
export class BreakpointLines {
  private readonly places = new Map<number, { readonly rules: Rule[]; readonly chains: Chain[] }>();
  private readonly spots = new Map<number, readonly BreakpointSpot[]>();
  /** In order; made when a line is looked for that is not among them. */
  private sorted: readonly number[] | undefined;

  /** `ruleSets`: those that the packet meets. */
  constructor(ruleSets: readonly RuleSet[]) {
    for (const ruleSet of ruleSets) this.add(ruleSet);
  }

  at(line: number): BreakpointPlace | undefined {
    return this.places.get(line);
  }

  /** What is on a line beside each other, in the order of its columns. */
  spotsAt(line: number): readonly BreakpointSpot[] {
    let spots = this.spots.get(line);
    if (!spots) this.spots.set(line, (spots = spotsOf(this.places.get(line))));
    return spots;
  }

  /** The column of the rule or, without one, of the chain that is on a line; undefined where nothing else does. */
  columnOf(line: number, about: Rule | Chain): number | undefined {
    const spots = this.spotsAt(line);
    if (spots.length < 2) return undefined;
    return spots.find(
      ({ rules, chains }) => rules.some((each) => each === about) || chains.some((each) => each === about),
    )?.column;
  }

  /** From a line on, up to and including another one, in order. */
  within(first: number, last: number): readonly number[] {
    return this.all().filter((line) => line >= first && line <= last);
  }

  /** The first line at or after one. */
  after(line: number): number | undefined {
    return this.all().find((each) => each >= line);
  }

  private all(): readonly number[] {
    return (this.sorted ??= [...this.places.keys()].sort((a, b) => a - b));
  }

  private add(ruleSet: RuleSet): void {
    for (const { chains } of allTables(ruleSet)) {
      for (const chain of chains.values()) {
        if (chain.line) this.placeOf(chain.line.index + 1).chains.push(chain);
        for (const rule of rulesShown(chain)) this.placeOf(rule.line.index + 1).rules.push(rule);
      }
    }
    if (ruleSet.beside) this.add(ruleSet.beside);
  }

  private placeOf(line: number): { readonly rules: Rule[]; readonly chains: Chain[] } {
    let place = this.places.get(line);
    if (!place) this.places.set(line, (place = { rules: [], chains: [] }));
    return place;
  }
}

function spotsOf(place: BreakpointPlace | undefined): readonly BreakpointSpot[] {
  const found = new Map<number, { readonly column: number; readonly rules: Rule[]; readonly chains: Chain[] }>();
  const spot = (start: number) => {
    let known = found.get(start);
    if (!known) found.set(start, (known = { column: start + 1, rules: [], chains: [] }));
    return known;
  };
  for (const rule of place?.rules ?? []) spot(columnsOfRule(rule).start).rules.push(rule);
  for (const chain of place?.chains ?? []) {
    const { line } = chain;
    if (line) spot(outerColumns(line, line.node.kind === 'nft' ? line.node : contentOf(line)).start).chains.push(chain);
  }
  return [...found.values()].sort((a, b) => a.column - b.column);
}

/** How far down a breakpoint is moved from a line that is not a rule: over a comment or the header of a table. */
const FARTHEST = 20;

/** `foreign`: whether a line belongs to rules that the packet does not meet. */
export function readBreakpoint(
  id: number,
  wanted: WantedBreakpoint,
  lines: BreakpointLines,
  foreign: (line: number) => boolean,
): Breakpoint {
  const refused = (message: string): Breakpoint => ({
    id,
    line: wanted.line,
    column: undefined,
    place: undefined,
    message,
    condition: undefined,
    hit: undefined,
    log: undefined,
  });
  if (!lines.at(wanted.line) && foreign(wanted.line))
    return refused(`Line ${wanted.line} belongs to other rules than those that the packet meets.`);
  const line = lines.at(wanted.line) ? wanted.line : lines.after(wanted.line);
  const place = line === undefined ? undefined : lines.at(line);
  if (line === undefined || !place || line - wanted.line > FARTHEST)
    return refused(`Line ${wanted.line} is not a rule or a chain, and none follows.`);
  const condition = isGiven(wanted.condition) ? parseExpression(wanted.condition) : undefined;
  if (condition && isError(condition)) return refused(`Condition: ${sentence(condition.message)}`);
  const hit = isGiven(wanted.hitCondition) ? hitTest(wanted.hitCondition) : undefined;
  if (typeof hit === 'string') return refused(`Hit count: ${sentence(hit)}`);
  const log = isGiven(wanted.logMessage) ? logMessage(wanted.logMessage) : undefined;
  if (log && 'message' in log) return refused(`Log message: ${sentence(log.message)}`);
  const message =
    line === wanted.line ? undefined : `Line ${wanted.line} is not a rule or a chain: moved to line ${line}.`;
  // Of a line that it was moved to, everything is meant.
  const spot = line === wanted.line ? spotAt(lines, line, wanted.column) : undefined;
  return { id, line, column: spot?.column, place: spot ?? place, message, condition, hit, log };
}

/** What is at a column, or else begins before it; the first of the line, where nothing does. */
function spotAt(lines: BreakpointLines, line: number, column: number | undefined): BreakpointSpot | undefined {
  if (column === undefined) return undefined;
  const spots = lines.spotsAt(line);
  return spots.findLast((spot) => spot.column <= column) ?? spots[0];
}

/** With a full stop, unless it asks. */
export function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}

/** Whether a field that may be omitted or blank holds anything. */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
