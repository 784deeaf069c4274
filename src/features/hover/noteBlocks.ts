import type { LineNote } from '../traceSession/lineNotes';
import type { HoverBlock } from './blocks';

/** What a rule did to the packet that is traced, before everything else that is known of it. */
export function noteBlocks({ matched, text }: LineNote): readonly HoverBlock[] {
  return [
    { kind: 'note', label: 'The traced packet', text: matched ? `matches: ${text}` : `does not match: ${text}` },
    { kind: 'rule' },
  ];
}
