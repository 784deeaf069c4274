import type { KeptState, ToEditor, ToView } from '../shared/protocol';
import { pngOf } from './drawPicture';
import { lightnessOfText } from './readable';
import { TraceApp } from './traceApp';

/** What the editor puts into the page of a webview. */
interface EditorApi {
  postMessage(message: ToEditor): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const app = new TraceApp();
app.editor = { post: (message) => api.postMessage(message), keep: (state) => api.setState(state) };
window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  if (data.type === 'draw') void pngOf(data).then((png) => api.postMessage({ type: 'drawn', png }));
  else app.receive(data);
});
document.body.style.padding = '0';
if (lightnessOfText.styleSheet) document.adoptedStyleSheets.push(lightnessOfText.styleSheet);
document.body.append(app);
// The editor puts the theme on the body, and puts another one there when the user changes it.
const sendTheme = (): void => api.postMessage({ type: 'theme', id: document.body.dataset.vscodeThemeId ?? '' });
new MutationObserver(sendTheme).observe(document.body, { attributeFilter: ['data-vscode-theme-id'] });
sendTheme();
api.postMessage({ type: 'ready', restored: api.getState() });
