import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icon } from './icons';

/** What the packet box needs to be a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). */
interface ComboboxState {
  readonly role: string | typeof nothing;
  readonly expanded: 'true' | 'false' | typeof nothing;
  readonly controls: string | typeof nothing;
  readonly active: string | typeof nothing;
}

/** The packets that the user keeps, and those traced last. */
interface OfferedPackets {
  readonly pinned: readonly string[];
  readonly recent: readonly string[];
}

/** What is done with a packet of the list. */
interface PacketActions {
  trace(expression: string): void;
  pin(expression: string, pinned: boolean): void;
}

const LIST = 'packets';

/**
 * The packets that the packet box offers below itself: Down opens the list, Enter traces one, Alt+Enter pins it or
 * takes the pin away.
 */
export class PacketList implements ReactiveController {
  private packets: OfferedPackets = { pinned: [], recent: [] };
  private open = false;
  /** An index of `all`; -1: none yet. */
  private active = -1;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly actions: PacketActions,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.open = false;
  }

  /** Takes over what is offered, before the box is drawn. The same packet stays the active one. */
  offer(packets: OfferedPackets): void {
    const active = this.all[this.active];
    this.packets = packets;
    if (this.all.length === 0) this.open = false;
    this.active = active === undefined ? -1 : this.all.indexOf(active);
  }

  get combobox(): ComboboxState {
    if (this.all.length === 0) return { role: nothing, expanded: nothing, controls: nothing, active: nothing };
    const { open, active } = this;
    return {
      role: 'combobox',
      expanded: open ? 'true' : 'false',
      controls: open ? LIST : nothing,
      active: open && active >= 0 ? optionId(active) : nothing,
    };
  }

  /** Whether a key of the box was meant for the list. */
  key({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    const last = this.all.length - 1;
    if (last < 0 || ctrlKey || metaKey) return false;
    if (!this.open) return key === 'ArrowDown' && this.show(altKey ? -1 : 0);
    switch (key) {
      case 'ArrowDown':
        return this.show(this.active >= last ? 0 : this.active + 1);
      case 'ArrowUp':
        return altKey ? this.close() : this.show(this.active <= 0 ? last : this.active - 1);
      case 'Escape':
        return this.close();
      case 'Enter':
        return this.active >= 0 && (altKey ? this.pin(this.active) : this.take(this.active));
      default:
        return false;
    }
  }

  close(): boolean {
    this.open = false;
    this.active = -1;
    this.host.requestUpdate();
    return true;
  }

  /** The button at the end of the box, and the list where it is open; the box is beside it, in a part with a position. */
  render(): TemplateResult | typeof nothing {
    const { packets, open } = this;
    if (this.all.length === 0) return nothing;
    const keep = (event: Event): void => event.preventDefault();
    return html`<button
        class="history"
        type="button"
        tabindex="-1"
        title="Packets pinned and traced before (Down)"
        aria-label="Packets pinned and traced before"
        aria-expanded=${open ? 'true' : 'false'}
        @mousedown=${keep}
        @click=${() => {
          this.host.focus();
          if (open) this.close();
          else this.show(-1);
        }}
      >
        ${icon('chevronDown')}
      </button>
      ${
        open
          ? html`<div
              id=${LIST}
              class="list"
              role="listbox"
              aria-label="Packets pinned and traced before; Alt+Enter pins or unpins"
              @mousedown=${keep}
            >
              ${this.group('Pinned', packets.pinned, 0)}${this.group('Recent', packets.recent, packets.pinned.length)}
            </div>`
          : nothing
      }`;
  }

  private group(label: string, packets: readonly string[], from: number): TemplateResult | typeof nothing {
    if (packets.length === 0) return nothing;
    return html`<div role="group" aria-label=${label}>
      <div class="heading" role="presentation">${label}</div>
      ${packets.map((packet, i) => this.option(packet, from + i))}
    </div>`;
  }

  private option(packet: string, index: number): TemplateResult {
    const pinned = this.isPinned(index);
    return html`<div
      id=${optionId(index)}
      class="option mono"
      role="option"
      title=${packet}
      aria-selected=${index === this.active ? 'true' : 'false'}
      @click=${() => this.take(index)}
    >
      <span
        class=${pinned ? 'pin on' : 'pin'}
        title=${pinned ? 'Unpin (Alt+Enter)' : 'Pin (Alt+Enter)'}
        @click=${(event: Event) => {
          event.stopPropagation();
          this.pin(index);
        }}
        >${icon(pinned ? 'pinned' : 'pin')}</span
      ><span class="text">${packet === '' ? html`<span class="dim">an empty box</span>` : packet}</span>
    </div>`;
  }

  private get all(): readonly string[] {
    return [...this.packets.pinned, ...this.packets.recent];
  }

  private isPinned(index: number): boolean {
    return index < this.packets.pinned.length;
  }

  private show(active: number): boolean {
    this.open = true;
    this.active = active;
    this.host.requestUpdate();
    return true;
  }

  private take(index: number): boolean {
    const packet = this.all[index];
    this.close();
    if (packet !== undefined) this.actions.trace(packet);
    return true;
  }

  private pin(index: number): boolean {
    const packet = this.all[index];
    if (packet !== undefined) this.actions.pin(packet, !this.isPinned(index));
    return true;
  }
}

function optionId(index: number): string {
  return `${LIST}-${index}`;
}

export const packetListStyle = css`
  .packet[role='combobox'] {
    padding-right: 24px;
  }
  .history {
    position: absolute;
    right: 1px;
    top: 1px;
    height: 24px;
    width: 22px;
    display: flex;
    align-items: center;
    justify-content: center;
    background: var(--field);
  }
  .list {
    position: absolute;
    z-index: 5;
    top: 27px;
    left: 0;
    width: max(100%, min(360px, 100vw - 28px));
    box-sizing: border-box;
    max-height: 60vh;
    overflow-y: auto;
    padding: 2px;
    color: var(--vscode-editorSuggestWidget-foreground, var(--fg));
    background: var(--vscode-editorSuggestWidget-background, var(--bg));
    border: 1px solid var(--vscode-editorSuggestWidget-border, var(--edge));
  }
  .heading {
    padding: 3px 7px 1px;
    font-size: 0.85em;
    color: var(--dim);
  }
  .option {
    display: flex;
    gap: 6px;
    padding: 3px 7px;
    cursor: pointer;
    border: 1px solid transparent;
  }
  .option .text {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .pin {
    flex: none;
    color: var(--dim);
  }
  .pin.on {
    color: inherit;
  }
  .option:not(:hover, [aria-selected='true']) .pin:not(.on) {
    visibility: hidden;
  }
  .option:hover {
    background: var(--vscode-list-hoverBackground, var(--chip));
  }
  .option[aria-selected='true'] {
    color: var(--vscode-list-activeSelectionForeground, inherit);
    background: var(--vscode-list-activeSelectionBackground, var(--chip));
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .option[aria-selected='true'] .dim,
  .option[aria-selected='true'] .pin {
    color: inherit;
  }
`;
