import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import { html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Choice } from '../shared/protocol';

/**
 * A drop-down list in the looks of the editor. It is made anew when its choices change: the element reads them only
 * once.
 */
export function selectTemplate(
  label: string,
  choices: readonly Choice[],
  chosen: string | undefined,
  choose: (id: string) => void,
  id = '',
): TemplateResult {
  const key = `${chosen ?? ''}\n${choices.map((choice) => `${choice.id}\t${choice.label}`).join('\n')}`;
  return html`${keyed(
    key,
    html`<vscode-single-select
      id=${id}
      data-name=${id}
      aria-label=${label}
      label=${label}
      title=${label}
      @change=${(event: Event) => choose((event.target as HTMLElement & { value: string }).value)}
    >
      ${choices.map((choice) => html`<vscode-option value=${choice.id} description=${choice.detail} ?selected=${choice.id === chosen}>${choice.label}</vscode-option>`)}</vscode-single-select
    >`,
  )}`;
}
