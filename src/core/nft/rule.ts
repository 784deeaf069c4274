import { NOTHING_SAID, type PacketBounds } from '../net/fields/packetSet';
import { readNftRule } from '../syntax/nft/rule';
import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import type { NftVerdict } from '../syntax/nft/expression';
import { unknown, type Answer, type Unknown } from '../xtables/answer';
import type { Effect, TargetExtension } from '../xtables/extension';
import { missing } from '../xtables/shown';
import type { PacketView } from '../xtables/view';
import { changeOf, harmless, type NftAssignment } from './assignments';
import { matchBounds } from './matchBounds';
import { comparisonOf, namedSetLookup, widened } from './comparison';
import { comparisonDenial, mapDenial, shownFor } from './denial';
import { nftTarget, type NftAction } from './extensions';
import type { Condition } from '../xtables/extension';
import { operandWords } from './formatValue';
import { limitCondition } from './limit';
import { natEffect, natPlaceOf, type NatTarget } from './natStatement';
import { mapIndex, type NftScope } from './operands';
import { rejectAction } from './reject';
import { premisesOfExpression } from './premises';
import { verdictMap } from './verdictMap';
import { updateCondition } from './setUpdate';

/** What a rule of nft does in the end. */
type NftEnd =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'jump';
      readonly chain: string;
      readonly goto: boolean;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: 'action';
      readonly extension: TargetExtension;
      readonly action: NftAction;
      readonly start: number;
      readonly end: number;
    }
  /** It is not known what it does. */
  | {
      readonly kind: 'unknown';
      readonly name: string;
      readonly text: string;
      readonly start: number;
      readonly end: number;
    };

/**
 * A rule of nft made ready to be evaluated: its conditions in order, among them the statements that change something,
 * and what it does in the end.
 */
export interface NftRuleParts {
  readonly conditions: readonly Condition[];
  readonly end: NftEnd;
}

/** Reads a rule that is in the columns `start` to `end` of a line. Never throws. */
export function nftRuleParts(text: string, start: number, end: number, scope: NftScope): NftRuleParts {
  const statements = readNftRule(text, start, end);
  const builder = new Builder(text, scope);
  for (const [i, statement] of statements.entries()) {
    if (
      builder.add(
        statement,
        statements.slice(i + 1).every(({ kind }) => kind === 'quiet'),
      )
    )
      break;
  }
  return { conditions: builder.conditions, end: builder.end };
}

const VERDICT_NAMES = { accept: 'ACCEPT', drop: 'DROP', return: 'RETURN', continue: 'CONTINUE' } as const;
const VERDICT_WORDS = {
  accept: 'accepts the packet, which leaves this chain',
  drop: 'drops the packet',
  return: 'returns to the rule after the jump',
  continue: 'continues with the next rule',
} as const;

class Builder {
  readonly conditions: Condition[] = [];
  end: NftEnd = { kind: 'none' };

  constructor(
    private readonly text: string,
    private readonly scope: NftScope,
  ) {}

