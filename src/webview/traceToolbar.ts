import '@vscode-elements/elements/dist/vscode-button/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Choice, ToView, ViewState } from '../shared/protocol';
import { icon, type IconName } from './icons';
import { packetMessages, packetMessagesId, packetMessagesStyle } from './packetMessages';
import { PacketList } from './packetList';
import { packetListStyle } from './packetListStyle';
import { selectTemplate } from './select';
import { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';
import type { RowMove } from './visibleRows';

/** Which packet is traced: scenario, packet expression, fields; and the buttons to step through. */
@customElement('trace-toolbar')
export class TraceToolbar extends LitElement {
  @property({ attribute: false }) state!: ViewState;
  @property({ type: Boolean }) fieldsOpen = false;
  @property({ type: Number }) at = 0;
  @property({ type: Number }) of = 0;
  /** What is being typed; the editor's expression where nothing is. */
  @property({ attribute: false }) draft: string | undefined;
  @query('.packet') private input!: HTMLInputElement;
  readonly roving = new RovingFocus().join(this, '.tool, vscode-button');

  static override styles = [
    ...theme,
    packetMessagesStyle,
    packetListStyle,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: 9px 14px;
        border-bottom: 1px solid var(--line);
      }
      vscode-single-select {
        flex: 0 1 230px;
        width: auto;
        min-width: 150px;
        height: 26px;
      }
      .tools {
        display: contents;
      }
      .what {
        position: relative;
        display: flex;
        flex: 1 1 180px;
        min-width: 0;
      }
      .packet {
        flex: 1;
        min-width: 0;
        height: 26px;
        padding: 0 8px;
        font-family: var(--mono);
        font-size: min(var(--mono-size), 13px);
        color: var(--vscode-input-foreground, var(--fg));
        background: var(--field);
        border: 1px solid var(--edge);
        border-radius: 2px;
      }
      .packet:focus {
        outline: 1px solid var(--focus);
        outline-offset: -1px;
      }
      .packet[aria-invalid='true'] {
        border-color: var(--vscode-inputValidation-errorBorder, var(--red));
      }
      .steps {
        display: flex;
        align-items: center;
        gap: 1px;
        margin-left: auto;
      }
      .count {
        position: relative;
        min-width: 52px;
        text-align: right;
        color: var(--dim);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      vscode-button {
        height: 26px;
      }
      vscode-button[disabled] {
        opacity: 1;
        --vscode-button-background: transparent;
        --vscode-button-foreground: var(--disabled);
        --vscode-button-border: var(--disabled);
      }
      .first .icon {
        border-top: 1.5px solid currentColor;
      }
      .last .icon {
        border-bottom: 1.5px solid currentColor;
      }
      @media (max-width: 1040px) {
        .what {
          order: 2;
          flex-basis: calc(100% - 216px);
        }
        .fields,
        .pin-packet,
        vscode-button {
          order: 2;
        }
        vscode-single-select {
          flex: 1 1 130px;
          min-width: 120px;
        }
        .problem,
        .read {
          order: 3;
        }
      }
      @media (max-width: 520px) {
        vscode-single-select[label='Rules'] {
          flex-basis: 100%;
        }
        .what {
          flex-basis: calc(100% - 172px);
        }
        .fields > span:last-child {
          display: none;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { dumps, scenarios, packet, phase } = this.state;
    this.list.offer(phase === 'ready' ? this.state : { pinned: [], recent: [] });
    const { expanded, controls, active } = this.list.combobox;
    const off = phase === 'empty';
    return html` ${dumps.length > 1 ? selectTemplate('Rules', dumps, this.state.dump, (id) => send(this, { type: 'choose-dump', id })) : nothing}
      ${
        scenarios.length > 0
          ? selectTemplate('Scenario', scenarioChoices(this.state), this.state.scenario ?? OWN, (id) => {
              if (id !== OWN) send(this, { type: 'choose-scenario', id });
            })
          : nothing
      }
      <form class="what" @submit=${this.submit}>
        <input
          class="packet"
          aria-label="Packet"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded=${expanded}
          aria-controls=${controls}
          aria-activedescendant=${active}
          spellcheck="false"
          autocomplete="off"
          placeholder=${packet.placeholder}
          ?disabled=${off}
          aria-invalid=${packet.problems.length > 0 && this.draft === undefined ? 'true' : 'false'}
          aria-describedby=${(this.draft === undefined && packetMessagesId(packet)) || nothing}
          .value=${this.draft ?? packet.expression}
          @input=${this.typed}
          @paste=${this.pasted}
          @keydown=${this.keyDown}
          @blur=${this.left}
        />
        ${this.list.render()}
      </form>
      <div class="tools" role="toolbar" aria-label="Packet and steps">
        <button
          class="tool fields"
          aria-label="Fields"
          aria-pressed=${this.fieldsOpen ? 'true' : 'false'}
          title="Edit the packet field by field"
          ?disabled=${off}
          @click=${() => this.dispatchEvent(new Event('toggle-fields'))}
        >
          ${icon('gear')}<span>Fields</span>
        </button>
        ${this.pinButton()}
        <vscode-button ?disabled=${off} title="Trace this packet (Enter)" @click=${this.submit}>Trace</vscode-button>
        <span class="steps">
          ${this.stepButton('first', 'First step (Home)', 'previous')}
          ${this.stepButton('previous', 'Previous step (Up)', 'previous')}
          ${this.stepButton('next', 'Next step (Down)', 'next')} ${this.stepButton('last', 'Last step (End)', 'next')}
          ${this.count()}
        </span>
      </div>
      ${this.messages()}`;
  }

  /** Pins the packet that is traced, not what is being typed. */
  private pinButton(): TemplateResult {
    const { packet, pinned, trace } = this.state;
    const on = pinned.includes(packet.expression);
    const off = (this.draft !== undefined && this.draft !== packet.expression) || (!on && !trace);
    const title = off
      ? 'Pin this packet: trace it first'
      : on
        ? 'Unpin this packet'
        : 'Pin this packet: it stays above the recent ones of this file';
    return html`<button
      class="tool pin-packet"
      title=${title}
      aria-label="Pin this packet"
      aria-pressed=${on ? 'true' : 'false'}
      aria-disabled=${off ? 'true' : 'false'}
      @click=${() => off || send(this, { type: 'pin', expression: packet.expression, pinned: !on })}
    >
      ${icon(on ? 'pinned' : 'pin')}
    </button>`;
  }

  private count(): TemplateResult | typeof nothing {
    const { at, of } = this;
    if (of === 0) return nothing;
    return html`<span class="count mono"
      ><span aria-hidden="true">${at > 0 ? at : '–'} / ${of}</span
      ><span class="hidden">${at > 0 ? `Step ${at} of ${of}` : `${of} steps`}</span></span
    >`;
  }

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Nothing while something else is being typed. */
  private messages(): TemplateResult | typeof nothing {
    return this.draft === undefined
      ? packetMessages(this.state.packet, (expression) => this.trace(expression))
      : nothing;
  }

  private stepButton(to: RowMove, label: string, name: IconName): TemplateResult {
    const atEnd =
      this.of === 0 ||
      (this.at === 1 && (to === 'first' || to === 'previous')) ||
      (this.at === this.of && (to === 'last' || to === 'next'));
    // Not `disabled`, which would take the focus from the button that led to the end.
    return html`<button
      class="tool ${to}"
      title=${label}
      aria-label=${label}
      aria-disabled=${atEnd ? 'true' : 'false'}
      @click=${() => atEnd || this.dispatchEvent(new CustomEvent<RowMove>('step', { detail: to }))}
    >
      ${icon(name)}
    </button>`;
  }

  private trace(expression: string): void {
    send(this, { type: 'trace', expression });
  }

  /** What was asked for last and is not answered yet. */
  private asked: { readonly id: number; readonly text: string } | undefined;
  private lastId = 0;

  private readonly list = new PacketList(this, {
    trace: (expression) => this.trace(expression),
    pin: (expression, pinned) => send(this, { type: 'pin', expression, pinned }),
    write: (word, start, end) => this.write(word, start, end),
  });

  private readonly typed = (): void => {
    this.asked = undefined;
    this.setDraft(this.input.value);
    this.askForWords(false);
  };

  private setDraft(text: string | undefined): void {
    this.dispatchEvent(new CustomEvent<string | undefined>('draft', { detail: text }));
  }

  /** Which words can come at the cursor? The list stays as it is until there is an answer. */
  private askForWords(asked: boolean): void {
    const { value, selectionStart } = this.input;
    if (value.trim() === '' && !asked) {
      this.list.close();
      return;
    }
    this.asked = { id: (this.lastId += 1), text: value };
    send(this, { type: 'complete', id: this.lastId, text: value, column: selectionStart ?? value.length, asked });
  }

  /** The answer of the editor. One about another text than that in the box comes too late. */
  receive({ id, completions }: Extract<ToView, { readonly type: 'completions' }>): void {
    if (id !== this.asked?.id || this.asked.text !== this.input.value) return;
    this.asked = undefined;
    this.list.offerWords(completions, this.input.value);
  }

  private write(word: string, start: number, end: number): void {
    const { input } = this;
    input.value = `${input.value.slice(0, start)}${word}${input.value.slice(end)}`;
    input.setSelectionRange(start + word.length, start + word.length);
    this.setDraft(input.value);
  }

  /** Lines of a kernel's trace, which the box would join to one. */
  private readonly pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!/\n/.test(text.trim()) || !/TRACE: |trace id /.test(text)) return;
    event.preventDefault();
    send(this, { type: 'paste-trace', text: text.slice(0, LONGEST_PASTE) });
  };

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (event.key === ' ' && event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      return this.askForWords(true);
    }
    if (this.list.key(event)) event.preventDefault();
    if (event.defaultPrevented || event.key !== 'Escape') return;
    event.preventDefault();
    this.setDraft(undefined);
  };

  private readonly left = (): void => {
    this.asked = undefined;
    this.list.close();
  };

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    this.left();
    this.trace(this.input.value.trim());
  };
}

/** In characters. */
const LONGEST_PASTE = 4_000_000;

const OWN = '\u0000own';

/** A packet that was typed belongs to no scenario; the list says so instead of naming a wrong one. */
function scenarioChoices({ scenarios, scenario }: ViewState): readonly Choice[] {
  return scenario === undefined ? [{ id: OWN, label: 'Own packet', detail: '' }, ...scenarios] : scenarios;
}
