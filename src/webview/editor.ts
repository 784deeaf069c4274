import type { KeptState, ToEditor } from '../shared/protocol';

/** What the page needs of the editor around it. */
export interface Editor {
  post(message: ToEditor): void;
  keep(state: KeptState): void;
}
