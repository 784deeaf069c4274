import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { PacketCompletions } from '../shared/protocol';
import { icon } from './icons';

/** What the packet box needs to be a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). */
interface ComboboxState {
  readonly expanded: 'true' | 'false';
  readonly controls: string | typeof nothing;
  readonly active: string | typeof nothing;
}

/** The packets that the user keeps, and those traced last. */
interface OfferedPackets {
  readonly pinned: readonly string[];
  readonly recent: readonly string[];
}

/** What is done with what is chosen in the list. */
interface ListActions {
  trace(expression: string): void;
  pin(expression: string, pinned: boolean): void;
  /** Puts a word in the place of another one in the box. */
  write(word: string, start: number, end: number): void;
}

type Item =
  | { readonly kind: 'packet'; readonly packet: string; readonly pinned: boolean }
  | {
      readonly kind: 'word';
      readonly word: string;
      readonly start: number;
      readonly end: number;
      readonly detail: string;
    };

interface Group {
  readonly label: string;
  readonly items: readonly Item[];
}

const LIST = 'packets';

/**
 * The list below the packet box. Down opens it with packets: Enter traces one, Alt+Enter pins it or takes the pin away.
 * During typing it has the words that can come next: Tab or Enter takes one.
 */
export class PacketList implements ReactiveController {
  private packets: readonly Group[] = [];
  private words: readonly Group[] = [];
  private shown: 'packets' | 'words' | undefined;
  /** An index of `items`; -1: none yet. */
  private active = -1;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly actions: ListActions,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.shown = undefined;
  }

  /** Takes over the packets that are offered, before the box is drawn. The same packet stays the active one. */
  offer({ pinned, recent }: OfferedPackets): void {
    const active = this.shown === 'packets' ? this.items[this.active] : undefined;
    this.packets = [packetGroup('Pinned', pinned, true), packetGroup('Recent', recent, false)];
    if (this.shown !== 'packets') return;
    if (this.items.length === 0) this.shown = undefined;
    this.active = active?.kind === 'packet' ? this.items.findIndex((each) => isPacket(each, active.packet)) : -1;
  }

  /** Opens the list with words; with none it is closed. `text`: what is in the box. */
  offerWords({ items, instead, start, end, complete }: PacketCompletions, text: string): void {
    const meant: readonly Item[] = instead
      ? [
          {
            ...instead,
            kind: 'word',
            word: instead.label,
            detail: `in place of ${text.slice(instead.start, instead.end)}`,
          },
        ]
      : [];
    const words = items.map(({ label, detail }): Item => ({ kind: 'word', word: label, start, end, detail }));
    this.words = [
      { label: 'Did you mean', items: meant },
      { label: 'Words', items: words },
    ];
    if (meant.length + words.length === 0) this.close();
    // The key that traces takes a word only where the one that is there cannot be traced.
    else this.show('words', complete ? -1 : words.length > 0 ? meant.length : 0);
  }

  get combobox(): ComboboxState {
    const { shown, active } = this;
    return {
      expanded: shown ? 'true' : 'false',
      controls: shown ? LIST : nothing,
      active: shown && active >= 0 ? optionId(active) : nothing,
    };
  }

  /** Whether a key of the box was meant for the list. */
  key({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey) return false;
    if (!this.shown) {
      const some = this.packets.some(({ items }) => items.length > 0);
      return key === 'ArrowDown' && some && this.show('packets', altKey ? -1 : 0);
    }
    const last = this.items.length - 1;
    switch (key) {
      case 'ArrowDown':
        return this.show(this.shown, this.active >= last ? 0 : this.active + 1);
      case 'ArrowUp':
        return altKey ? this.close() : this.show(this.shown, this.active <= 0 ? last : this.active - 1);
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'Home':
      case 'End':
        // Another word of the box.
        if (this.shown === 'words') this.close();
        return false;
      case 'Escape':
        return this.close();
      case 'Tab':
        return this.shown === 'words' && !shiftKey && this.active >= 0 && this.take(this.active);
      case 'Enter':
        return this.active >= 0 && (altKey ? this.pin(this.active) : this.take(this.active));
      default:
        return false;
    }
  }

  close(): boolean {
    this.shown = undefined;
    this.active = -1;
    this.host.requestUpdate();
    return true;
  }

  /**
   * The button at the end of the box, and the list where it is open; the box is beside it, in a part with a position.
   */
  render(): TemplateResult {
    const { shown } = this;
    return html`${this.packets.some(({ items }) => items.length > 0) ? this.button() : nothing}
    ${
      shown
        ? html`<div
            id=${LIST}
            class="list"
            role="listbox"
            aria-label=${
              shown === 'words'
                ? 'Words that can come here; Tab takes one'
                : 'Packets pinned and traced before; Alt+Enter pins or unpins'
            }
            @mousedown=${keepFocus}
          >
            ${this.groups.map((group, i) => this.group(group, this.countBefore(i)))}
          </div>`
        : nothing
    }`;
  }

  private button(): TemplateResult {
    const open = this.shown === 'packets';
    return html`<button
      class="history"
      type="button"
      tabindex="-1"
      title="Packets pinned and traced before (Down)"
      aria-label="Packets pinned and traced before"
      aria-expanded=${open ? 'true' : 'false'}
      @mousedown=${keepFocus}
      @click=${() => {
        this.host.focus();
        if (open) this.close();
        else this.show('packets', -1);
      }}
    >
      ${icon('chevronDown')}
    </button>`;
  }

  private group({ label, items }: Group, from: number): TemplateResult | typeof nothing {
    if (items.length === 0) return nothing;
    return html`<div role="group" aria-label=${label}>
      ${label === 'Words' ? nothing : html`<div class="heading" role="presentation">${label}</div>`}
      ${items.map((item, i) => this.option(item, from + i))}
    </div>`;
  }

  private option(item: Item, index: number): TemplateResult {
    return html`<div
      id=${optionId(index)}
      class="option"
      role="option"
      title=${item.kind === 'packet' ? item.packet : nothing}
      aria-selected=${index === this.active ? 'true' : 'false'}
      @click=${() => this.take(index)}
    >
      ${item.kind === 'packet' ? this.packet(item, index) : wordTemplate(item)}
    </div>`;
  }

  private packet({ packet, pinned }: Extract<Item, { readonly kind: 'packet' }>, index: number): TemplateResult {
    return html`<span
        class=${pinned ? 'pin on' : 'pin'}
        title=${pinned ? 'Unpin (Alt+Enter)' : 'Pin (Alt+Enter)'}
        @click=${(event: Event) => {
          event.stopPropagation();
          this.pin(index);
        }}
        >${icon(pinned ? 'pinned' : 'pin')}</span
      ><span class="text mono">${packet === '' ? html`<span class="dim">an empty box</span>` : packet}</span>`;
  }

  private get groups(): readonly Group[] {
    return this.shown === 'words' ? this.words : this.packets;
  }

  private get items(): readonly Item[] {
    return this.groups.flatMap(({ items }) => items);
  }

  private countBefore(group: number): number {
    return this.groups.slice(0, group).reduce((sum, { items }) => sum + items.length, 0);
  }

  private show(shown: 'packets' | 'words', active: number): boolean {
    this.shown = shown;
    this.active = active;
    this.host.requestUpdate();
    return true;
  }

  private take(index: number): boolean {
    const item = this.items[index];
    this.close();
    if (item?.kind === 'packet') this.actions.trace(item.packet);
    if (item?.kind === 'word') this.actions.write(item.word, item.start, item.end);
    return true;
  }

  private pin(index: number): boolean {
    const item = this.items[index];
    if (item?.kind === 'packet') this.actions.pin(item.packet, !item.pinned);
    return item?.kind === 'packet';
  }

  /** The list scrolls; the active one must be in sight. */
  hostUpdated(): void {
    if (this.shown && this.active >= 0)
      this.host.shadowRoot?.getElementById(optionId(this.active))?.scrollIntoView?.({ block: 'nearest' });
  }
}

function keepFocus(event: Event): void {
  event.preventDefault();
}

function packetGroup(label: string, packets: readonly string[], pinned: boolean): Group {
  return { label, items: packets.map((packet) => ({ kind: 'packet', packet, pinned })) };
}

function isPacket(item: Item, packet: string): boolean {
  return item.kind === 'packet' && item.packet === packet;
}

function wordTemplate({ word, detail }: Extract<Item, { readonly kind: 'word' }>): TemplateResult {
  return html`<span class="text mono">${word}</span>
    ${detail === '' ? nothing : html`<span class="detail">${detail}</span>`}`;
}

function optionId(index: number): string {
  return `${LIST}-${index}`;
}
