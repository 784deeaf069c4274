import type { LitElement } from 'lit';
import { editSourceFile } from '../../../src/core/syntax/edit';
import type { SourceFile } from '../../../src/core/syntax/sourceFile';
import { modelOf } from '../../../src/features/fileModel';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { TraceSession, type EditorEffect } from '../../../src/features/traceSession/traceSession';
import type { KeptState, ToEditor } from '../../../src/shared/protocol';
import { TraceApp } from '../../../src/webview/traceApp';

/** The whole page in a DOM, with a real session: what one posts the other gets, as in the editor. */
export class Page {
  readonly app = new TraceApp();
  readonly session = new TraceSession('file:///notes.md', 'notes.md');
  /** What the page posted since it was last asked. */
  private sent: ToEditor[] = [];
  private source: SourceFile | undefined;
  kept: KeptState | undefined;
  /** What the session wants of the editor, besides messages to the page. */
  effects: EditorEffect[] = [];

  private constructor() {
    this.app.editor = {
      post: (message) => {
        this.sent.push(message);
        this.take(this.session.handle(message));
      },
      keep: (state) => {
        this.kept = state;
      },
    };
    document.body.replaceChildren(this.app);
  }

  /** Opens a page on a text. `expression` is traced in place of the first scenario. */
  static async open(text: string, expression?: string, kept?: KeptState): Promise<Page> {
    const page = new Page();
    page.session.setModel(modelOf(page.file(text)));
    page.take(kept ? page.session.restore(kept) : page.session.handle({ type: 'ready', restored: undefined }));
    if (expression !== undefined) page.take(page.session.handle({ type: 'trace', expression }));
    await page.settled();
    page.posted();
    return page;
  }

  /** The same trace as if it had just been opened. */
  async again(): Promise<this> {
    const { shown } = this.session;
    if (shown) this.app.receive({ type: 'state', state: shown });
    const decisive = shown?.trace?.outcome.decisive;
    if (decisive) this.app.receive({ type: 'show-step', step: decisive });
    await this.settled();
    this.posted();
    return this;
  }

  private file(text: string): SourceFile {
    return (this.source = parseSourceFile(text, { fileName: 'notes.md' }));
  }

  /** Writes a line before another, 1-based. */
  insert(line: number, newText: string): void {
    const at = { startLine: line - 1, startColumn: 0, endLine: line - 1, endColumn: 0 };
    this.source = editSourceFile(this.source as SourceFile, { ...at, newText: `${newText}\n` });
    this.take(this.session.setModel(modelOf(this.source)));
  }

  take(effects: readonly EditorEffect[]): void {
    for (const effect of effects)
      if (effect.kind === 'post') this.app.receive(effect.message);
      else if (effect.kind !== 'marks') this.effects.push(effect);
  }

  /** What was posted since the last call. */
  posted(): readonly ToEditor[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  /** Waits until there is nothing left to draw. */
  async settled(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await this.app.updateComplete;
      for (const part of partsOf(this.app.renderRoot as ShadowRoot)) await part.updateComplete;
    }
  }

  /** Elements of the page, those inside of its parts included, in their order in the document. */
  all(selector: string): readonly HTMLElement[] {
    return within(this.app.renderRoot as ShadowRoot, selector);
  }

  get(selector: string, text = ''): HTMLElement {
    const found = this.all(selector).find((each) => words(each).includes(text));
    if (!found) throw new Error(`there is no ${selector} ${text}`);
    return found;
  }

  async click(selector: string, text = ''): Promise<void> {
    this.get(selector, text).click();
    await this.settled();
  }

  /** Presses a key there; whether the page took it. */
  async key(selector: string, key: string, more: KeyboardEventInit = {}): Promise<boolean> {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...more });
    this.get(selector).dispatchEvent(event);
    await this.settled();
    return event.defaultPrevented;
  }

  /** The element that has the focus. */
  get focused(): Element | null {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
  }

  get selectedRow(): string {
    return this.all('[role=treeitem][aria-selected=true]').map(spoken).join(' AND ');
  }
}

/** Elements are visited one by one: a selector is slow here, and does not see into the parts. */
function within(root: Element | ShadowRoot, selector: string, found: HTMLElement[] = []): HTMLElement[] {
  for (const element of root.children) {
    if (element.matches(selector)) found.push(element as HTMLElement);
    within(element, selector, found);
    if (element.localName.startsWith('trace-') && element.shadowRoot) within(element.shadowRoot, selector, found);
  }
  return found;
}

function partsOf(root: Element | ShadowRoot): readonly LitElement[] {
  return [...root.children].flatMap((element) =>
    element.localName.startsWith('trace-')
      ? [element as LitElement, ...(element.shadowRoot ? partsOf(element.shadowRoot) : [])]
      : ['header', 'main', 'div'].includes(element.localName)
        ? partsOf(element)
        : [],
  );
}

/** The text of an element, parts of the page inside of it included, with single blanks. */
export function words(element: Element): string {
  return textOf(element, () => true);
}

/** The same without what is hidden from screen readers. */
export function spoken(element: Element): string {
  return textOf(element, (each) => each.getAttribute('aria-hidden') !== 'true');
}

function textOf(element: Element, wanted: (element: Element) => boolean): string {
  const text = (node: Node): string =>
    node.nodeType === Node.TEXT_NODE
      ? (node.textContent ?? '')
      : node instanceof Element && !['style', 'script'].includes(node.localName) && wanted(node)
        ? [...(node.localName.startsWith('trace-') && node.shadowRoot ? node.shadowRoot : node).childNodes]
            .map(text)
            .join('')
        : '';
  return text(element).replace(/\s+/g, ' ').trim();
}

const SHOWN_ATTRIBUTES = ['role', 'title', 'disabled', 'href', 'placeholder', 'scope', 'tabindex'];

/**
 * An element as an outline: a line for each element that has a role, an attribute for a reader, or a text of its own. The
 * name of a step is what it contains.
 */
export function outline(element: Element, depth = 0): readonly string[] {
  const own = [...element.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.textContent ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  const attributes = [...element.attributes]
    .filter(({ name, value }) => (name.startsWith('aria-') || SHOWN_ATTRIBUTES.includes(name)) && value !== own)
    .map(({ name, value }) => (value === '' ? name : `${name}=${JSON.stringify(value)}`))
    .sort();
  if (element.getAttribute('role') === 'treeitem') attributes.push(`name=${JSON.stringify(spoken(element))}`);
  const classes = element.getAttribute('class')?.trim().split(/\s+/).filter(Boolean).join('.') ?? '';
  const hidden = element.getAttribute('aria-hidden') === 'true';
  if (element.localName === 'style' || hidden) return [];
  const shown = own !== '' || attributes.length > 0;
  const children = (element.localName.startsWith('trace-') ? element.shadowRoot : undefined) ?? element;
  return [
    ...(shown
      ? [
          `${'  '.repeat(depth)}${element.localName}${classes === '' ? '' : `.${classes}`}${attributes.length > 0 ? ` [${attributes.join(' ')}]` : ''}${own === '' ? '' : ` ${own}`}`,
        ]
      : []),
    ...[...children.children].flatMap((child) => outline(child, shown ? depth + 1 : depth)),
  ];
}
