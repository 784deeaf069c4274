import { isOwn } from '../../core/net/completePacket';
import type { NamedAddress } from '../../core/net/namedAddress';
import { packs } from '../../core/knowledge/knowledge';
import { namesOfFile, type FileNames } from '../../core/ruleset/host/fileNames';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import { addressFamily } from '../../core/syntax/family';
import { ruleSetsFor, type Dump, type FileModel } from '../fileModel';
import { settingOf } from '../fileTrace';
import { ruleSetView } from '../ruleSetView';
import type { InputContext } from './inputContext';
import { NameBook } from './names';

/**
 * What a file states about names and of its own host; `overrides` as for `settingOf`. Nothing is read before it is
 * needed.
 */
export function contextOfFile(model: FileModel, dump: Dump, overrides: unknown): InputContext {
  const { names, listings } = namesIn(model, dump);
  return {
    family: dump.section.family ?? 4,
    names,
    resolvers: () => listings().resolvers,
    isOwn: (address) => {
      const { addressesKnown, setting } = settingOf(model, dump, { overrides });
      if (addressesKnown[addressFamily(address) ?? 4]) return isOwn(setting.host, address);
      const ownAs = (dir: 'in' | 'out'): boolean | undefined => {
        const { source } = settingOf(model, dump, { overrides, packet: { dir, dst: address } });
        const { host, open } = source.host();
        return open.own ? undefined : isOwn(host, address);
      };
      // What is taken to be so because of the direction alone, nothing states.
      if (ownAs('out') === true) return true;
      return ownAs('in') === false ? false : undefined;
    },
  };
}

interface Names {
  readonly names: () => NameBook;
  readonly listings: () => FileNames;
}

/** Of each rule set of a file, as they are asked for with every letter that is typed. */
const NAMES = new WeakMap<FileModel, Map<Dump, Names>>();

function namesIn(model: FileModel, dump: Dump): Names {
  const ofModel = NAMES.get(model) ?? new Map<Dump, Names>();
  NAMES.set(model, ofModel);
  const known = ofModel.get(dump);
  if (known) return known;
  let listed: FileNames | undefined;
  const listings = (): FileNames => (listed ??= namesOfFile(model.file));
  const names: Names = {
    listings,
    names: bookOf(
      () => {
        const { v4, v6 } = ruleSetsFor(model, dump);
        return [v4, v6];
      },
      () => listings().named,
    ),
  };
  ofModel.set(dump, names);
  return names;
}

/** The names of rule sets and listings; made once, when first asked for. */
export function bookOf(
  ruleSets: () => readonly (RuleSet | undefined)[],
  listed: () => readonly NamedAddress[],
): () => NameBook {
  let book: NameBook | undefined;
  return () =>
    (book ??= new NameBook([
      ...ruleSets().flatMap((ruleSet) =>
        ruleSet ? packs.flatMap((pack) => pack.addressNames?.(ruleSetView(ruleSet)) ?? []) : [],
      ),
      ...listed(),
    ]));
}
