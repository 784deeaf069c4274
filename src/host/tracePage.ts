import * as vscode from 'vscode';

/**
 * The page of the trace view. It may load our own script, styles and the icon font, draw a picture that it got
 * by message, and nothing else; all data comes by
 * message.
 */
export function tracePage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomWord();
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    // The picture of a trace, drawn to be saved as PNG.
    'img-src data:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${file('codicon.css')}" nonce="${nonce}">
<title>Packet trace</title>
</head>
<body>
<script nonce="${nonce}" src="${file('webview.js')}"></script>
</body>
</html>
`;
}

/** 128 random bits in letters. */
function randomWord(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
