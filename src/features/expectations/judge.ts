import { formatAddress, inBlock, sameAddress, type Address } from '../../core/net/address';
import { hasPorts } from '../../core/net/makePacket';
import { protocolName } from '../../core/net/protocols';
import { endpoint } from '../../core/net/endpoint';
import type { Packet } from '../../core/net/packet';
import type { Walked, WalkEnd } from '../../core/netfilter/events';
import { isThrough } from '../../core/netfilter/walkEnds';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { Reply } from '../../core/netfilter/reply';
import { comesBack, findingsOf } from '../replies';
import type { Clause, Condition, OutcomeWord, Ports, RulePlace, Term } from './condition';
import type { PassedRules } from './passedRules';
import { chainsAt, decisionOf } from './passedRules';

/** A path that is judged, and what is needed to judge it. */
export interface JudgedPath {
  readonly walked: Walked;
  /** The rules that it has met. */
  readonly ruleSet: RuleSet | undefined;
  readonly passed: PassedRules;
  /** Traced when a condition asks for it. */
  readonly reply: () => Reply;
  /** The addresses of a name that the file knows, or why there are none. */
  readonly addressesOf: (name: string) => readonly Address[] | string;
  /** The interfaces of the host. */
  readonly interfaces: () => readonly string[];
}

export interface Judged {
  readonly holds: boolean;
  /** What is so, in the words of the language. */
  readonly actual: string;
  /** Why it cannot hold whatever becomes of the packet: a chain that there is not. */
  readonly impossible?: string;
}

/** Whether a clause holds of a path: one of its alternatives. */
export function judgeClause({ terms, text }: Clause, path: JudgedPath): Judged {
  const judged = terms.map((term) => judgeTerm(term, path));
  const impossible = judged.find((each) => each.impossible !== undefined);
  if (impossible) return impossible;
  if (judged.some(({ holds }) => holds)) return { holds: true, actual: text };
  return { holds: false, actual: [...new Set(judged.map(({ actual }) => actual))].join(', ') };
}

function judgeTerm({ condition, negated, text }: Term, path: JudgedPath): Judged {
  const judged = judge(condition, path, text);
  return negated && judged.impossible === undefined
    ? { holds: !judged.holds, actual: judged.holds ? text : `not ${text}` }
    : judged;
}

function judge(condition: Condition, path: JudgedPath, text: string): Judged {
  const { end } = path.walked;
  switch (condition.kind) {
    case 'outcome':
      return { holds: isOutcome(condition.outcome, end), actual: outcomeText(condition.outcome, end) };
    case 'endpoint':
      return judgeEndpoint(condition, path);
    case 'leaves':
      return judgeInterface(condition.iface, 'on', path);
    case 'by':
      return judgeBy(condition.place, path);
    case 'decided': {
      const by = end.dropBy?.kind ?? (decisionOf(path.walked)?.words.startsWith('by policy') ? 'policy' : 'rule');
      return { holds: by === condition.by, actual: decisionOf(path.walked)?.words ?? 'decided by no rule' };
    }
    case 'via': {
      const chains = chainsAt(condition.place, path.ruleSet);
      if (typeof chains === 'string') return { holds: false, actual: chains, impossible: chains };
      const holds = path.passed.via(chains, condition.place.number);
      return { holds, actual: holds ? text : `not ${text}` };
    }
    case 'field': {
      const value = end.packet[condition.field];
      const holds = ((value ^ condition.value) & condition.mask) === 0;
      return {
        holds,
        actual: holds ? text : `${condition.field} ${condition.field === 'ttl' ? value : `0x${value.toString(16)}`}`,
      };
    }
    case 'state':
      return {
        holds: end.state === condition.state,
        actual: end.state === undefined ? 'no state' : `state ${end.state}`,
      };
    case 'process':
      return judgeProcess(condition.process, end);
    case 'reply':
      return judgeReply(condition.reply, path);
    case 'unchanged':
      return judgeUnchanged(path.walked);
  }
}

function isOutcome(wanted: OutcomeWord, end: WalkEnd): boolean {
  const { outcome, verdict } = end;
  switch (wanted) {
    case 'ACCEPT':
      return isThrough({ end });
    case 'REJECT':
      return outcome === 'DROPPED' && verdict === 'REJECT';
    case 'DROP':
      return outcome === 'DROPPED' && verdict !== 'REJECT';
    default:
      return outcome === wanted;
  }
}

/** In the vocabulary of what was expected: outcomes, or verdicts. */
function outcomeText(wanted: OutcomeWord, end: WalkEnd): string {
  if (isOutcome(wanted, end)) return wanted;
  if (end.outcome !== 'DROPPED') return end.outcome;
  return end.verdict === 'REJECT' ? 'REJECT' : wanted === 'REJECT' || wanted === 'ACCEPT' ? 'DROP' : 'DROPPED';
}

