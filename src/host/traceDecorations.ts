import * as vscode from 'vscode';
import type { LineNote } from '../features/traceSession/lineNotes';
import { MARK_KINDS, type LineMarks, type MarkKind } from '../features/traceSession/lineMarks';
import type { ErrorEdge } from './edge';
import { endOfLine, lineRange } from './positions';
import { isEnabled, onDidChangeSetting } from './settings';

/** Marks the lines of a trace in every editor that shows the file. */
export class TraceDecorations implements vscode.Disposable {
  /** Made with the first trace: most sessions of an editor never see one. */
  private types: DecorationTypes | undefined;
  private readonly byFile = new Map<string, ShownMarks>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(edge: ErrorEdge) {
    const draw = edge.event('Marks of the trace', (editor: vscode.TextEditor) => this.draw(editor));
    const note = edge.event('Notes of the trace', (editor: vscode.TextEditor) => this.note(editor));
    this.subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach(draw)),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => note(textEditor)),
      onDidChangeSetting('decorations.enabled', () => vscode.window.visibleTextEditors.forEach(draw)),
    ];
  }

  /** undefined takes the marks away. */
  show(uri: string, marks: ShownMarks | undefined): void {
    if (marks) this.byFile.set(uri, marks);
    else this.byFile.delete(uri);
    for (const editor of vscode.window.visibleTextEditors)
      if (editor.document.uri.toString() === uri) this.draw(editor);
  }

  /** What is shown in a file now; for tests. */
  shownIn(uri: string): LineMarks | undefined {
    return this.byFile.get(uri)?.marks;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const type of this.types
      ? [
          ...this.types.signs.values(),
          ...this.types.texts.values(),
          ...this.types.backgrounds.values(),
          this.types.inFront,
          this.types.notes,
          this.types.selected,
        ]
      : [])
      type.dispose();
  }

  /** Of the lines in sight: of a hundred thousand rules that did not match, nobody reads more. */
  private note(editor: vscode.TextEditor): void {
    const { document } = editor;
    const found = this.byFile.get(document.uri.toString());
    const shown = found && isEnabled('decorations.enabled', document.uri) ? found : undefined;
    if (!this.types) return;
    const marked = new Set(shown?.marks.marks.filter(({ text }) => text !== '').map(({ line }) => line));
    const notes = editor.visibleRanges.flatMap(({ start, end }) => shown?.notesIn(start.line + 1, end.line + 1) ?? []);
    editor.setDecorations(
      this.types.notes,
      notes
        .filter(({ line, matched }) => !matched && !marked.has(line) && line <= document.lineCount)
        .map(({ line, text }) => ({ range: endOfLine(line), renderOptions: { after: { contentText: text } } })),
    );
  }

  private draw(editor: vscode.TextEditor): void {
    const found = this.byFile.get(editor.document.uri.toString());
    const shown = found && isEnabled('decorations.enabled', editor.document.uri) ? found.marks : undefined;
    if (!shown && !this.types) return;
    const { signs, texts, backgrounds, inFront, selected } = (this.types ??= decorationTypes());
    for (const kind of MARK_KINDS) {
      const marks = (shown?.marks ?? []).filter((mark) => mark.kind === kind);
      editor.setDecorations(
        signs.get(kind) as vscode.TextEditorDecorationType,
        marks.map(({ line }) => lineRange(line)),
      );
      editor.setDecorations(
        texts.get(kind) as vscode.TextEditorDecorationType,
        marks
          .filter(({ text, line }) => text !== '' && !isLong(editor, line))
          .map(({ line, text }) => ({ range: endOfLine(line), renderOptions: { after: { contentText: text } } })),
      );
      // One colour at a time: over another one the selected line would look like neither.
      const coloured = marks.filter(({ line }) => line !== shown?.selected);
      editor.setDecorations(
        backgrounds.get(kind) as vscode.TextEditorDecorationType,
        coloured.map(({ line }) => lineRange(line)),
      );
    }
    editor.setDecorations(
      inFront,
      (shown?.marks ?? [])
        .filter(({ text, line }) => text !== '' && isLong(editor, line))
        .map(({ line, text, kind }) => ({
          range: lineRange(line),
          renderOptions: { before: badge(text, LOOKS[kind]) },
        })),
    );
    this.note(editor);
    editor.setDecorations(selected, shown?.selected === undefined ? [] : [lineRange(shown.selected)]);
  }
}

/** A verdict at the end of a longer line would be out of sight. In characters. */
const LONG_LINE = 70;

function isLong({ document }: vscode.TextEditor, line: number): boolean {
  return line <= document.lineCount && document.lineAt(line - 1).text.length > LONG_LINE;
}

function badge(text: string, { colour }: Look): vscode.ThemableDecorationAttachmentRenderOptions {
  return {
    contentText: text,
    color: new vscode.ThemeColor(colour),
    border: '1px solid',
    borderColor: new vscode.ThemeColor(colour),
    fontWeight: 'bold',
    margin: '0 1ch 0 0',
  };
}

