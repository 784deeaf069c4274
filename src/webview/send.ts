import type { ToEditor } from '../shared/protocol';

/** A wish of some part of the page, on its way up to the part that talks to the editor. */
export class SendEvent extends Event {
  constructor(readonly message: ToEditor) {
    super('send', { bubbles: true, composed: true });
  }
}

export function send(from: EventTarget, message: ToEditor): void {
  from.dispatchEvent(new SendEvent(message));
}
