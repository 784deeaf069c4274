import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Badge, CardDecision, WayLeg, WayReply, WayReport, WaysReport } from '../shared/protocol';
import { wayLines, whenOf } from '../shared/wayLines';
import { assumedStyle, partTemplate } from './cardPart';
import { icon } from './icons';
import { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';
import { traceWaysStyle } from './traceWaysStyle';

/**
 * All ways in and out of the host, each a line from station to station with its packets and the replies to them. A
 * click on a packet or a reply traces it.
 */
@customElement('trace-ways')
export class TraceWays extends LitElement {
  @property({ attribute: false }) report!: WaysReport;
  /** Of which rules: `pod web-5d9, notes.md`. */
  @property({ attribute: false }) of = '';
  /** What is unfolded: ways under a condition, and what was assumed. */
  @state() private opened: ReadonlySet<string> = new Set();

  static override styles = [...theme, assumedStyle, traceWaysStyle];

  constructor() {
    super();
    // All its controls are one tab stop.
    new RovingFocus().join(this, 'button');
  }

  /** To where one got from the packet. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.back')?.focus();
  }

  override render(): TemplateResult {
    const { ways, assumed, remarks } = this.report;
    return html`<div class="head">
        <h2>Ways in and out</h2>
        <span class="dim of">${this.of}</span>
        <button
          class="tool"
          title="Copy or save these ways as…"
          aria-label="Copy or save these ways as…"
          @click=${() => send(this, { type: 'share' })}
        >
          ${icon('export')}
        </button>
        <button class="tool back" @click=${() => send(this, { type: 'show-ways', shown: false })}>
          ${icon('arrowLeft')}Back to the packet
        </button>
      </div>
      ${remarks.map((remark) => html`<p class="remark">${icon('warning')}<span>${remark}</span></p>`)}
      <div class="ways">${ways.map((way) => this.way(way))}</div>
      ${
        assumed.length === 0
          ? nothing
          : this.folded(
              'assumed',
              `Assumed for this: ${assumed.length === 1 ? 'one thing' : `${assumed.length} things`} that the file does not say`,
              () =>
                html`<ul>
                  ${assumed.map((each) => html`<li>${each}</li>`)}
                </ul>`,
            )
      }`;
  }

  private folded(id: string, title: string, content: () => TemplateResult): TemplateResult {
    const open = this.opened.has(id);
    return html`<div class="fold">
      <button
        class="title dim"
        aria-expanded=${open ? 'true' : 'false'}
        @click=${() => {
          this.opened = new Set(open ? [...this.opened].filter((each) => each !== id) : [...this.opened, id]);
        }}
      >
        ${icon(open ? 'chevronDown' : 'chevronRight')}${title}
      </button>
      ${open ? content() : nothing}
    </div>`;
  }

  private way(way: WayReport): TemplateResult {
    const [usual, ...others] = wayLines(way.legs);
    return html`<article class="way" aria-label=${way.name}>
      <header>
        <h3>${way.name}</h3>
        ${badge(way.badge, 'whole')}
        <div class="title dim">${way.title}</div>
      </header>
      ${way.loops.map((words) => html`<p class="loop">${icon('loop')}<span>${words}</span></p>`)}
      ${this.line(way, usual)} ${others.map((legs) => this.other(way, legs))}
      ${way.end === '' ? nothing : html`<p class="end dim">${way.end}</p>`}
    </article>`;
  }

  /** A way that there is only under a condition, folded. */
  private other(way: WayReport, legs: readonly WayLeg[]): TemplateResult {
    return this.folded(`${way.id} ${legs[0]?.id ?? ''}`, `or, if ${whenOf(legs)}`, () => this.line(way, legs));
  }

  private line(way: WayReport, legs: readonly WayLeg[]): TemplateResult {
    const [first] = legs;
    return html`<ol class="line">
      ${first ? station(first.from, 'start') : nothing}
      ${legs.map((leg) => html`${this.leg(way, leg)}${station(leg.to, leg.loops ? 'again' : leg.badge.tone)}`)}
    </ol>`;
  }

  private leg(way: WayReport, leg: WayLeg): TemplateResult {
    const { id, sent, changes, note, source, decided, outcomes, reply, packet } = leg;
    return html`<li class="hop ${leg.badge.tone}">
      ${note === undefined ? nothing : html`<p class="note dim" title=${source ?? ''}>${note}</p>`}
      <button class="leg" title="Trace ${packet}" @click=${() => this.choose(way, id)}>
        <span class="arrow" aria-hidden="true">↓</span>
        <span class="what"
          ><span class="number">${id}</span> ${sent.map((part) => partTemplate(assumedAside(part), () => undefined))}
          ${changes.map((change) => html`<span class="change">${change}</span>`)}</span
        >
        ${badge(leg.badge, 'small')}
      </button>
      ${decided.length === 0 && outcomes < 2 ? nothing : html`<p class="decided dim">${decided.map((each, i) => this.decision(each, i))}${outcomes > 1 ? html`<span>one of ${outcomes} outcomes</span>` : nothing}</p>`}
      ${reply ? this.reply(way, reply) : html`<p class="leg reply none dim"><span class="arrow" aria-hidden="true">↑</span><span class="what">no reply</span></p>`}
    </li>`;
  }

  private decision({ line, place, target }: CardDecision, index: number): TemplateResult {
    return html`<span
      >${index > 0 ? '· ' : ''}${line === undefined ? nothing : html`<button class="link" title="Show line ${line} in the editor" @click=${() => send(this, { type: 'open-line', line })}>line ${line}</button> `}${place}
      ${target}
    </span>`;
  }

  private reply(way: WayReport, { id, comesBack, unsure, text, why }: WayReply): TemplateResult {
    return html`<button
        class="leg reply ${comesBack ? '' : unsure ? 'unsure' : 'lost'}"
        title="Trace the reply"
        @click=${() => this.choose(way, id)}
      >
        <span class="arrow" aria-hidden="true">↑</span>
        <span class="what"><span class="number">${id}</span> ${text}</span>
        <span class="mark">${icon(comesBack ? 'check' : unsure ? 'question' : 'error')}</span>
      </button>
      ${why === '' ? nothing : html`<p class="why ${comesBack ? 'dim' : ''}">${why}</p>`}`;
  }

  private choose({ id: way }: WayReport, id: string): void {
    send(this, { type: 'choose-way-leg', way, id });
  }
}

/** In a button no other button may stand: an assumed value is marked, and settled in the trace of the packet. */
function assumedAside(part: WayLeg['sent'][number]): WayLeg['sent'][number] {
  return part.assumed ? { ...part, assumed: { why: part.assumed.why } } : part;
}

function badge({ text, tone: of, conditional }: Badge, kind: string): TemplateResult {
  return html`<span class="badge ${kind} ${of} ${conditional ? 'conditional' : ''}">${text}</span>`;
}

/** `proxy :15006`, `own pod 10.0.0.7:80 (lo)`: who it is stands out from where. */
function station(name: string, kind: string): TemplateResult {
  const at = name.search(/ [:([\d]/);
  const [who, where] = at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
  return html`<li class="station ${kind}">
    <span class="dot" aria-hidden="true"></span><b class="strong">${who}</b> ${where}
  </li>`;
}
