import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ReplyState } from '../shared/protocol';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

/** Says that this is no longer the packet itself, and links back to it. */
@customElement('trace-reply')
export class TraceReply extends LitElement {
  @property({ attribute: false }) reply!: Extract<ReplyState, { readonly kind: 'shown' }>;
  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;

  static override styles = [
    ...theme,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: center;
        padding: 6px 14px;
        border-left: 3px solid var(--purple);
        background: color-mix(in srgb, var(--purple) 10%, transparent);
        border-bottom: 1px solid var(--line);
      }
      .packet {
        flex: 1 1 260px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .tool {
        border-color: var(--edge);
        padding: 0 8px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
  }

  override render(): TemplateResult {
    return html`<span class="strong">${icon('reply')} The reply to this packet</span>
      <code class="packet">${this.reply.packet}</code>
      <button class="tool reply-toggle" @click=${() => send(this, { type: 'show-reply', shown: false })}>
        ${icon('arrowLeft')}Back to the packet
      </button>`;
  }
}
