import { capital } from '../../core/text/capital';
import { formatAddress, formatBlock } from '../../core/net/address';
import type { Host } from '../../core/net/host';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import { lookupRoute } from '../../core/net/routing';
import type { HostAnswer, Proviso, TraceEvent, Walked } from '../../core/netfilter/events';
import type { AssumptionUse, HostAssumption } from '../../core/ruleset/host/assumptions';
import type { BaseChain, RuleSet } from '../../core/ruleset/ruleSet';
import { premise, type PremiseId } from '../../core/xtables/premise';
import type { TableName } from '../../core/xtables/view';
import { hopText } from './answerWords';
import type { HostTrace } from './traceHosts';

/** Something that was assumed and that the trace relies on. */
export interface UsedAssumption {
  readonly code: HostAssumption['code'] | 'premise' | 'sysctl' | 'policy-rules' | 'question' | 'nft';
  /** `address of eth0`, with its value. */
  readonly what: string;
  readonly value: string | number | boolean;
  readonly message: string;
  /** 0-based line of the file that it is taken from, where there is one. */
  readonly line: number | undefined;
  /** There are several outcomes because of it. */
  readonly decides: boolean;
  /** What a value of the kernel means, as a clause. */
  readonly meaning?: string;
}

/** What the traces rely on that the file does not state, each once: first what decides. */
export function usedAssumptions(hostTraces: readonly HostTrace[]): readonly UsedAssumption[] {
  const found = new Map<string, UsedAssumption>();
  const add = (used: UsedAssumption): void => {
    const key = used.decides ? used.what : `${used.what}=${String(used.value)}`;
    if (!found.has(key)) found.set(key, used);
  };
  const choices = new Set(
    hostTraces.flatMap(({ answers }) => answers.flatMap(({ choice, what }) => (choice ? [what] : []))),
  );
  for (const { answers } of hostTraces) {
    for (const { what, choice, value, reason } of hostTraces.length > 1 ? answers : [])
      add({
        code: 'question',
        what,
        value,
        message: `${what}: ${reason}, so ${choice && choices.size > 2 ? 'several' : 'both'} outcomes are shown.`,
        line: undefined,
        decides: true,
      });
  }
  for (const hostTrace of hostTraces) {
    const used = new Uses(
      hostTrace,
      hostTrace.traced.outcomes.slice(0, MOST_LOOKED_AT).map(({ events }) => events),
    );
    // Which way out it is was asked, and is above.
    const asked = hostTrace.answers.some(({ choice }) => choice);
    for (const assumption of hostTrace.facts.assumptions)
      if (used.has(assumption.use) && !(asked && assumption.code === 'default-route'))
        add({ ...assumption, line: assumption.line, decides: false });
    for (const setting of used.settings()) add(setting);
    for (const id of hostTrace.rests) add(ofPremise(id));
    const { answer } = hostTrace.alike ?? {};
    if (answer) add(ofNoDifference(answer));
  }
  return [...found.values()];
}

/**
 * What has to be so of the settings of the kernel for a packet to end as it does, where nothing states it: that this
 * host forwards, which rules about forwarded packets and a packet that was said to be one show as well, that it takes
 * packets from where it would not send to, and the like.
 */
export function settingProvisos(
  hostTrace: HostTrace,
  walked: Walked,
  ruleSet: RuleSet | undefined,
): readonly Proviso[] {
  const forwards = hostTrace.request.oface !== undefined || showsForwarding(ruleSet);
  // Dropped it is in either way, unless that setting is the reason.
  const lets = walked.end.outcome !== 'DROPPED';
  const matters = (name: string): boolean =>
    name.endsWith('.route_localnet') ? !lets : lets && !(forwards && FORWARDING.has(name));
  return [...new Uses(hostTrace, [walked.milestones]).settings()]
    .filter(({ code, what }) => code === 'sysctl' && matters(what))
    .map(({ what, value, meaning }) => ({
      what: `${what} is ${String(value)}`,
      reason: `the file does not show it; it means that ${meaning ?? ''}`,
    }));
}

const FORWARDING: ReadonlySet<string> = new Set(['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']);

/** Nobody writes rules for what is not forwarded, nor translates for others. */
function showsForwarding(ruleSet: RuleSet | undefined): boolean {
  const has = (table: TableName, chain: string): boolean =>
    (ruleSet?.tables.get(table)?.chains.get(chain)?.rules.length ?? 0) > 0;
  return (
    has('filter', 'FORWARD') ||
    has('mangle', 'FORWARD') ||
    has('nat', 'PREROUTING') ||
    has('nat', 'POSTROUTING') ||
    ruleSet?.native?.bases.some(isAboutForwarded) === true ||
    (ruleSet?.beside !== undefined && showsForwarding(ruleSet.beside))
  );
}

function isAboutForwarded({ hook, rules, base }: BaseChain): boolean {
  return rules.length > 0 && (hook === 'FORWARD' || (base.type === 'nat' && hook !== 'OUTPUT' && hook !== 'INPUT'));
}

function ofNoDifference({ what, value, reason }: HostAnswer): UsedAssumption {
  const traced = `traced as if ${value ? 'so' : 'not'}`;
  return {
    code: 'question',
    what,
    value,
    message: `${capital(reason)}: whether ${what} makes no difference to the outcome (${traced}).`,
    line: undefined,
    decides: false,
  };
}

function ofPremise(id: PremiseId): UsedAssumption {
  const { what, value, reason } = premise(id);
  return {
    code: 'premise',
    what,
    value,
    message: `${capital(what)}: ${value}; ${reason}.`,
    line: undefined,
    decides: false,
  };
}

