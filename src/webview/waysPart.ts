import './traceJourney';
import './traceWays';
import { html, nothing, type TemplateResult } from 'lit';
import type { ViewState, WaysReport } from '../shared/protocol';
import type { RovingFocus } from './rovingFocus';
import type { SendEvent } from './send';

/** The journey of the packet on show, and the button for all ways; nothing where there is neither. */
export function journeyTemplate(
  { journey, journeyWords, ways: { names } }: ViewState,
  stops: RovingFocus,
  passOn: (event: SendEvent) => void,
): TemplateResult | typeof nothing {
  const { end, remarks } = journeyWords;
  return journey.length > 0 || end !== '' || remarks.length > 0 || names.length > 0
    ? html`<trace-journey
        .stops=${stops}
        .legs=${journey}
        .words=${journeyWords}
        .ways=${names}
        @send=${passOn}
      ></trace-journey>`
    : nothing;
}

/** All ways, in place of the packet. */
export function waysTemplate(view: ViewState, report: WaysReport, passOn: (event: SendEvent) => void): TemplateResult {
  return html`<trace-ways .report=${report} .of=${rulesName(view)} @send=${passOn}></trace-ways>`;
}

/** `pod web-5d9, saved state, notes.md`. */
function rulesName({ dumps, dump, fileName }: ViewState): string {
  const label = dumps.length > 1 ? dumps.find(({ id }) => id === dump)?.label : undefined;
  return label === undefined ? fileName : `${label}, ${fileName}`;
}
