import { tableKnowledge, tableNames } from '../../core/knowledge/knowledge';
import { BUILTIN_CHAINS, isTableName } from '../../core/ruleset/ruleSet';
import { Shape } from '../../core/syntax/shape';
import { OPERATIONS } from '../hover/builtinOptions';
import type { Completion } from './completion';
import { builtinChainsOf, declaredChainsOf, type CompletionPlace } from './place';

const RANK = { common: 0, operation: 1, chain: 2, commit: 3, table: 4 } as const;

/** What a line of rules can begin with. After a dash nobody needs to know which chains are declared. */
export function lineStartItems(place: CompletionPlace, typed: string): readonly Completion[] {
  if (place.inTable)
    return [...operationItems(false), ...(typed.startsWith('-') ? [] : [...declarationItems(place), COMMIT])];
  // A list of rules without tables, as `iptables -S` prints it.
  const list = place.file.shapes.includes(Shape.Rule) && !place.file.shapes.includes(Shape.Table);
  return [...(list ? operationItems(false) : []), ...tableItems(place)];
}

const COMMIT: Completion = {
  label: 'COMMIT',
  kind: 'keyword',
  detail: 'ends the table: its rules are loaded',
  insert: 'COMMIT',
  rank: RANK.commit,
  subject: { kind: 'none' },
};

/** The commands; those that list or ask only are for command lines. */
export function operationItems(commandLine: boolean): readonly Completion[] {
  return Object.entries(OPERATIONS)
    .filter(([letter]) => commandLine || !'CLS'.includes(letter))
    .map(([letter, detail]) => ({
      label: `-${letter}`,
      kind: 'operation',
      detail,
      insert: `-${letter} `,
      rank: 'AI'.includes(letter) ? RANK.common : RANK.operation,
      subject: { kind: 'operation', letter },
      ...(letter === 'N' ? {} : { more: true }),
    }));
}

/** Names of tables, for `-t`. */
export function tableNameItems(): readonly Completion[] {
  return tableNames.map((name) => ({
    label: name,
    kind: 'table',
    detail: tableKnowledge(name)?.title ?? name,
    insert: `${name} `,
    rank: 0,
    subject: { kind: 'table', name },
  }));
}

/** `*nat`, with the chains of the table and COMMIT where they are not there yet. */
function tableItems({ file, line }: CompletionPlace): readonly Completion[] {
  const goesOn = [Shape.Chain, Shape.Rule, Shape.Commit] as readonly number[];
  let next = line + 1;
  while (file.shapes[next] === Shape.Blank) next++;
  const bare = goesOn.includes(file.shapes[next] ?? Shape.Blank);
  // iptables-restore requires a line break after COMMIT.
  const end = file.lines[line]?.eol === '' ? '\n' : '';
  return tableNames.filter(isTableName).map((name) => {
    const detail = tableKnowledge(name)?.title ?? name;
    const chains = BUILTIN_CHAINS[name].map((chain, i) => `:${chain} \${${i + 1}:ACCEPT} [0:0]\n`).join('');
    const common = {
      label: `*${name}`,
      kind: 'table',
      detail,
      rank: RANK.table,
      subject: { kind: 'table', name },
    } as const;
    return bare
      ? { ...common, insert: `*${name}` }
      : { ...common, insert: `*${name}\n${chains}$0\nCOMMIT${end}`, snippet: true };
  });
}

/** `:CHAIN POLICY [0:0]` of the built-in chains that are not declared, and of a new chain. */
function declarationItems(place: CompletionPlace): readonly Completion[] {
  const declared = declaredChainsOf(place);
  const builtin = builtinChainsOf(place)
    .filter((name) => !declared.has(name))
    .map((name): Completion => ({
      label: `:${name}`,
      kind: 'chain',
      detail: 'declares the built-in chain with its policy',
      insert: `:${name} \${1:ACCEPT} [0:0]`,
      snippet: true,
      rank: RANK.chain,
      subject: { kind: 'chain', table: place.table, name },
    }));
  return [
    ...builtin,
    {
      label: ':CHAIN',
      kind: 'chain',
      detail: 'declares a user-defined chain',
      insert: ':${1:CHAIN} - [0:0]',
      snippet: true,
      rank: RANK.chain,
      subject: { kind: 'none' },
    },
  ];
}
