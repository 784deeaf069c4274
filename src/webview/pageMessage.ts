import { html, type TemplateResult } from 'lit';
import type { ViewState } from '../shared/protocol';
import { icon } from './icons';

/** The packet, or a field of it, has something wrong. */
export function isWrong({ packet }: ViewState): boolean {
  return packet.problems.length > 0 || packet.fields.some(({ problem }) => problem !== '');
}

/** In the place of a trace. */
export function messageTemplate(name: 'error' | 'info' | 'circleSlash', text: string): TemplateResult {
  return html`<div class="message" role="status">
    ${icon(name)}
    <div class="text">${text}</div>
  </div>`;
}
