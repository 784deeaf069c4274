import type { Line, Listed, Listing } from '../syntax/tree';
import { unknown } from '../xtables/answer';
import type { MatchExtension } from '../xtables/extension';
import { chainLacksInterface } from './headerReader';
import { EMPTY_HEADER, type ListedInterfaces } from './header';
import type { RuleInListing } from './listedInterfaces';
import type { ParsedRule, RuleContext } from './parsedRule';
import type { Program } from './program';
import type { BoundMatch, LineProblem } from './ruleSet';

/**
 * The lines of a list in the order in which they can be read: `iptables -L` shows the chains that rules jump to after
 * them.
 */
export function chainsFirst(lines: readonly Line[]): readonly Line[] {
  if (!lines.some(({ listed }) => listed)) return lines;
  const declares = ({ listed, node }: Line): boolean =>
    listed !== undefined && node.kind === 'command' && node.operation !== 'A';
  return [...lines.filter(declares), ...lines.filter((line) => !declares(line))];
}

/**
 * A rule that was read of a row of `iptables -L`, with a match for each thing that the row does not show: an interface,
 * where the listing has no column for it, and words that could not be read. Their answer is not known; they are
 * evaluated last, so they matter only where everything that is known matches. A rule as a known program writes it has
 * the interfaces that the program gives it. `followed`: other rules come after it in its chain.
 */
export function withUnshown(
  parsed: ParsedRule,
  { listing, unread }: Listed,
  context: ListingContext,
  followed: boolean,
): ParsedRule {
  const texts = [
    ...unread,
    ...parsed.problems
      .filter(({ severity, code }) => severity === 'error' && !OF_PLACE.has(code))
      .map(({ message }) => message),
  ];
  const unshown: BoundMatch[] = [...new Set(texts)].map((text) => bound(unreadMatch(text)));
  if (!listing.interfaces) {
    const known = unshown.length === 0 ? knownInterfaces(parsed, context) : undefined;
    if (known) return withInterfaces(parsed, known);
    unshown.push(bound(interfaceMatch(context.chain, followed && endsAll(parsed))));
  }
  return unshown.length === 0 ? parsed : { ...parsed, matches: [...parsed.matches, ...unshown] };
}

/** Where a listing has a rule. */
type ListingContext = Pick<Program, 'family' | 'interfacesOf'> &
  Pick<RuleContext, 'table' | 'chain'> &
  Pick<RuleInListing, 'jumpsAbove'>;

function knownInterfaces(
  { headers, matches, target }: ParsedRule,
  { family, table, chain, jumpsAbove, interfacesOf }: ListingContext,
): ListedInterfaces | undefined {
  const [header] = headers;
  return header && interfacesOf({ family, table, chain, jumpsAbove, header, matches, target });
}

function withInterfaces(parsed: ParsedRule, known: ListedInterfaces): ParsedRule {
  const { inInterface, outInterface, names } = known;
  if (!inInterface && !outInterface && !names) return { ...parsed, known };
  return {
    ...parsed,
    known,
    headers: parsed.headers.map((header) => ({
      ...header,
      inInterface,
      outInterface,
      names: names ? { source: header.names?.source, destination: header.names?.destination, ...names } : header.names,
    })),
  };
}

/** What is read nevertheless: an unknown target is unknown in any dump, and the table may have been guessed. */
const OF_PLACE: ReadonlySet<string> = new Set([
  'wrong-table',
  'wrong-chain',
  'wrong-protocol',
  'unknown-target',
  'unknown-chain',
]);

/**
 * With what applies to listings in general. What iptables lists was loaded, so what seems wrong with it was not
 * understood.
 */
export function withListings(problems: readonly LineProblem[], lines: readonly Line[]): readonly LineProblem[] {
  if (!lines.some(({ listed }) => listed)) return problems;
  const shown: LineProblem[] = problems.map((problem) => {
    if (!problem.line.listed || problem.severity !== 'error') return problem;
    return {
      ...problem,
      severity: 'warning',
      code: 'listing-unread',
      message: `this row of "iptables -L" is not fully understood: ${problem.message}`,
    };
  });
  const listings = new Set<Listing>();
  for (const line of lines) {
    const { listed } = line;
    if (!listed) continue;
    if (!listed.listing.interfaces && !listings.has(listed.listing)) {
      shown.push({
        line,
        start: line.contentStart,
        end: line.text.length,
        severity: 'info',
        code: 'listing-interfaces',
        message: NO_INTERFACES,
      });
    }
    listings.add(listed.listing);
    // A row that is no rule was reported when the listing was read.
    for (const text of line.node.kind === 'command' ? listed.unread : []) {
      shown.push({
        line,
        start: line.contentStart,
        end: line.text.length,
        severity: 'warning',
        code: 'listing-unread',
        message: `this is not understood, so whether the rule matches is not known: ${text}`,
      });
    }
  }
  return shown;
}

const NO_INTERFACES =
  'this listing was made without -v and does not show interfaces: a rule may still match on one, unless a known ' +
  'program writes it and its interfaces are known. "iptables -L -n -v" shows them, "iptables -S" shows rules in full';

function bound(extension: MatchExtension): BoundMatch {
  return { extension, data: undefined, word: undefined, conditions: undefined };
}

/**
 * Matches every packet and ends its way: no rule after it would ever be evaluated, so it most likely tests an
 * interface, as `-i lo`.
 */
function endsAll({ headers, matches, target }: ParsedRule): boolean {
  return (
    matches.length === 0 &&
    headers.every((header) => header === EMPTY_HEADER) &&
    target.kind === 'extension' &&
    target.extension.terminates === 'always'
  );
}

function interfaceMatch(chain: string, unlikely: boolean): MatchExtension {
  const options = (['i', 'o'] as const)
    .filter((name) => !chainLacksInterface(name, chain))
    .map((name) => `-${name}`)
    .join(' or ');
  const reason = `"iptables -L" without -v does not show whether the rule matches on an interface (${options})`;
  return unshownMatch({
    name: '',
    summary: 'An interface that the listing does not show.',
    text: 'the interface matches (it is not shown without -v)',
    printed: '',
    answer: { ...unknown(reason), ...(unlikely && { unlikely }) },
    reason,
  });
}

function unreadMatch(text: string): MatchExtension {
  const reason = 'these words of the listing are not understood';
  return unshownMatch({
    name: '',
    summary: 'Words of "iptables -L" that are not understood.',
    text,
    printed: ` ${text}`,
    answer: unknown(reason),
    reason,
  });
}

interface Unshown {
  readonly name: string;
  readonly summary: string;
  readonly text: string;
  readonly printed: string;
  readonly answer: ReturnType<typeof unknown>;
  readonly reason: string;
}

function unshownMatch({ name, summary, text, printed, answer, reason }: Unshown): MatchExtension {
  return {
    kind: 'match',
    name,
    families: [4, 6],
    options: [],
    documentation: { summary, source: 'iptables(8), -L' },
    build: () => undefined,
    print: () => printed,
    conditions: () => [{ text, test: () => answer, actual: () => reason }],
  };
}
