import { COLOURS, type PictureTheme } from './colours';
import { escaped } from './escaped';

/**
 * A page that needs nothing beside it, of these parts; empty ones are omitted. Its own policy forbids it to load
 * anything.
 */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
}

export function paragraphs(texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .map((text) => `<p>${escaped(text)}</p>`)
    .join('');
}

function variables(theme: PictureTheme): string {
  const { back, text, dim, line, box, tones } = COLOURS[theme];
  const named = Object.entries({ back, text, dim, line, box, ...tones });
  return `:root{${named.map(([name, value]) => `--${name}:${value}`).join(';')}}`;
}

const STYLE = [
  ':root{color-scheme:light dark}',
  variables('light'),
  `@media (prefers-color-scheme:dark){${variables('dark')}}`,
  'body{background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif;margin:0}',
  'main{max-width:70rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}',
  'h1{font-size:1.4rem}h2{font-size:1.2rem;margin-top:2.5rem}h3,h4{margin-bottom:.3rem}',
  'code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9em}',
  '.dim,dt,caption,tr.no{color:var(--dim)}',
  '.card{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.4rem 1rem}',
  '.card+.card{margin-top:.6rem}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}',
  'table{border-collapse:collapse;margin:.6rem 0;width:100%}caption{text-align:left;font-weight:600}',
  'td{vertical-align:top;padding:.1rem .5rem}td:first-child{text-align:right;color:var(--dim);width:3.5em}',
  '.assumed{text-decoration:underline dotted}',
  ...Object.keys(COLOURS.light.tones).map((tone) => `strong.${tone}{color:var(--${tone})}`),
].join('');