  /** Takes a statement; `last`: nothing that matters comes after it. True where the rule ends with it. */
  add(statement: NftRuleStatement, last: boolean): boolean {
    const { start, end } = statement;
    const text = this.text.slice(start, end);
    switch (statement.kind) {
      case 'quiet':
        return false;
      case 'match': {
        const comparison = comparisonOf(statement, this.scope);
        if (!comparison) return this.open(text, unknown(`what "${text}" tests is not known here`));
        const { scope } = this;
        let bounds: PacketBounds | undefined;
        const premises = premisesOfExpression(statement.left);
        const looksIn = namedSetLookup(statement, comparison);
        this.conditions.push({
          text,
          test: (view) => comparison.test(view),
          actual: (view) => shownFor(statement.left, comparison.left, this.text, view),
          denial: (view) => comparisonDenial(statement, comparison, this.text, view),
          widened: (view) => widened(statement, comparison, this.text, view),
          ...(looksIn && { looksIn }),
          // Made when asked for: a named set may be long.
          bounds: () => (bounds ??= matchBounds(statement, scope) ?? NOTHING_SAID),
          ...(premises && { premises }),
        });
        return false;
      }
      case 'open':
        return this.open(text, unknown(statement.reason));
      case 'xt':
        if (statement.extension === 'match')
          return this.open(
            text,
            unknown('nft shows only the name of an iptables match; iptables-save shows all of it'),
          );
        return this.finish({ kind: 'unknown', name: statement.name, text, start, end });
      case 'unknown':
        // A verdict after it still belongs to the rule.
        if (!last) return this.open(text, unknown(`what "${text}" tests or does is not known here`));
        return this.finish({ kind: 'unknown', name: text, text, start, end });
      case 'limit':
        this.conditions.push(limitCondition(statement, text));
        return false;
      case 'update':
        this.conditions.push(updateCondition(statement, text, this.scope));
        return false;
      case 'verdict':
        return this.verdict(statement, text);
      case 'vmap':
        return this.vmap(statement, text);
      case 'assign': {
        const change = changeOf(statement, this.scope);
        if (change) return this.change(text, change, last, start, end);
        return harmless(statement) ? false : this.open(text, unknown(`what "${text}" does is not followed`));
      }
      case 'notrack': {
        const change: NftAssignment = { operand: { types: [], read: () => '' }, effect: () => ({ kind: 'untrack' }) };
        return this.change(text, change, last, start, end);
      }
      case 'tproxy':
        return this.tproxy(statement, text);
      case 'nat':
        return this.nat(statement, text);
      case 'reject':
        return this.action('REJECT', 'always', statement, rejectAction(statement.with, text));
      case 'queue': {
        const [first = 0, second = first] = statement.number.split('-').map(Number);
        return this.action('QUEUE', 'always', statement, {
          text,
          describes: `hands the packet to the program at queue ${statement.number}`,
          apply: () => ({ kind: 'queue', numbers: [first, second], bypass: statement.bypass }),
        });
      }
    }
  }

  private finish(end: NftEnd): true {
    this.end = end;
    return true;
  }

  private action(
    name: string,
    terminates: TargetExtension['terminates'],
    { start, end }: NftRuleStatement,
    action: NftAction,
  ): true {
    return this.finish({ kind: 'action', extension: nftTarget(name, terminates), action, start, end });
  }

  /** A question without an answer. */
  private open(text: string, answer: Unknown): false {
    this.conditions.push({ text, test: () => answer, actual: () => 'unknown' });
    return false;
  }

  private verdict(statement: NftVerdict, text: string): true {
    const { verdict, chain, start, end } = statement;
    if (verdict === 'jump' || verdict === 'goto')
      return this.finish({
        kind: 'jump',
        chain: chain ?? '',
        goto: verdict === 'goto',
        start: end - (chain ?? '').length,
        end: Math.max(end, start),
      });
    const effect: Effect =
      verdict === 'continue' ? { kind: 'continue' } : { kind: 'verdict', verdict: VERDICT_NAMES[verdict] };
    return this.action(VERDICT_NAMES[verdict], verdict === 'continue' ? 'never' : 'always', statement, {
      text,
      describes: VERDICT_WORDS[verdict],
      apply: () => effect,
    });
  }

  private vmap(statement: NftRuleStatement & { kind: 'vmap' }, text: string): boolean {
    const index = mapIndex(statement.key, statement.map, this.scope);
    if (!index) return this.finish({ kind: 'unknown', name: text, text, start: statement.start, end: statement.end });
    const map = verdictMap(index, text, {
      actual: (view) => shownFor(statement.key, index.key, this.text, view),
      denial: (view) => mapDenial(statement, index.key, this.text, view),
    });
    if (map.condition) this.conditions.push(map.condition);
    return this.action('VMAP', 'sometimes', statement, map.action);
  }

  /**
   * Before other statements a change is a condition that holds where it gives a value; at the end it is what the
   * rule does.
   */
  private change(
    text: string,
    { operand, ...made }: NftAssignment,
    last: boolean,
    start: number,
    end: number,
  ): boolean {
    const chance = operand.chance !== undefined;
    if (!last || chance) {
      this.conditions.push({
        text,
        test: (view): Answer => {
          const read = operand.read(view);
          return typeof read === 'string' ? true : (read ?? false);
        },
        actual: (view) => operandWords(operand, view),
        changes(view, holds) {
          const read = holds ? operand.read(view) : undefined;
          return typeof read === 'string' ? { effect: made.effect(read, view) } : undefined;
        },
      });
      return false;
    }
    const given = (view: PacketView): Answer => {
      const read = operand.read(view);
      return typeof read === 'string' ? true : (read ?? false);
    };
    this.conditions.push({ text, test: given, actual: (view) => operandWords(operand, view) });
    return this.finish({
      kind: 'action',
      extension: nftTarget(
        text.startsWith('ct zone') || text === 'notrack' ? 'CT' : text.startsWith('ct ') ? 'CONNMARK' : 'MARK',
        'never',
      ),
      start,
      end,
      action: {
        text,
        describes: `does "${text}"`,
        apply(view) {
          const read = operand.read(view);
          return typeof read === 'string' ? made.effect(read, view) : { kind: 'continue' };
        },
      },
    });
  }

