import { css, html, nothing, type TemplateResult } from 'lit';
import type { PacketForm } from '../shared/protocol';
import { icon } from './icons';

/** How much of the packet is shown around a wrong word, in characters. */
const AROUND = 24;

/**
 * What is below the packet box: the first thing that is wrong, with its place and the word that was probably meant,
 * else what the packet was read from. `mend`: traces the packet with that word.
 */
export function packetMessages(
  { expression, problems, notes }: PacketForm,
  mend: (expression: string) => void,
): TemplateResult | typeof nothing {
  const [problem] = problems;
  if (problem) {
    const { start, end, message, meant } = problem;
    const more = problems.length - 1;
    return html`<div id="problem" class="problem" role="alert">
      ${icon('error')}<span>${message}${more > 0 ? html`<span class="dim"> (and ${more} more)</span>` : nothing}</span>
      ${end > start ? html`<span class="mono dim">${start > AROUND ? '…' : ''}${expression.slice(Math.max(0, start - AROUND), start)}<span class="wrong">${expression.slice(start, end)}</span>${expression.slice(end, end + AROUND)}${end + AROUND < expression.length ? '…' : ''}</span>` : nothing}
      ${
        meant === undefined
          ? nothing
          : html`<button
              class="link"
              @click=${() => mend(`${expression.slice(0, start)}${meant}${expression.slice(end)}`)}
            >
              Use <span class="mono">${meant}</span>
            </button>`
      }
    </div>`;
  }
  return notes.length === 0
    ? nothing
    : html`<div id="read" class="read" role="status">${icon('info')}<span>${notes.join(' ')}</span></div>`;
}

/** The id of what `packetMessages` shows; empty: nothing. */
export function packetMessagesId({ problems, notes }: PacketForm): string {
  return problems.length > 0 ? 'problem' : notes.length > 0 ? 'read' : '';
}

export const packetMessagesStyle = css`
  .problem,
  .read {
    flex-basis: 100%;
    display: flex;
    gap: 6px;
    align-items: baseline;
    overflow-wrap: anywhere;
  }
  .problem {
    color: var(--error);
    flex-wrap: wrap;
  }
  .problem > span:first-of-type {
    flex: 0 1 auto;
    min-width: 0;
  }
  .read {
    color: var(--dim);
  }
  .wrong {
    text-decoration: underline wavy var(--red);
    text-underline-offset: 3px;
  }
`;
