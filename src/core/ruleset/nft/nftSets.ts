import { dataType, integerType, type DataType } from '../../nft/dataTypes';
import { operandOf, type NftScope } from '../../nft/operands';
import { setIndex, type NftSetIndex } from '../../nft/setIndex';
import { ExpressionReader, NftSyntaxError, type NftElement } from '../../syntax/nft/expression';
import type { NftSetText } from '../../syntax/nft/tables';
import { nftTokens, type NftToken } from '../../syntax/nft/tokens';

/**
 * A named set or map, made ready for lookups when a packet first asks. undefined where its type is not known.
 * `isUpdated`: a rule adds elements to it or takes them away.
 */
export function namedSet(text: NftSetText, scope: NftScope, isUpdated: () => boolean): NftSetIndex | undefined {
  const types = typesOf(text, scope);
  if (!types) return undefined;
  const mayChange = (): boolean => text.properties.some((each) => COMES_AND_GOES.test(each)) || isUpdated();
  return setIndex(types.key, types.data, () => readElements(text), text, mayChange);
}

const COMES_AND_GOES = /^flags\b.*\b(?:dynamic|timeout)\b|^timeout\b/;

interface Types {
  readonly key: readonly DataType[];
  /** undefined for a set, and for a map of verdicts. */
  readonly data: readonly DataType[] | undefined;
}

function typesOf({ properties }: NftSetText, scope: NftScope): Types | undefined {
  for (const property of properties) {
    const found = /^(type|typeof)\s+(.*)$/.exec(property);
    if (!found) continue;
    const [key = '', data] = (found[2] as string).split(/\s*:\s*/, 2);
    const read = found[1] === 'type' ? namedTypes : (words: string) => typesOfExpression(words, scope);
    const [keyTypes, dataTypes] = [read(key), data === undefined || data === 'verdict' ? undefined : read(data)];
    return keyTypes && { key: keyTypes, data: dataTypes };
  }
  return undefined;
}

function namedTypes(words: string): readonly DataType[] | undefined {
  const types = words.split(/\s+\.\s+/).map((name) => (name === 'integer' ? integerType(4) : dataType(name.trim())));
  return types.every((type) => type !== undefined) ? types : undefined;
}

function typesOfExpression(words: string, scope: NftScope): readonly DataType[] | undefined {
  try {
    return operandOf(new ExpressionReader(nftTokens(words)).expression(false), scope)?.types;
  } catch (error) {
    if (!(error instanceof NftSyntaxError)) throw error;
    return undefined;
  }
}

function readElements({ elements: pieces }: NftSetText): {
  readonly elements: readonly NftElement[];
  readonly unread: boolean;
} {
  let elements: NftElement[] = [];
  let unread = false;
  let tokens: NftToken[] = [];
  const read = (): readonly NftElement[] => {
    const reader = new ExpressionReader(tokens);
    tokens = [];
    try {
      return reader.elements();
    } catch (error) {
      if (!(error instanceof NftSyntaxError)) throw error;
      unread = true;
      return [];
    }
  };
  const take = (): void => {
    if (tokens.length > 0) for (const element of read()) elements.push(element);
  };
  for (const { line, start, end, removed } of pieces) {
    if (removed) take();
    for (const token of nftTokens(line.text, start, end)) tokens.push(token);
    if (removed) {
      const gone = new Set(read().map(({ key }) => JSON.stringify(key, withoutColumns)));
      elements = elements.filter(({ key }) => !gone.has(JSON.stringify(key, withoutColumns)));
    } else if (line.text.lastIndexOf('}', end) >= end - 1) take();
  }
  take();
  return { elements, unread };
}

function withoutColumns(key: string, value: unknown): unknown {
  return key === 'start' || key === 'end' ? undefined : value;
}
