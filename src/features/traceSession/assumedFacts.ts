import { capital } from '../../core/text/capital';
import type { PacketRequest } from '../../core/net/packetRequest';
import { notesOf } from '../../core/netfilter/trace';
import { familyOf } from '../../core/net/makePacket';
import type { AssumedFact } from '../../shared/protocol';
import { ruleSetOf, sectionsOf, type Dump, type FileModel } from '../fileModel';
import { loadProblems } from '../loadProblems';
import { ruleSetNotes } from '../ruleSetNotes';
import type { Evaluation } from './evaluate';
import { addressField } from './hostFields';
import { textOf } from './packetForm';

/** What the user said is beside the question, and is not assumed. */
const SAID = ': as stated';

/** At most this many lines that cannot be read are named one by one. */
const MOST_ERRORS = 5;

/**
 * Fields whose value matters to where a packet goes. Flags and client ports are filled in as well, but nobody asks why.
 */
const DECISIVE: ReadonlySet<keyof PacketRequest> = new Set([
  'dir',
  'iface',
  'src',
  'dst',
  'proto',
  'dport',
  'uid',
  'icmpType',
]);

interface AssumedOptions {
  /** How another rule set is chosen. */
  readonly choose?: string;
  /** The problems of the rules to be listed: those that are not shown elsewhere. */
  readonly problems?: readonly AssumedFact[];
}

/** Everything that was assumed, most important first, each with the field in which it can be changed. */
export function assumedFacts(
  model: FileModel,
  dump: Dump,
  evaluation: Evaluation,
  { choose = 'choose it in the list of rule sets', problems = loadFacts(evaluation) }: AssumedOptions = {},
): readonly AssumedFact[] {
  const family = evaluation.request ? familyOf(evaluation.request) : (dump.section.family ?? 4);
  const notes = ruleSetNotes(model, dump, family, choose).map(({ message, line }) => ({
    message: `${capital(message)}.`,
    line,
    field: undefined,
  }));
  return [
    ...notes.filter(({ message }) => !message.endsWith(`${SAID}.`)),
    ...ofRules(dump, evaluation),
    ...problems,
    ...ofHost(evaluation),
    ...ofPrograms(evaluation),
    ...ofPacket(evaluation),
  ];
}

function ofRules(dump: Dump, { request, setting }: Evaluation): readonly AssumedFact[] {
  const facts: AssumedFact[] = [];
  if (dump.section.family === undefined)
    facts.push(fact('Nothing says whether these rules are for IPv4 or IPv6: IPv4 is assumed.'));
  if (request) {
    const family = familyOf(request);
    const ruleSet = family === 4 ? setting.setting.ruleSets.v4 : setting.setting.ruleSets.v6;
    if (!ruleSet)
      facts.push(fact(`The file has no IPv${family} rules: no rule is assumed to stop an IPv${family} packet.`));
  }
  return facts;
}

/** What iptables refuses of the rules that the packet was traced with, and what the trace makes of it. */
export function loadFacts({ setting }: Evaluation): readonly AssumedFact[] {
  return sectionsOf(setting.dump)
    .flatMap((section) => loadProblems(ruleSetOf(section), MOST_ERRORS))
    .map(({ message, line }) => ({ message: capital(message), line, field: undefined }));
}

function ofHost({ setting, assumed }: Evaluation): readonly AssumedFact[] {
  const names = setting.setting.host.interfaces.map(({ name }) => name);
  return assumed.map(({ code, message, line }) => ({
    message: capital(message),
    line: line === undefined ? undefined : line + 1,
    field: fieldOf(code, message, names),
  }));
}

/** The message names the interface that it is about. */
function fieldOf(
  code: Evaluation['assumed'][number]['code'],
  message: string,
  names: readonly string[],
): string | undefined {
  switch (code) {
    case 'address':
    case 'interface': {
      const words = message.split(/[\s:,]+/);
      const name = names.find((each) => each !== 'lo' && words.includes(each));
      return name === undefined ? undefined : addressField(name);
    }
    case 'default-route':
    case 'route':
      return 'host.routes';
    case 'sockets':
      return 'host.listeners';
    case 'not-read':
      return /route/i.test(message) ? 'host.routes' : undefined;
    case 'sysctl':
      return /forward/.test(message)
        ? 'host.forwarding'
        : message.includes('rp_filter')
          ? 'host.rp_filter'
          : message.includes('route_localnet')
            ? 'host.route_localnet'
            : undefined;
    // No field changes these.
    default:
      return undefined;
  }
}

function ofPrograms({ input }: Evaluation): readonly AssumedFact[] {
  return input ? notesOf(input.traced.outcomes).map((note) => fact(`${capital(note)}.`)) : [];
}

function ofPacket({ filled, request }: Evaluation): readonly AssumedFact[] {
  if (!request) return [];
  return filled
    .filter(({ field }) => DECISIVE.has(field))
    .map(({ field, why }) => ({
      message: `${NAMES[field] ?? field} is ${textOf(field, request)}: ${why}.`,
      line: undefined,
      field,
    }));
}

const NAMES: Partial<Readonly<Record<keyof PacketRequest, string>>> = {
  dir: 'The direction',
  iface: 'The interface it arrives at',
  src: 'The source',
  dst: 'The destination',
  proto: 'The protocol',
  dport: 'The destination port',
  uid: 'The sending user',
  icmpType: 'The ICMP type',
};

function fact(message: string): AssumedFact {
  return { message, line: undefined, field: undefined };
}
