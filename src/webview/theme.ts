import { css } from 'lit';
import type { TokenKind } from '../shared/protocol';
import { iconStyles } from './icons';
import { readable, readableOnTints } from './readable';

/**
 * Colours and common parts. Every colour is one of the editor's theme; the value behind it stands in for themes that
 * leave it out. Those of words are made darker or lighter where they could not be read (`readable.ts`). In high
 * contrast borders say what backgrounds say elsewhere, and nothing is said by opacity alone. The orange of charts is
 * half transparent in newer editors, too pale for text.
 */
export const theme = [
  iconStyles,
  css`
    :host {
      --bg: var(--vscode-editor-background);
      --fg: var(--vscode-editor-foreground, var(--vscode-foreground));
      --dim: ${readableOnTints(css`var(--vscode-descriptionForeground, var(--fg))`)};
      --line: var(--vscode-contrastBorder, var(--vscode-panel-border, var(--vscode-widget-border)));
      --edge: var(--vscode-contrastBorder, var(--vscode-input-border, var(--vscode-widget-border, var(--line))));
      --field: var(--vscode-input-background);
      --soft: color-mix(in srgb, var(--fg) 6%, transparent);
      --chip: color-mix(in srgb, var(--fg) 9%, transparent);
      --blue: ${readableOnTints(css`var(--vscode-charts-blue, var(--vscode-textLink-foreground))`)};
      --green: ${readableOnTints(css`var(--vscode-charts-green, var(--fg))`)};
      --red: ${readableOnTints(css`var(--vscode-charts-red, var(--vscode-errorForeground))`)};
      --orange: ${readableOnTints(css`var(--vscode-editorWarning-foreground, var(--fg))`)};
      --yellow: ${readableOnTints(css`var(--vscode-charts-yellow, var(--fg))`)};
      --purple: ${readableOnTints(css`var(--vscode-charts-purple, var(--fg))`)};
      --link: ${readableOnTints(css`var(--vscode-textLink-foreground)`)};
      --error: ${readableOnTints(css`var(--vscode-errorForeground, var(--red))`)};
      --disabled: var(--vscode-disabledForeground, var(--dim));
      --focus: var(--vscode-focusBorder);
      --name: ${readable(css`var(--vscode-debugTokenExpression-name, var(--fg))`)};
      --mono: var(--vscode-editor-font-family, monospace);
      --mono-size: var(--vscode-editor-font-size, 12px);
      --small: 0.86em;
      color: var(--fg);
    }
    * {
      box-sizing: border-box;
    }
    .mono {
      font-family: var(--mono);
      font-size: min(var(--mono-size), 13px);
    }
    .dim {
      color: var(--dim);
    }
    .strong {
      font-weight: 600;
    }
    code {
      font-family: var(--mono);
      font-size: 0.95em;
      color: inherit;
      background: none;
      padding: 0;
    }
    .accept {
      --tone: var(--green);
    }
    .sent {
      --tone: var(--blue);
    }
    .redirect {
      --tone: var(--purple);
    }
    .drop {
      --tone: var(--red);
    }
    .reject {
      --tone: var(--red);
    }
    .unknown {
      --tone: var(--yellow);
    }
    button {
      font: inherit;
      color: inherit;
      background: none;
      border: 1px solid transparent;
      padding: 0;
      cursor: pointer;
      border-radius: 3px;
    }
    button:focus-visible,
    [tabindex]:focus-visible,
    input:focus-visible,
    summary:focus-visible {
      outline: 1px solid var(--focus);
      outline-offset: -1px;
    }
    button[disabled],
    button[aria-disabled='true'] {
      color: var(--disabled);
      cursor: default;
    }
    .link {
      color: var(--link);
      text-align: left;
    }
    .link:hover {
      color: var(--vscode-textLink-activeForeground, var(--link));
      text-decoration: underline;
    }
    .tool {
      height: 26px;
      min-width: 26px;
      padding: 0 5px;
      display: inline-flex;
      align-items: center;
      justify-content: center;
      gap: 4px;
      border-color: var(--vscode-contrastBorder, transparent);
    }
    .tool:hover:not([disabled], [aria-disabled='true']) {
      background: var(--vscode-toolbar-hoverBackground, var(--chip));
      outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
      outline-offset: -1px;
    }
    .tool[aria-pressed='true'] {
      background: var(--vscode-inputOption-activeBackground, var(--chip));
      border-color: var(--vscode-inputOption-activeBorder, var(--edge));
      color: var(--vscode-inputOption-activeForeground, inherit);
    }
    .badge {
      color: var(--tone);
      border: 1px solid var(--tone);
      background: color-mix(in srgb, var(--tone) 10%, var(--bg));
      border-radius: 4px;
      font-weight: 600;
      letter-spacing: 0.03em;
      padding: 2px 9px;
      white-space: nowrap;
    }
    .badge.conditional {
      border-style: dashed;
      background: none;
    }
    .badge.small {
      font-size: 0.82em;
      padding: 0 6px;
    }
    .hidden {
      user-select: none;
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  `,
];

