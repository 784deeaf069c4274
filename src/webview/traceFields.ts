import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PacketField } from '../shared/protocol';
import { selectTemplate } from './select';
import { send } from './send';
import { theme } from './theme';

const GROUPS: readonly (readonly [PacketField['group'], string])[] = [
  ['packet', 'Packet'],
  ['transport', 'Transport'],
  ['sender', 'Sending process'],
  ['tracking', 'Connection tracking'],
  ['host', 'This host'],
];

/** The packet field by field. What nobody gave is filled in, and says how. */
@customElement('trace-fields')
export class TraceFields extends LitElement {
  @property({ attribute: false }) fields: readonly PacketField[] = [];

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--line);
        padding: 10px 14px 14px;
        background: var(--vscode-sideBar-background, var(--soft));
        max-height: 40vh;
        overflow: auto;
      }
      fieldset {
        border: 0;
        padding: 0;
        margin: 0 0 8px;
        min-width: 0;
      }
      legend {
        font-size: 0.84em;
        letter-spacing: 0.05em;
        text-transform: uppercase;
        color: var(--dim);
        padding: 4px 0;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(158px, 1fr));
        gap: 8px 12px;
      }
      label {
        display: block;
        margin-bottom: 2px;
      }
      vscode-textfield,
      vscode-single-select {
        width: 100%;
      }
      .hint {
        color: var(--dim);
        font-size: 0.86em;
        line-height: 1.3;
        margin-top: 2px;
      }
      .problem {
        color: var(--error);
        font-size: 0.9em;
        line-height: 1.3;
        margin-top: 2px;
      }
      .reset {
        color: var(--link);
        font-size: 0.86em;
        margin-left: 6px;
      }
    `,
  ];

  /** Puts the cursor into a field. */
  focusField(name: string): void {
    this.renderRoot.querySelector<HTMLElement>(`[data-name="${CSS.escape(name)}"]`)?.focus();
  }

  override render(): TemplateResult {
    return html`${GROUPS.map(([group, title]) => {
      const fields = this.fields.filter((field) => field.group === group);
      return fields.length === 0
        ? nothing
        : html`<fieldset>
            <legend>${title}</legend>
            <div class="grid">${fields.map((field) => this.field(field))}</div>
          </fieldset>`;
    })}`;
  }

  private field(field: PacketField): TemplateResult {
    const { name, label, problem, given, why } = field;
    return html`<div>
      <label for=${name}
        >${label}${given ? html`<button class="reset" title="Back to the default value" aria-label="Reset ${label}" @click=${() => send(this, { type: 'set-field', name, value: '' })}>reset</button>` : nothing}</label
      >
      ${field.closed && field.choices.length > 0 ? this.select(field) : this.text(field)}
      ${problem === '' ? (given || why === '' ? nothing : html`<div class="hint">${why}</div>`) : html`<div class="problem" role="alert">${problem}</div>`}
    </div>`;
  }

  private text({ name, label, value, given, problem }: PacketField): TemplateResult {
    return html`<vscode-textfield
      id=${name}
      data-name=${name}
      .label=${label}
      .value=${given ? value : ''}
      placeholder=${value}
      ?invalid=${problem !== ''}
      @change=${(event: Event) => send(this, { type: 'set-field', name, value: (event.target as HTMLElement & { value: string }).value.trim() })}
    ></vscode-textfield>`;
  }

  private select({ name, label, value, choices }: PacketField): TemplateResult {
    return selectTemplate(
      label,
      choices.map((choice) => ({ id: choice, label: choice, detail: '' })),
      value,
      (chosen) => send(this, { type: 'set-field', name, value: chosen }),
      name,
    );
  }
}