function judgeEndpoint(
  { half, address, name, ports }: Extract<Condition, { readonly kind: 'endpoint' }>,
  path: JudgedPath,
): Judged {
  const { packet } = path.walked.end;
  const word = half === 'source' ? 'from ' : '';
  const [actualAddress, actualPort] = placeOf(packet, half);
  const named = name === undefined ? undefined : path.addressesOf(name);
  if (typeof named === 'string') return { holds: false, actual: named, impossible: named };
  const withPort = hasPorts(packet.protocol) && packet.fragmentOffset === 0;
  const inAddress =
    (address === undefined || inBlock(actualAddress, address)) &&
    (named === undefined || named.some((each) => sameAddress(each, actualAddress)));
  const inPorts = ports === undefined || (withPort && actualPort >= ports.first && actualPort <= ports.last);
  const random = path.walked.end.randomPort;
  const drawn = ports !== undefined && !isAnyPort(ports) && random === half;
  return {
    holds: inAddress && inPorts && !drawn,
    actual: `${word}${shownEndpoint(
      address === undefined && named === undefined ? undefined : formatAddress(actualAddress),
      ports === undefined || !withPort ? undefined : actualPort,
      packet,
    )}${drawn ? ' (a port that is drawn at random)' : ''}`,
  };
}

function isAnyPort({ first, last }: Ports): boolean {
  return first <= 1 && last === 65535;
}

function shownEndpoint(address: string | undefined, port: number | undefined, { protocol }: Packet): string {
  const text = endpoint(address, port);
  return text === '' ? `no port (${protocolName(protocol)})` : text;
}

function placeOf(packet: Packet, half: 'destination' | 'source'): readonly [Address, number] {
  return half === 'source' ? [packet.source, packet.sourcePort] : [packet.destination, packet.destinationPort];
}

function judgeInterface(iface: string, word: string, { walked: { end }, interfaces }: JudgedPath): Judged {
  const leaves = end.outcome === 'SENT' ? end.outInterface : undefined;
  if (leaves !== iface && !interfaces().includes(iface)) {
    const message = `the file knows no interface ${iface}; it knows ${interfaces().slice(0, 5).join(', ')}`;
    return { holds: false, actual: message, impossible: message };
  }
  return { holds: leaves === iface, actual: leaves === undefined ? `leaves by no interface` : `${word} ${leaves}` };
}

/** A rule or a chain where there is such a chain, else an interface. */
function judgeBy(place: RulePlace, path: JudgedPath): Judged {
  const chains = chainsAt(place, path.ruleSet);
  const isInterface =
    place.number === undefined && (typeof chains === 'string' || path.interfaces().includes(place.chain));
  if (isInterface && path.interfaces().includes(place.chain)) return judgeInterface(place.chain, 'by', path);
  if (typeof chains === 'string') {
    const message = isInterface ? `${chains}, and the file knows no such interface` : chains;
    return { holds: false, actual: message, impossible: message };
  }
  const holds = path.passed.by(chains, place.number);
  return {
    holds,
    actual: holds
      ? `by ${place.chain}${place.number === undefined ? '' : `:${place.number}`}`
      : (decisionOf(path.walked)?.words ?? 'decided by no rule'),
  };
}

function judgeProcess(process: string, { outcome, receiver, receiverKnown }: WalkEnd): Judged {
  if (outcome !== 'LOCAL') return { holds: false, actual: 'no process' };
  if (receiver?.process !== undefined)
    return { holds: receiver.process === process, actual: `process ${receiver.process}` };
  return {
    holds: false,
    actual: receiver
      ? `a process without a name at ${receiver.text}`
      : receiverKnown
        ? 'no process listens there'
        : 'a process that the file does not list',
  };
}

function judgeReply(wanted: 'ok' | 'lost' | 'none', path: JudgedPath): Judged {
  const reply = path.reply();
  if (reply.kind === 'none') return { holds: wanted === 'none', actual: `reply none (${reply.why})` };
  const ok = comesBack(reply);
  const found = findingsOf(reply).join(' ');
  return { holds: wanted === (ok ? 'ok' : 'lost'), actual: ok ? 'reply ok' : `reply dropped (${found})` };
}

function judgeUnchanged({ events, end }: Walked): Judged {
  const start = events.find((event) => event.kind === 'start')?.packet;
  if (!start) return { holds: false, actual: 'not followed' };
  const changed = (['source', 'destination'] as const).filter((half) => {
    const [address, port] = placeOf(start, half);
    const [last, lastPort] = placeOf(end.packet, half);
    return !sameAddress(address, last) || port !== lastPort;
  });
  return {
    holds: changed.length === 0,
    actual:
      changed.length === 0
        ? 'unchanged'
        : changed
            .map((half) => {
              const [address, port] = placeOf(end.packet, half);
              return (
                `${half === 'source' ? 'from' : 'to'} ` +
                `${endpoint(formatAddress(address), hasPorts(end.packet.protocol) ? port : undefined)}`
              );
            })
            .join(', '),
  };
}
