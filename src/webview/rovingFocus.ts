import type { LitElement, ReactiveController } from 'lit';

const BY: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * Controls of a part that are one tab stop together, as in a toolbar: the tab key leads to the one that had the focus
 * last, arrow keys, Home and End from one to another (https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/).
 * The element around them gets `keyDown`.
 */
export class RovingFocus implements ReactiveController {
  private last: HTMLElement | undefined;

  /** `selector` finds the controls in the part; that which also fits `first` gets the focus first. */
  constructor(
    private readonly part: LitElement,
    private readonly selector: string,
    private readonly first = selector,
  ) {
    part.addController(this);
  }

  /** The controls are what was just drawn, so their tab stops are set here and not in the template. */
  hostUpdated(): void {
    this.setStops();
  }

  readonly keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const controls = this.controls();
    const at = controls.findIndex((control) => event.composedPath().includes(control));
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? controls.length - 1 : at + (BY[event.key] ?? NaN);
    const next = controls[to];
    if (at < 0 || !next) return;
    event.preventDefault();
    this.last = next;
    this.setStops();
    next.focus();
  };

  private setStops(): void {
    const controls = this.controls();
    const stop =
      controls.find((control) => control === this.last) ??
      controls.find((control) => control.matches(this.first)) ??
      controls[0];
    for (const control of controls) control.tabIndex = control === stop ? 0 : -1;
  }

  private controls(): readonly HTMLElement[] {
    return [...this.part.renderRoot.querySelectorAll<HTMLElement>(this.selector)].filter(
      (control) => !control.hasAttribute('disabled'),
    );
  }
}
