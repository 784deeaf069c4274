import { ChainDeclaration } from '../syntax/chainDeclaration';
import type { CommandParts } from '../syntax/command';
import type { RulesSection } from '../syntax/sourceFile';
import type { ChainNode, CommandNode, Line, Problem, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import type { Advice } from './advice';
import { chainNameProblem } from './chainName';
import { unknownChainHelp } from './optionHelp';
import { BUILTIN_CHAINS, HOOKS } from './ruleSet';
import { ofLegacy, ofNft, type Complaint } from '../xtables/backend';
import {
  addChain,
  deleteChain,
  flushRules,
  isReferenced,
  renameChain,
  type OpenChain,
  type OpenTable,
} from './openTable';
import type { Program } from './program';

/** The line that changes chains, and what it is read with. */
export interface ChainLine {
  readonly line: Line;
  readonly table: OpenTable;
  readonly section: RulesSection;
  readonly program: Program;
  readonly addComplaint: (at: Columns, complaint: Complaint) => void;
  readonly report: (at: Columns, code: string, message: string | Advice, severity?: Problem['severity']) => void;
}

/** `:CHAIN POLICY`. */
export function declareChain(at: ChainLine, node: ChainNode): void {
  const { table, section, line } = at;
  const { name } = node;
  let chain = table.chains.get(name.text);
  if (chain === undefined) {
    checkName(at, name, 'declaration');
    chain = addChain(table, name.text, undefined, undefined, line);
  } else if (chain.hook === undefined && section.asInput) {
    at.addComplaint(
      name,
      ofLegacy(at.program.backend, 'chain-exists', `chain "${name.text}" is declared already: declare it once`),
    );
    if (at.program.backend === 'nft') flushRules(chain);
  } else if (chain.hook === undefined && chain.line !== undefined && section.form === 'restore' && !section.noflush) {
    flushRules(chain);
  }
  chain.line = line;
  if (chain.hook === undefined && node instanceof ChainDeclaration && node.isUserDefined) return;
  const { policy } = node;
  if (chain.hook !== undefined) {
    if (policy?.text !== '-') setPolicy(at, chain, policy);
  } else if (policy && policy.text !== '-') {
    const elsewhere = builtinElsewhere(table, name.text);
    at.addComplaint(
      policy,
      ofLegacy(
        at.program.backend,
        'bad-policy',
        elsewhere ?? `only built-in chains have a policy; "${name.text}" is user-defined: write "-"`,
      ),
    );
  }
}

/** `-N CHAIN`. */
export function makeChain(at: ChainLine, { chain, operationWord }: CommandParts | CommandNode): void {
  if (!chain) return at.report(operationWord, 'missing-value', '-N needs the name of a chain');
  const known = at.table.chains.get(chain.text);
  // What was picked from a list has its chains from the start, wherever they are declared.
  if (known && known.hook === undefined && known.line === undefined && at.section.form === 'list') {
    known.line = at.line;
    return;
  }
  if (known)
    return at.report(
      chain,
      'chain-exists',
      `chain "${chain.text}" exists already`,
      at.section.form === 'list' ? 'warning' : 'error',
    );
  checkName(at, chain, 'N');
  addChain(at.table, chain.text, undefined, undefined, at.line);
}

/** `-P CHAIN POLICY`. */
export function changePolicy(at: ChainLine, node: CommandParts | CommandNode): void {
  const chain = chainOf(at, node);
  if (chain && chain.hook === undefined)
    at.report(
      node.chain ?? node.operationWord,
      'bad-policy',
      `only built-in chains have a policy; "${chain.name}" is user-defined`,
    );
  // iptables refuses it itself, in do_command4 of iptables/iptables.c; a dump may have it, and a list shows it.
  else if (chain && at.table.name === 'nat' && node.argument?.text === 'DROP' && at.section.form !== 'list')
    at.report(node.argument, 'bad-policy', 'iptables refuses DROP in table nat, which is not for filtering');
  else if (chain) setPolicy(at, chain, node.argument);
}

/** `-F [CHAIN]`. */
export function flushChains(at: ChainLine, node: CommandParts | CommandNode): void {
  const chain = node.chain && chainOf(at, node);
  for (const each of node.chain === undefined ? at.table.chains.values() : chain ? [chain] : []) flushRules(each);
}

/** `-X [CHAIN]`. */
export function deleteChains(at: ChainLine, node: CommandParts | CommandNode): void {
  const { table } = at;
  if (node.chain === undefined) {
    for (const [name, chain] of table.chains) {
      if (chain.hook !== undefined) continue;
      if (chain.rules.length === 0 && !isReferenced(table, name)) deleteChain(table, chain);
      else
        at.report(
          node.operationWord,
          'chain-in-use',
          `chain "${name}" cannot be deleted: it has rules, or is jumped to`,
        );
    }
    return;
  }
  const chain = chainOf(at, node);
  if (!chain) return;
  if (chain.hook !== undefined) {
    // iptables-nft deletes it where the kernel allows that, and makes it again for the next rule.
    if (at.program.backend !== 'nft' || chain.rules.length > 0 || chain.policy !== 'ACCEPT')
      at.report(node.chain, 'chain-in-use', 'a built-in chain cannot be deleted');
  } else if (chain.rules.length > 0)
    at.report(node.chain, 'chain-in-use', `chain "${chain.name}" is not empty: flush it first with -F`);
  else if (isReferenced(table, chain.name))
    at.report(node.chain, 'chain-in-use', `chain "${chain.name}" is still jumped to`);
  else deleteChain(table, chain);
}

/** `-E OLD NEW`. */
export function changeName(at: ChainLine, node: CommandParts | CommandNode): void {
  const chain = chainOf(at, node);
  const name = node.argument;
  if (!chain || !name) return;
  if (at.table.chains.has(name.text)) at.report(name, 'chain-exists', `chain "${name.text}" exists already`);
  else if (chain.hook !== undefined)
    at.report(node.chain ?? node.operationWord, 'chain-in-use', 'a built-in chain cannot be renamed');
  else if (checkName(at, name, 'E')) {
    if (at.section.asInput && at.program.backend === 'nft')
      at.addComplaint(node.operationWord, ofNft('1.8.9 cannot rename a chain that the same text makes'));
    renameChain(at.table, chain, name.text.slice(0, 29));
  }
}

/** The chain that a command names; a problem is reported where it names none, or one that is not there. */
export function chainOf(
  { table, report }: Pick<ChainLine, 'table' | 'report'>,
  node: CommandParts | CommandNode,
): OpenChain | undefined {
  if (!node.chain) {
    report(node.operationWord, 'missing-value', `${node.operationWord.text} needs the name of a chain`);
    return undefined;
  }
  const chain = table.chains.get(node.chain.text);
  if (chain) return chain;
  report(node.chain, 'unknown-chain', builtinElsewhere(table, node.chain.text) ?? unknownChainHelp(node.chain, table));
  return undefined;
}

/** `FORWARD` in table nat. */
function builtinElsewhere(table: OpenTable, name: string): string | undefined {
  if (!(HOOKS as readonly string[]).includes(name)) return undefined;
  return `table ${table.name} has no built-in chain ${name}, only ${BUILTIN_CHAINS[table.name].join(', ')}`;
}

function setPolicy({ report }: ChainLine, chain: OpenChain, policy: Word | undefined): void {
  if (policy === undefined) return;
  if (policy.text === 'ACCEPT' || policy.text === 'DROP') chain.policy = policy.text;
  else report(policy, 'bad-policy', `a policy is ACCEPT or DROP, not "${policy.text}"`);
}

function checkName({ report, addComplaint, program }: ChainLine, name: Word, from: 'declaration' | 'N' | 'E'): boolean {
  const problem = chainNameProblem(name.text, from, program.family);
  if (problem !== undefined) report(name, 'chain-name', problem);
  else if (from === 'declaration' && program.backend === 'nft' && /^[-!]/.test(name.text))
    addComplaint(name, ofNft(`a chain name cannot start with "${name.text.charAt(0)}"`));
  return problem === undefined;
}