/** What a trace shows in a file. */
export interface ShownMarks {
  readonly marks: LineMarks;
  /** What the rules in the lines `from` to `to`, 1-based, did to the packet. */
  notesIn(from: number, to: number): readonly LineNote[];
}

interface DecorationTypes {
  /** The verdict before a long line. */
  readonly inFront: vscode.TextEditorDecorationType;
  /** Why rules did not match, after their lines. */
  readonly notes: vscode.TextEditorDecorationType;

  readonly signs: ReadonlyMap<MarkKind, vscode.TextEditorDecorationType>;
  readonly texts: ReadonlyMap<MarkKind, vscode.TextEditorDecorationType>;
  readonly backgrounds: ReadonlyMap<MarkKind, vscode.TextEditorDecorationType>;
  readonly selected: vscode.TextEditorDecorationType;
}

function decorationTypes(): DecorationTypes {
  return {
    signs: new Map(MARK_KINDS.map((kind) => [kind, signType(LOOKS[kind])])),
    texts: new Map(MARK_KINDS.map((kind) => [kind, textType(LOOKS[kind])])),
    backgrounds: new Map(MARK_KINDS.map((kind) => [kind, backgroundType(LOOKS[kind])])),
    inFront: vscode.window.createTextEditorDecorationType({}),
    notes: vscode.window.createTextEditorDecorationType({
      after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 2em', fontStyle: 'italic' },
    }),
    selected: vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
      outlineColor: new vscode.ThemeColor('contrastActiveBorder'),
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Full,
    }),
  };
}

interface Look {
  /** A colour of the theme, for the overview ruler and the text after the line. */
  readonly colour: string;
  /** A colour of the theme for the whole line. */
  readonly background: string;
  /** The sign in the margin, 16 × 16, drawn in the colours of a light and a dark theme. */
  readonly sign: string;
  readonly light: string;
  readonly dark: string;
  readonly struck?: true;
}

const SUBTLE = 'editor.hoverHighlightBackground';
const DECIDES = { background: 'diffEditor.insertedLineBackground', sign: '<path d="M8 3l5 5-5 5-5-5z" fill="C"/>' };
const LOOKS: Readonly<Record<MarkKind, Look>> = {
  off: {
    colour: 'charts.yellow',
    background: SUBTLE,
    sign: '<path d="M3 8h10" stroke="C" stroke-width="2"/>',
    light: '#bf8803',
    dark: '#cca700',
    struck: true,
  },
  matched: {
    colour: 'charts.blue',
    background: SUBTLE,
    sign: '<circle cx="8" cy="8" r="2.5" fill="C"/>',
    light: '#1a85ff',
    dark: '#3794ff',
  },
  jumped: {
    colour: 'charts.blue',
    background: SUBTLE,
    sign: '<path d="M4 4v5h6M7.5 6.5 10.5 9l-3 2.5" fill="none" stroke="C" stroke-width="1.5"/>',
    light: '#1a85ff',
    dark: '#3794ff',
  },
  changed: {
    colour: 'charts.purple',
    background: SUBTLE,
    sign: '<circle cx="8" cy="8" r="4" fill="C"/>',
    light: '#652d90',
    dark: '#b180d7',
  },
  unknown: {
    colour: 'charts.yellow',
    background: SUBTLE,
    sign: '<circle cx="8" cy="8" r="3" fill="none" stroke="C" stroke-width="1.5"/>',
    light: '#bf8803',
    dark: '#cca700',
  },
  sent: { ...DECIDES, colour: 'charts.blue', light: '#1a85ff', dark: '#3794ff' },
  redirected: { ...DECIDES, colour: 'charts.purple', light: '#652d90', dark: '#b180d7' },
  decisive: { ...DECIDES, colour: 'charts.green', light: '#388a34', dark: '#89d185' },
  dropped: {
    colour: 'charts.red',
    background: 'diffEditor.removedLineBackground',
    sign: '<path d="M4.5 4.5l7 7m0-7l-7 7" stroke="C" stroke-width="2"/>',
    light: '#e51400',
    dark: '#f14c4c',
  },
};

function signType({ colour, sign, light, dark }: Look): vscode.TextEditorDecorationType {
  const colourOfTheme = new vscode.ThemeColor(colour);
  return vscode.window.createTextEditorDecorationType({
    overviewRulerColor: colourOfTheme,
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    light: { gutterIconPath: picture(sign, light) },
    dark: { gutterIconPath: picture(sign, dark) },
    gutterIconSize: 'contain',
  });
}

function textType({ colour }: Look): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor(colour), margin: '0 0 0 2em', fontWeight: 'bold' },
  });
}

function backgroundType({ background, struck }: Look): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    ...(struck && { textDecoration: 'line-through' }),
    backgroundColor: new vscode.ThemeColor(background),
  });
}

function picture(sign: string, colour: string): vscode.Uri {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 ' +
    `16">${sign.replaceAll('"C"', `"${colour}"`)}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${btoa(svg)}`);
}