  /** No transparent socket ends the rule, and the packet goes on (net/netfilter/nft_tproxy.c). */
  private tproxy(statement: NftRuleStatement & { kind: 'tproxy' }, text: string): boolean {
    const place = natPlaceOf({ ...statement, prefix: false }, this.scope);
    if (!place) return this.open(text, unknown(`what "${text}" tests is not known here`));
    const found = (view: PacketView) => {
      const to = place.read(view);
      const right = statement.family === undefined || (statement.family === 'ip' ? 4 : 6) === view.packet.family;
      if (!right || !to || !('ports' in to) || (view.packet.protocol !== 6 && view.packet.protocol !== 17))
        return undefined;
      const target = { address: to.addresses?.[0], port: to.ports?.[0] ?? 0 };
      return { target, socket: view.findTransparent?.(view.packet, target, view.inInterface) };
    };
    this.conditions.push({
      text,
      test: (view) => found(view)?.socket !== undefined,
      actual(view) {
        const socket = found(view)?.socket;
        return socket === undefined
          ? missing('no transparent socket')
          : socket === 'assumed'
            ? 'a transparent socket, as is assumed'
            : `the socket ${socket.text}`;
      },
      changes(view, holds) {
        const to = holds ? found(view) : undefined;
        return (
          to && { effect: { kind: 'tproxy', address: to.target.address, port: to.target.port, mark: 0, markMask: 0 } }
        );
      },
    });
    return false;
  }

  private nat(statement: NftRuleStatement & { kind: 'nat' }, text: string): boolean {
    const place = natPlaceOf(statement, this.scope);
    if (!place) return this.finish({ kind: 'unknown', name: text, text, start: statement.start, end: statement.end });
    const computed =
      [statement.address, statement.port].some((part) => part && part.kind !== 'value' && part.kind !== 'range') &&
      !place.choices;
    if (computed) {
      this.conditions.push({
        text,
        actual: () => 'what the map has for it',
        test(view) {
          const to = place.read(view);
          return to === undefined ? false : 'kind' in to ? to : true;
        },
      });
    }
    const wanted = statement.family === undefined ? undefined : statement.family === 'ip' ? 4 : 6;
    const name = statement.nat.toUpperCase();
    return this.action(name, 'always', statement, {
      text,
      describes: natWords(statement, text),
      // A packet of the other family is not changed, and the next rule is evaluated (net/netfilter/nft_nat.c
      // nft_nat_inet_eval).
      apply: (view) =>
        wanted !== undefined && wanted !== view.packet.family
          ? { kind: 'continue' }
          : placeEffect(statement, place, view),
    });
  }
}

function placeEffect(statement: NftRuleStatement & { kind: 'nat' }, place: NatTarget, view: PacketView): Effect {
  if (place.choices) {
    return {
      kind: 'choice',
      reason: place.reason ?? '',
      choices: place.choices.map(({ text, probability, place: each }) => ({
        text,
        ...(probability === undefined ? {} : { probability }),
        effect: placeEffect(statement, each, view),
      })),
    };
  }
  const to = place.read(view);
  if (!to || 'kind' in to) return { kind: 'continue' };
  return natEffect(statement, to.addresses, to.ports);
}

function natWords({ nat }: NftRuleStatement & { kind: 'nat' }, text: string): string {
  switch (nat) {
    case 'redirect':
      return `sends the connection to a port of this host (${text})`;
    case 'masquerade':
      return `gives the connection the address of the interface that it leaves by (${text})`;
    case 'dnat':
      return `rewrites the destination of the connection (${text})`;
    case 'snat':
      return `rewrites the source of the connection (${text})`;
  }
}
