import type { LitElement, ReactiveController } from 'lit';

const BY: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

interface Member {
  readonly part: LitElement;
  readonly selector: string;
  readonly first: string;
}

/**
 * Controls that are one tab stop together, as in a toolbar: the tab key goes to the one that had the focus last, arrow
 * keys, Home and End from one to another (https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/). Several parts
 * of the page may share one.
 */
export class RovingFocus implements ReactiveController {
  private members: readonly Member[] = [];
  private last: HTMLElement | undefined;

  /** Takes in the controls of a part that match `selector`. The one that also matches `first` gets the focus first. */
  join(part: LitElement, selector: string, first = selector): this {
    // Parts that are gone would be kept alive else.
    const kept = this.members.filter(({ part: { isConnected, hasUpdated } }) => isConnected || !hasUpdated);
    this.members = [...kept, { part, selector, first }];
    part.addController(this);
    part.addEventListener('keydown', this.keyDown);
    part.addEventListener('focusin', this.focusIn);
    return this;
  }

  /** The controls are what was just drawn, so their tab stops are set here and not in the template. */
  hostUpdated(): void {
    this.setStops();
  }

  /** Also by a click, or where the page gives the focus away. */
  private readonly focusIn = (event: FocusEvent): void => {
    const control = this.controls().find((each) => event.composedPath().includes(each));
    if (!control) return;
    this.last = control;
    this.setStops();
  };

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const controls = this.controls();
    const at = controls.findIndex((control) => event.composedPath().includes(control));
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? controls.length - 1 : at + (BY[event.key] ?? NaN);
    const next = controls[to];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  };

  private setStops(): void {
    const controls = this.controls();
    const stop = controls.find((control) => control === this.last) ?? this.preferred() ?? controls[0];
    for (const control of controls) control.tabIndex = control === stop ? 0 : -1;
  }

  private preferred(): HTMLElement | undefined {
    const members = this.present().filter(({ selector, first }) => first !== selector);
    return members.flatMap((member) => controlsOf(member, member.first))[0];
  }

  private controls(): readonly HTMLElement[] {
    return this.present().flatMap((member) => controlsOf(member, member.selector));
  }

  /** Parts come and go with what the page shows; here they are in its order. */
  private present(): readonly Member[] {
    const follows = (a: Member, b: Member): boolean =>
      (a.part.compareDocumentPosition(b.part) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
    return this.members.filter(({ part }) => part.isConnected).sort((a, b) => (follows(a, b) ? 1 : -1));
  }
}

function controlsOf({ part }: Member, selector: string): readonly HTMLElement[] {
  return [...part.renderRoot.querySelectorAll<HTMLElement>(selector)].filter(
    (control) => !control.hasAttribute('disabled'),
  );
}
