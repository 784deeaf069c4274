import type { LitElement, ReactiveController, ReactiveControllerHost } from 'lit';
import type { ToEditor, ViewState } from '../shared/protocol';
import type { TraceFields } from './traceFields';
import type { TraceJourney } from './traceJourney';
import type { TraceWays } from './traceWays';

type Part = Pick<LitElement, 'updateComplete' | 'renderRoot'>;

/**
 * Puts the focus where the user goes on once the page has changed: a button that was pressed is gone, and the one in
 * its place takes the focus; a field to edit is in sight only then.
 */
export class FocusAfter implements ReactiveController {
  private pressed: 'reply' | 'ways' | undefined;
  private view: ViewState | undefined;
  private field: string | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & { readonly renderRoot: ParentNode },
    private readonly viewOf: () => ViewState | undefined,
  ) {
    host.addController(this);
  }

  /** A message that a button of the page sends. */
  sent({ type }: ToEditor): void {
    if (type === 'show-reply') this.pressed = 'reply';
    if (type === 'show-ways') this.pressed = 'ways';
  }

  editField(name: string): void {
    this.field = name;
    this.host.requestUpdate();
  }

  hostUpdated(): void {
    const view = this.viewOf();
    const { pressed } = this;
    if (pressed && view !== this.view) {
      this.pressed = undefined;
      if (pressed === 'reply') this.focusReply(view);
      else {
        const part = this.part<TraceWays | TraceJourney>('trace-ways, trace-journey');
        void part?.updateComplete.then(() => part.focus());
      }
    }
    this.view = view;
    const fields = this.part<TraceFields>('trace-fields');
    const { field } = this;
    if (field === undefined || !fields) return;
    this.field = undefined;
    void fields.updateComplete.then(() => fields.focusField(field));
  }

  private focusReply(view: ViewState | undefined): void {
    const part = this.part<Part & Element>(view?.reply.kind === 'shown' ? 'trace-reply' : 'trace-verdict');
    void part?.updateComplete.then(() => part.renderRoot.querySelector<HTMLElement>('.reply-toggle')?.focus());
  }

  private part<E extends Element>(selector: string): E | null {
    return this.host.renderRoot.querySelector<E>(selector);
  }
}