/** The words of rules get the colours that they have in the editor; without any those of the page. */
export function setTokenColours(
  style: CSSStyleDeclaration,
  colours: Partial<Readonly<Record<TokenKind, string>>>,
): void {
  for (const name of [...style]) if (name.startsWith('--token-')) style.removeProperty(name);
  for (const [kind, colour] of Object.entries(colours)) style.setProperty(`--token-${kind}`, colour);
}

/** Headings of the parts of a step. */
export const headings = css`
  h3 {
    font-size: 0.86em;
    font-weight: 600;
    letter-spacing: 0.05em;
    text-transform: uppercase;
    color: var(--dim);
  }
`;

/**
 * Words of a rule in the colours of the file's own highlighting, which the editor sends (`token-…`). A theme whose
 * colours cannot be read leaves those that the debugger gives to names, strings and numbers.
 */
export const tokenColours = css`
  .tinted {
    --text-min: var(--tinted-min);
    --text-max: var(--tinted-max);
  }
  .t-keyword {
    color: ${readable(css`var(--token-keyword, var(--vscode-debugTokenExpression-name, var(--fg)))`)};
  }
  .t-jump {
    color: ${readable(css`var(--token-jump, var(--vscode-debugTokenExpression-name, var(--fg)))`)};
  }
  .t-table {
    color: ${readable(css`var(--token-table, var(--vscode-debugTokenExpression-name, var(--fg)))`)};
  }
  .t-negation {
    color: ${readable(css`var(--token-negation, var(--red))`)};
    font-weight: 600;
  }
  .t-builtinChain {
    color: ${readable(css`var(--token-builtinChain, var(--vscode-symbolIcon-variableForeground, var(--link)))`)};
  }
  .t-chain {
    color: ${readable(css`var(--token-chain, var(--vscode-symbolIcon-variableForeground, var(--link)))`)};
  }
  .t-target {
    color: ${readable(css`var(--token-target, var(--purple))`)};
  }
  .t-match {
    color: ${readable(css`var(--token-match, var(--vscode-debugTokenExpression-string, var(--fg)))`)};
  }
  .t-option {
    color: ${readable(css`var(--token-option, var(--fg))`)};
  }
  .t-verdict {
    color: ${readable(css`var(--token-verdict, var(--fg))`)};
    font-weight: 600;
  }
  .t-number {
    color: ${readable(css`var(--token-number, var(--vscode-debugTokenExpression-number, var(--fg)))`)};
  }
  .t-text {
    color: ${readable(css`var(--token-text, var(--vscode-debugTokenExpression-string, var(--fg)))`)};
  }
  .t-comment {
    color: ${readable(css`var(--token-comment, var(--dim))`)};
    font-style: italic;
  }
`;
