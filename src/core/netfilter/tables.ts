import { hookBits, type BaseChain, type Chain, type Rule } from '../ruleset/ruleSet';
import type { Backend } from '../xtables/backend';
import type { AnyTableName, Hook, TableName } from '../xtables/view';
import type { WalkEnd } from './events';
import { Ended, type Passage, type WalkStep } from './passage';
import { startOf, type Position } from './position';
import { startNote } from './startChain';
import { TableWalk } from './tableWalk';
import type { TableEnd } from './traveller';
import { traverse } from './traverse';

/**
 * Takes a packet through the chain of a table that is registered at a hook, and on to `then`. Does nothing where there
 * is no such chain.
 */
export function visitTable(passage: Passage, hook: Hook, name: TableName, then: WalkStep): void {
  const { ruleSet, context } = passage;
  const table = ruleSet?.tables.get(name);
  const chain = table?.chains.get(hook);
  if (!ruleSet || !table || !chain) return;
  visitChain(passage, hook, chain, false, then, context.order.newer && ruleSet.backend);
}

/** Takes a packet through a base chain of nftables, and on to `then`. */
export function visitBaseChain(passage: Passage, hook: Hook, chain: BaseChain, then: WalkStep): void {
  visitChain(passage, hook, chain, true, then, undefined);
}

function visitChain(
  passage: Passage,
  hook: Hook,
  chain: Chain,
  native: boolean,
  then: WalkStep,
  backend: Backend | undefined,
): void {
  passage.then(then);
  passage.move({ table: chain.table, native, queued: false });
  passage.emit({
    kind: 'table-enter',
    hook,
    table: chain.table,
    chain,
    view: passage.view(),
    ...(backend && { backend }),
  });
  goOn(passage, hook, chain.table, beginning(passage, hook, chain));
}

/** Where the packet begins in a table: in its built-in chain, or in the one that the caller has put it into. */
function beginning(passage: Passage, hook: Hook, chain: Chain): Position {
  const {
    context: { start },
    at,
  } = passage;
  const usual = startOf(chain);
  if (
    !start ||
    at.started ||
    start.native !== at.native ||
    (!start.native && start.beside !== at.beside) ||
    start.chain.table !== chain.table ||
    !(start.hooks & hookBits([hook]))
  )
    return usual;
  passage.move({ started: true });
  passage.note(startNote(start, hook));
  return { ...usual, chain: start.chain };
}

/** From a position in the table on: up to its end, or to a fork, after which each branch goes on by itself. */
function goOn(passage: Passage, hook: Hook, name: AnyTableName, from: Position): void {
  const end = traverse(from, new TableWalk(passage));
  if (end.kind === 'joined') return;
  if (end.kind === 'fork') {
    passage.branches = end.branches.map((branch) => (on) => {
      new TableWalk(on).assume(end.rule, branch);
      goOn(on, hook, name, branch.from);
    });
  } else leave(passage, hook, name, end);
}

function leave(
  passage: Passage,
  hook: Hook,
  table: AnyTableName,
  end: Exclude<TableEnd, { kind: 'joined' | 'fork' }>,
): void {
  if (end.kind === 'failed') throw new Ended(end.end);
  if (end.kind === 'hotdrop') throw new Ended(passage.kernelDrop('broken-packet', end.reason, undefined, true));
  if (end.kind === 'endless') throw new Ended(notFollowed(passage, table));
  passage.emit({ kind: 'table-leave', hook, table, verdict: end.verdict, by: end.by });
  if (end.verdict === 'ACCEPT') {
    passage.meets(undefined);
    return;
  }
  const dropBy: WalkEnd['dropBy'] =
    end.by.kind === 'policy'
      ? { kind: 'policy', chain: end.by.chain, hook }
      : { kind: 'rule', rule: end.by.rule, hook, target: end.by.rule.written ? end.verdict : targetName(end.by.rule) };
  throw new Ended(passage.end('DROPPED', end.verdict, dropBy));
}

/** The outcome of the packet is not known. */
function notFollowed(passage: Passage, table: AnyTableName): WalkEnd {
  const detail =
    `table ${table} sends the packet through tens of thousands of chains, one after the other: the packet is not ` +
    'followed to its end, so its outcome is not known';
  passage.note(detail);
  return passage.kernelDrop('not-followed', detail, 'NONE', true);
}

function targetName(rule: Rule): string {
  return rule.target.kind === 'extension'
    ? rule.target.extension.name
    : rule.target.kind === 'unknown'
      ? rule.target.name
      : '';
}
