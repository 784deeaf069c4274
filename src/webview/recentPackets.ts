import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icon } from './icons';

/** What the packet box needs to be a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). */
interface ComboboxState {
  readonly role: string | typeof nothing;
  readonly expanded: 'true' | 'false' | typeof nothing;
  readonly controls: string | typeof nothing;
  readonly active: string | typeof nothing;
}

const LIST = 'recent';

/** The packets traced last, which the packet box offers below itself: Down opens the list, Enter takes one. */
export class RecentPackets implements ReactiveController {
  private packets: readonly string[] = [];
  private open = false;
  /** An index of `packets`; -1: none yet. */
  private active = -1;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly choose: (expression: string) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.open = false;
  }

  /** Takes over what is offered, before the box is drawn. */
  offer(packets: readonly string[]): void {
    this.packets = packets;
    if (packets.length === 0) this.open = false;
    this.active = Math.min(this.active, packets.length - 1);
  }

  get combobox(): ComboboxState {
    if (this.packets.length === 0) return { role: nothing, expanded: nothing, controls: nothing, active: nothing };
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
    if (this.packets.length === 0 || ctrlKey || metaKey) return false;
    const last = this.packets.length - 1;
    if (!this.open) return key === 'ArrowDown' && this.show(altKey ? -1 : 0);
    switch (key) {
      case 'ArrowDown':
        return this.show(this.active >= last ? 0 : this.active + 1);
      case 'ArrowUp':
        return altKey ? this.close() : this.show(this.active <= 0 ? last : this.active - 1);
      case 'Escape':
        return this.close();
      case 'Enter':
        return this.active >= 0 && this.take(this.active);
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
    const { packets, open, active } = this;
    if (packets.length === 0) return nothing;
    const keep = (event: Event): void => event.preventDefault();
    return html`<button
        class="history"
        type="button"
        tabindex="-1"
        title="Packets traced before (Down)"
        aria-label="Packets traced before"
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
          ? html`<ul
              id=${LIST}
              class="recent mono"
              role="listbox"
              aria-label="Packets traced before"
              @mousedown=${keep}
            >
              ${packets.map(
                (packet, i) =>
                  html`<li
                    id=${optionId(i)}
                    role="option"
                    title=${packet}
                    aria-selected=${i === active ? 'true' : 'false'}
                    @click=${() => this.take(i)}
                  >
                    ${packet === '' ? html`<span class="dim">an empty box</span>` : packet}
                  </li>`,
              )}
            </ul>`
          : nothing
      }`;
  }

  private show(active: number): boolean {
    this.open = true;
    this.active = active;
    this.host.requestUpdate();
    return true;
  }

  private take(index: number): boolean {
    const packet = this.packets[index];
    this.close();
    if (packet !== undefined) this.choose(packet);
    return true;
  }
}

function optionId(index: number): string {
  return `${LIST}-${index}`;
}

export const recentPacketsStyle = css`
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
  .recent {
    position: absolute;
    z-index: 5;
    top: 27px;
    left: 0;
    right: 0;
    max-height: 60vh;
    overflow-y: auto;
    margin: 0;
    padding: 2px;
    list-style: none;
    color: var(--vscode-editorSuggestWidget-foreground, var(--fg));
    background: var(--vscode-editorSuggestWidget-background, var(--bg));
    border: 1px solid var(--vscode-editorSuggestWidget-border, var(--edge));
  }
  .recent li {
    padding: 3px 7px;
    cursor: pointer;
    overflow-wrap: anywhere;
    border: 1px solid transparent;
  }
  .recent li:hover {
    background: var(--vscode-list-hoverBackground, var(--chip));
  }
  .recent li[aria-selected='true'] {
    color: var(--vscode-list-activeSelectionForeground, inherit);
    background: var(--vscode-list-activeSelectionBackground, var(--chip));
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
`;
