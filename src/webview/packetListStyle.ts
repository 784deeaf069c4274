import { css } from 'lit';

export const packetListStyle = css`
  .packet:has(+ .history) {
    padding-right: 24px;
  }
  .history {
    position: absolute;
    right: 1px;
    top: 1px;
    height: 24px;
    width: 22px;
    display: flex;
    align-items: center;
    justify-content: center;
    background: var(--field);
  }
  .list {
    position: absolute;
    z-index: 5;
    top: 27px;
    left: 0;
    width: max(100%, min(360px, 100vw - 28px));
    box-sizing: border-box;
    max-height: 60vh;
    overflow-y: auto;
    padding: 2px;
    color: var(--vscode-editorSuggestWidget-foreground, var(--fg));
    background: var(--vscode-editorSuggestWidget-background, var(--bg));
    border: 1px solid var(--vscode-editorSuggestWidget-border, var(--edge));
  }
  .heading {
    padding: 3px 7px 1px;
    font-size: 0.85em;
    color: var(--dim);
  }
  .option {
    display: flex;
    gap: 6px;
    padding: 3px 7px;
    cursor: pointer;
    border: 1px solid transparent;
  }
  .option .text {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .option .detail {
    flex: 1;
    min-width: 30%;
    text-align: right;
    color: var(--dim);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pin {
    flex: none;
    color: var(--dim);
  }
  .pin.on {
    color: inherit;
  }
  .option:not(:hover, [aria-selected='true']) .pin:not(.on) {
    visibility: hidden;
  }
  .option:hover {
    background: var(--vscode-list-hoverBackground, var(--chip));
  }
  .option[aria-selected='true'] {
    color: var(--vscode-list-activeSelectionForeground, inherit);
    background: var(--vscode-list-activeSelectionBackground, var(--chip));
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .option[aria-selected='true'] .dim,
  .option[aria-selected='true'] .detail,
  .option[aria-selected='true'] .pin {
    color: inherit;
  }
`;
