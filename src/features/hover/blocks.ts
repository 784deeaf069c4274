import { markdownBlock, markdownCode, markdownText } from '../../core/text/markdown';
import { codeSpans, withoutCodeMarks } from '../../core/text/codeSpans';
import { visible } from '../../core/text/visible';
import type { ChangedBy, ChainKnowledge, Fact, RuleKnowledge } from '../../core/knowledge/knowledge';

/** What a hover shows, as plain data; text of a file stays text until the editor's own escaping. */
export type HoverBlock =
  /** The first line: a name and what it is. */
  | { readonly kind: 'title'; readonly name: string; readonly what: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }
  /** A remark that must not be missed: what the kernel really does. */
  | { readonly kind: 'note'; readonly label: string; readonly text: string }
  /** Settings: a name in code letters and its effect. */
  | {
      readonly kind: 'settings';
      readonly label: string;
      readonly items: readonly { readonly name: string; readonly text: string }[];
    }
  /** Small print: versions, sources. */
  | { readonly kind: 'small'; readonly text: string }
  | { readonly kind: 'rule' };

export function factBlocks(name: string, fact: Fact): readonly HoverBlock[] {
  return [{ kind: 'title', name, what: withoutName(fact.title, name) }, ...detailBlocks(fact)];
}

export function detailBlocks(fact: Fact): readonly HoverBlock[] {
  const blocks: HoverBlock[] = fact.details.map((paragraph) =>
    paragraph.kind === 'text' ? { kind: 'text', text: paragraph.text } : { kind: 'list', items: paragraph.items },
  );
  if (fact.sources.length > 0) blocks.push({ kind: 'small', text: `Source: ${fact.sources.join(', ')}` });
  return blocks;
}

/** Chain or rule: short first; the kernel's word, settings and sources below. */
export function knowledgeBlocks(fact: ChainKnowledge | RuleKnowledge): readonly HoverBlock[] {
  const blocks: HoverBlock[] = fact.details.map((paragraph) =>
    paragraph.kind === 'text' ? { kind: 'text', text: paragraph.text } : { kind: 'list', items: paragraph.items },
  );
  if (fact.kernelNote !== undefined)
    blocks.push({ kind: 'note', label: 'What the kernel does', text: fact.kernelNote });
  if (fact.changedBy.length > 0)
    blocks.push({ kind: 'settings', label: 'Changed by', items: fact.changedBy.map(settingItem) });
  const small = [fact.family, fact.versions, fact.sources.length > 0 ? fact.sources.join(', ') : undefined].filter(
    (part) => part !== undefined,
  );
  blocks.push({ kind: 'small', text: small.join(' · ') });
  return blocks;
}

const KINDS: Readonly<Record<ChangedBy['kind'], string>> = {
  annotation: 'annotation',
  helm: 'Helm value',
  mesh: 'meshConfig',
  env: 'environment',
  flag: 'flag',
  cni: 'CNI plugin',
  key: 'log key',
};

function settingItem({ kind, name, effect }: ChangedBy): { name: string; text: string } {
  return { name, text: `${KINDS[kind]}${effect === '' ? '' : `: ${effect}`}` };
}

/**
 * Facts begin with the name that they are known under; a hover has shown the name as it is written, `0x539/0xffffffff`,
 * `127.0.0.6/32`, and says it once.
 */
function withoutName(title: string, name: string): string {
  const end = title.indexOf(': ');
  const known = end < 0 ? '' : title.slice(0, end);
  const same =
    known !== '' && (name.includes(known) || /^(0x[0-9a-f]+(\/0x[0-9a-f]+)?|\d+|[\d.:a-f]+(\/\d+)?)$/i.test(known));
  const rest = same ? title.slice(end + 2) : title;
  return rest.startsWith(`${name}, `) ? rest.slice(name.length + 2) : rest;
}

/** Names and commands that are between backticks become code, everything else is text. */
function markdownWords(text: string): string {
  return codeSpans(text)
    .map(({ kind, text: part }, i) => {
      if (kind === 'code') return markdownCode(part);
      // At the start of a line blanks would be more than text.
      return `${i > 0 && part.startsWith(' ') ? ' ' : ''}${markdownText(part)}`;
    })
    .join('');
}

/** The blocks as Markdown in which every text of a file or a fact stands escaped. */
export function blocksToMarkdown(blocks: readonly HoverBlock[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'title':
          return `**${markdownCode(block.name)}** — ${markdownWords(block.what)}`;
        case 'text':
          return markdownWords(block.text);
        case 'list':
          return block.items.map((item) => `- ${markdownWords(item)}`).join('\n');
        case 'code':
          return markdownBlock('iptables', [block.text]);
        case 'note':
          return `**${markdownText(block.label)}:** ${markdownWords(block.text)}`;
        case 'settings':
          return `${markdownText(block.label)}\n${block.items.map(({ name, text }) => `- ${markdownCode(name)} — ${markdownWords(text)}`).join('\n')}`;
        case 'small':
          return `_${markdownText(withoutCodeMarks(block.text))}_`;
        case 'rule':
          return '---';
      }
    })
    .join('\n\n');
}

/** The blocks as plain text for a terminal, each text on one line. */
export function blocksToText(blocks: readonly HoverBlock[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'title':
          return visible(`${block.name}: ${withoutCodeMarks(block.what)}`);
        case 'text':
          return visible(withoutCodeMarks(block.text));
        case 'code':
          return visible(block.text);
        case 'list':
          return block.items.map((item) => `  - ${visible(withoutCodeMarks(item))}`).join('\n');
        case 'note':
          return `${block.label}: ${withoutCodeMarks(block.text)}`;
        case 'settings':
          return `${block.label}:\n${block.items.map(({ name, text }) => `  ${name}  ${withoutCodeMarks(text)}`).join('\n')}`;
        case 'small':
          return `(${withoutCodeMarks(block.text)})`;
        case 'rule':
          return '';
      }
    })
    .join('\n\n');
}
