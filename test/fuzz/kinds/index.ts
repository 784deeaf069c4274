import type { FuzzKind } from '../kind';
import { batchKind } from './batch';
import { cliKind } from './cli';
import { editsKind } from './edits';
import { extensionKind } from './extension';
import { fileKind } from './file';
import { packetKind } from './packet';
import { sessionKind } from './session';
import { setsKind } from './sets';

/** Every kind with its share: how many of 100 inputs are of it. Quick kinds have more. */
export const KINDS: readonly { readonly kind: FuzzKind; readonly share: number }[] = [
  { kind: fileKind, share: 2 },
  { kind: editsKind, share: 2 },
  { kind: batchKind, share: 4 },
  { kind: sessionKind, share: 1 },
  { kind: packetKind, share: 36 },
  { kind: extensionKind, share: 40 },
  { kind: setsKind, share: 12 },
  { kind: cliKind, share: 3 },
];

export function kindNamed(name: string): FuzzKind | undefined {
  return KINDS.find(({ kind }) => kind.name === name)?.kind;
}