/** Extensions that ask for sockets. */
const ASKS_SOCKETS: ReadonlySet<string> = new Set(['socket', 'TPROXY']);

/** What was read on the way of a packet. */
class Uses {
  private readonly interfaces = new Set<string>();
  private readonly addresses = new Set<string>();
  private readonly routes: Extract<TraceEvent, { readonly kind: 'route' }>[] = [];
  private sockets = false;
  private localnet = false;
  private readonly host: Host;

  constructor(
    private readonly hostTrace: HostTrace,
    walks: readonly (readonly TraceEvent[])[],
  ) {
    this.host = hostTrace.facts.host;
    for (const events of walks) for (const event of events) this.note(event);
  }

  has(use: AssumptionUse): boolean {
    switch (use.kind) {
      case 'always':
        return true;
      case 'interface':
        return this.interfaces.has(use.name);
      case 'address':
        return this.addresses.has(formatAddress(use.address));
      case 'routes':
        return this.routes.some(({ by }) => by !== undefined && use.routes.includes(by));
      case 'table':
        return this.routes.some(({ table }) => table === use.table);
      case 'sockets':
        return this.sockets;
    }
  }

  /**
   * Settings of the kernel, and policy rules: what the file does not list of them has the value that most hosts have.
   */
  *settings(): Generator<UsedAssumption, undefined> {
    const {
      host,
      routes,
      hostTrace: { facts },
    } = this;
    const [first] = routes;
    if (first && facts.known.policyRules !== 'all') {
      yield {
        code: 'policy-rules',
        what: 'policy rules',
        value: 'only the standard ones',
        message:
          facts.known.policyRules === 'none'
            ? 'The file lists no policy rules ("ip rule"): only the standard ones are assumed.'
            : 'The file may list only some of the policy rules ("ip rule" lists all): no others are assumed.',
        line: undefined,
        decides: false,
      };
    }
    for (const { by } of routes)
      if (by?.hops && !this.hostTrace.answers.some(({ choice }) => choice))
        yield {
          code: 'route',
          what: `next hop of ${by.prefixLength === 0 ? 'the default route' : formatBlock(by.destination)}`,
          value: hopText(by),
          message:
            `The route has ${by.hops.length} next hops, of which the kernel picks one by a hash: ${hopText(by)} ` +
            'is shown, and the others have the same outcome.',
          line: undefined,
          decides: false,
        };
    const family = first?.packet.family ?? 4;
    const forwarded = routes.some(({ phase, type }) => phase === 'input' && type === 'unicast');
    const forwarding = family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
    if (forwarded && !isSet(host, family, 'forwarding')) yield sysctl(forwarding, 1, 'this host forwards');
    const filtered = routes.find(
      (event) => event.phase === 'input' && event.packet.family === 4 && this.comesBackElsewhere(event.packet),
    );
    if (filtered && !isSet(host, 4, 'rp_filter'))
      yield sysctl(
        'net.ipv4.conf.all.rp_filter',
        0,
        'packets may come in by a different interface than their replies leave by',
      );
    if (this.localnet && !isSet(host, 4, 'route_localnet'))
      yield sysctl('net.ipv4.conf.all.route_localnet', 0, 'no packet to or from 127.0.0.0/8 is accepted from outside');
    return undefined;
  }

  private comesBackElsewhere({ source, destination }: Packet): boolean {
    const arrived = this.hostTrace.request.iface;
    if (arrived === undefined || arrived === 'lo') return false;
    const back = lookupRoute(this.host, { destination: source, source: destination });
    return back.type === 'unicast' && back.device !== arrived;
  }

  private note(event: TraceEvent): void {
    switch (event.kind) {
      case 'start':
      case 'sent':
      case 'hook-enter':
        if (event.kind === 'hook-enter') this.interfaces.add(event.inInterface).add(event.outInterface);
        else this.interfaces.add(event.iface);
        return this.noteAddresses(event.packet);
      case 'translate':
        return this.noteAddresses(event.after);
      case 'route':
        this.routes.push(event);
        return;
      case 'delivered':
        this.sockets ||= event.packet.protocol === PROTOCOL.TCP || event.packet.protocol === PROTOCOL.UDP;
        return;
      case 'rule': {
        const { target, matches } = event.rule;
        this.sockets ||=
          (target.kind === 'extension' && ASKS_SOCKETS.has(target.extension.name)) ||
          matches.some(({ extension }) => ASKS_SOCKETS.has(extension.name));
        return;
      }
      case 'kernel-drop':
        this.localnet ||= event.detail.includes('route_localnet');
        return;
      default:
        return;
    }
  }

  private noteAddresses({ source, destination }: Packet): void {
    this.addresses.add(formatAddress(source)).add(formatAddress(destination));
  }
}

/** The thousand paths that a Service makes all read the same. */
const MOST_LOOKED_AT = 64;

function isSet({ sysctls }: Host, family: 4 | 6, name: string): boolean {
  if (family === 4 && name === 'forwarding' && sysctls.has('net.ipv4.ip_forward')) return true;
  const end = `.${name}`;
  const start = `net.ipv${family}.conf.`;
  return [...sysctls.keys()].some((key) => key.startsWith(start) && key.endsWith(end));
}

function sysctl(name: string, value: number, meaning: string): UsedAssumption {
  return {
    code: 'sysctl',
    what: name,
    value,
    message: `${name} is assumed to be ${value}: ${meaning}.`,
    line: undefined,
    decides: false,
    meaning,
  };
}
