import { capital } from '../core/text/capital';
import { counted } from '../core/text/counted';
import { packs } from '../core/knowledge/knowledge';
import { ROW_WITHOUT_CHAIN } from '../core/syntax/sections/listingRows';
import { Shape } from '../core/syntax/shape';
import type { Line } from '../core/syntax/tree';
import { linesWithin } from './embeddedLine';
import type { FileModel } from './fileModel';
import { unfollowedTables } from './nftTables';

/** A line that looks like rules or facts of a host and was not used. */
export interface UnreadLine {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** The reason as it is below a heading that says that these lines were not read. */
export function reasonText({ reason }: UnreadLine): string {
  return capital(reason.replace(/^not read: /, ''));
}

/** Why there may be no rules: what was not read, by its first line; '' where nothing looks as if it meant something. */
export function firstUnread(model: FileModel): string {
  const [first] = unreadLines(model);
  return first ? `Line ${first.line}: ${reasonText(first)}` : '';
}

const made = new WeakMap<FileModel, readonly UnreadLine[]>();

/**
 * What is not used of a file although it looks as if it meant something, in the order of the lines; looked for once in
 * each state of the file.
 */
export function unreadLines(model: FileModel): readonly UnreadLine[] {
  let lines = made.get(model);
  if (!lines) made.set(model, (lines = findUnread(model)));
  return lines;
}

function findUnread(model: FileModel): readonly UnreadLine[] {
  const { file } = model;
  const found = new Map<number, UnreadLine>();
  const add = (line: Line, reason: string): void => {
    if (!found.has(line.index))
      found.set(line.index, {
        line: line.index + 1,
        text: file.lines[line.index]?.text.trim().slice(0, LONGEST_TEXT) ?? '',
        reason,
      });
  };
  for (const { line, code, message } of file.problems) if (NOT_READ.has(code)) add(line, message);
  for (const { name, hooks, rules, line } of unfollowedTables(file)) {
    const has = `Table ${name} of nft has ${rules === 0 ? 'the policy drop' : counted(rules, 'rule')}`;
    add(
      file.lines[line - 1] as Line,
      hooks.length === 0
        ? `${has} and no base chain: no packet comes to ${rules === 1 ? 'it' : 'them'}.`
        : `${has}, in ${hooks.join(', ')}: ` +
            (rules > 1
              ? 'they see every packet too, and are not followed.'
              : 'it sees every packet too, and is not followed.'),
    );
  }
  const used = usedLines(model);
  for (const line of file.lines) {
    if (used[line.index] === 1 || isAnswered(line, file.lines)) continue;
    const reason = reasonOf(line, linesWithin(file, line));
    if (reason !== undefined) add(line, reason);
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/** Codes of problems with lines that mean something, and of which nothing, or too little, is read. */
const NOT_READ: ReadonlySet<string> = new Set(['not-read', 'rules-omitted', 'listing-unread']);

/** `nft list ruleset` with what it printed below. */
function isAnswered(line: Line, lines: readonly Line[]): boolean {
  if (!/\bnft\s+(?:-\w+\s+)*list\b/.test(line.text.slice(0, LONGEST_TEXT))) return false;
  for (let i = line.index + 1; i < line.index + 4; i++)
    if (lines[i]?.shape === Shape.NftTable || lines[i]?.shape === Shape.NftJson) return true;
  return false;
}

const LONGEST_TEXT = 300;

/** For each line of the file whether a section was made of it. */
function usedLines({ file }: FileModel): Uint8Array {
  const used = new Uint8Array(file.lines.length);
  for (const section of file.sections) {
    for (const line of section.lines) {
      // A section may hold prose between its rules, which is not used for that.
      if (line.shape !== Shape.Text || section.kind !== 'rules') used[line.index] = 1;
    }
  }
  return used;
}

/** Why a line outside of any section is worth a word; undefined where it is not. */
function reasonOf(line: Line, read: readonly Line[]): string | undefined {
  switch (line.shape) {
    case Shape.Rule:
      return 'A rule whose table is not stated.';
    case Shape.Chain:
    case Shape.Table:
    case Shape.Commit:
      return 'It has no rules.';
    case Shape.ProgramCommand:
      return read.length > 0 ? undefined : 'This command is not applied to any rules.';
    case Shape.NftJson:
      return 'Rules of nft as JSON: they see every packet too, and are not followed.';
    case Shape.NftCommand:
      return 'An nft command that could not be read.';
    case Shape.SocketRow:
      return 'A socket that could not be read.';
    case Shape.IpRoute:
    case Shape.IpRule:
      return 'A route or policy rule that could not be read.';
    case Shape.IpAdd:
      return 'A command of ip that could not be read.';
    case Shape.Text:
    case Shape.Wrapped:
      return suspicionOf(line.text.length > LONGEST_LINE ? line.text.slice(0, LONGEST_LINE) : line.text);
    case Shape.Comment:
    case Shape.Echo:
      return read.length === 0 && TAKEN_OUT.test(line.text.slice(0, LONGEST_LINE))
        ? 'A command after "#": it is taken for a comment and not applied.'
        : undefined;
    default:
      return undefined;
  }
}

const TAKEN_OUT =
  /^\s*#+\s*(?:sudo\s+)?ip6?tables(?:-legacy|-nft)?\s+(?:-t\s+\w+\s+)?(?:-[AIDRNPXF]|--(?:append|insert|delete|new-chain|policy|flush))\b/;

/** What comes after that in a line of prose is ignored. */
const LONGEST_LINE = 2000;

function suspicionOf(text: string): string | undefined {
  if (!MARKS.test(text) && !COMMAND_LINES.some(({ word }) => text.includes(word))) return undefined;
  return SUSPICIONS.find(([pattern]) => pattern.test(text))?.[1];
}

/** Commands of programs that make rules in their own words. */
const COMMAND_LINES = packs.flatMap(({ commandLines = [] }) => commandLines);

/** One of these, or the word of a program, is in each line that the patterns below match. */
const MARKS = /tables|--|-[jgf] |!f |nft|chain |Chain |ipvs|inet|hook |packets |via |->|firewall/;

/** Lines of other programs, and of iptables where they cannot be used. The first that matches gives the reason. */
const SUSPICIONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /^\s*(?:\d+\s+)?(?:\d+[KMG]?\s+\d+[KMG]?\s+)?(?:ACCEPT|DROP|REJECT|RETURN|DNAT|SNAT|MASQUERADE|REDIRECT|LOG|MARK|[A-Z][A-Z0-9_-]{2,28})\s+(?:all|tcp|udp|icmp|icmpv6|sctp|esp|ah|gre|\d{1,3})\s+(?:--|-f|!f)\s/,
    `${capital(ROW_WITHOUT_CHAIN)}.`,
  ],
  [
    /(?:^|[\s`'"(])(?:eb|arp)tables(?:-nft|-legacy)?\s+-/,
    'An ebtables or arptables command: rules for bridges and ARP are not traced.',
  ],
  [
    /(?:^|[\s`'"(#$])nft\s+(?:-f|add|insert|create|delete|flush|list)\b/,
    'An nft command that could not be read. Paste the output of nft list ruleset.',
  ],
  [
    /^\s*(?:table (?:ip|ip6|inet|arp|bridge|netdev) [\w.-]+ \{|chain [\w.-]+ \{|type (?:filter|nat|route) hook \w+ priority)/,
    'Rules of nft that are cut out of their table, or in a table that is not closed.',
  ],
  ...COMMAND_LINES.map(({ pattern, program, what }): readonly [RegExp, string] => [
    pattern,
    what === undefined
      ? `A command of ${program}: the line does not show which rules it makes. Paste the output of iptables-save.`
      : `${what}: these are not the rules that the kernel has.`,
  ]),
  [
    /^\s*\/?ip(?:v6)? firewall (?:filter|nat|mangle|raw)\b/,
    'Rules of RouterOS (MikroTik): they have another syntax and are not traced.',
  ],
  [
    /^\s*(?:- +)?(?:ansible\.builtin\.)?iptables:\s*$/,
    'A task of Ansible: it is not read. Paste the output of iptables-save of the host where it ran.',
  ],
  [/(?:^|\s)ipvsadm\s+-(?![Lln]+\b|-list|-numeric)/, 'A command of ipvsadm: virtual servers of IPVS are not traced.'],
  [
    /(?:^|[\s`'"(/])ip6?tables(?:-legacy|-nft)?\s+(?:-t\s+\w+\s+)?(?:-[AIDRNPXF]|--(?:append|insert|delete|new-chain|policy|flush))\s+\w/,
    'A command within a sentence, or in a form that cannot be read: it is not applied.',
  ],
  [
    /(?:^|\s)(?:-A|-I|--append|--insert)\s+[\w-]+\s.*\s(?:-j|-g|--jump)\s+\S/,
    'It looks like a rule within other text: it is not used.',
  ],
  [/^\s*Chain\s+\S+\s+\((?:policy|\d+ references)/, 'The head of a listing that could not be read.'],
  [/^\s+inet6?\s+[\da-f.:]+(?:\/\d+)?(?:\s|$)/, 'An address without the line of its interface.'],
];
