import { css } from 'lit';
import { readable } from './readable';

/** The list of steps. */
export const traceStepsStyle = css`
  :host {
    --line-number: ${readable(css`var(--vscode-editorLineNumber-foreground, var(--dim))`)};
    display: block;
    overflow: auto;
    container-type: inline-size;
    min-height: 0;
  }
  .steps {
    padding: 4px 0 12px;
    min-height: 100%;
  }
  .tree:focus-visible {
    outline: none;
  }
  h3 {
    margin: 0;
    padding: 9px 14px 3px;
    color: var(--dim);
    font-weight: 400;
    font-size: 0.84em;
    letter-spacing: 0.06em;
    text-transform: uppercase;
    display: flex;
    gap: 8px;
    align-items: baseline;
  }
  h3 .result {
    color: var(--tone);
    font-weight: 600;
    letter-spacing: 0.03em;
  }
  .row {
    position: relative;
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr) auto;
    column-gap: 10px;
    align-items: baseline;
    padding: 1px 14px 1px 8px;
    line-height: 20px;
    cursor: pointer;
    border: 1px solid transparent;
    border-width: 1px 0;
  }
  .beside-kernel .row {
    padding-left: 20px;
  }
  .kernel {
    position: absolute;
    left: 7px;
    width: 12px;
    text-align: center;
    font-weight: 700;
    user-select: none;
  }
  .kernel.same {
    color: var(--green);
  }
  .kernel.differs {
    color: var(--orange);
  }
  .row.selected .kernel {
    color: inherit;
  }
  .counted .row {
    grid-template-columns: 40px 34px minmax(0, 1fr) auto;
  }
  .count {
    text-align: right;
    color: var(--line-number);
    font-size: 0.86em;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    display: none;
  }
  .counted .count {
    display: block;
  }
  .row.found {
    background: color-mix(in srgb, var(--vscode-editor-findMatchHighlightBackground, var(--fg)) 40%, transparent);
    outline: 1px dotted var(--vscode-editor-findMatchHighlightBorder, transparent);
    outline-offset: -1px;
  }
  .stuck {
    position: sticky;
    top: 0;
    height: 0;
    z-index: 1;
  }
  .stuck-rows {
    background: var(--bg);
    border-bottom: 1px solid var(--line);
    box-shadow: 0 3px 4px -2px var(--vscode-widget-shadow, transparent);
  }
  .stuck .row {
    height: 24px;
    overflow: hidden;
    background: var(--bg);
  }
  .stuck .row:hover {
    background: linear-gradient(var(--vscode-list-hoverBackground, var(--soft)) 0 0) var(--bg);
  }
  .stuck .heading {
    display: block;
    cursor: default;
    padding-left: 14px;
  }
  .stuck .heading .where {
    color: var(--dim);
    font-size: 0.84em;
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground, var(--soft));
  }
  .row.selected {
    background: var(--vscode-list-inactiveSelectionBackground, var(--soft));
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .tree:focus .row.selected {
    background: var(--vscode-list-activeSelectionBackground, var(--soft));
    color: var(--vscode-list-activeSelectionForeground, inherit);
    outline: 1px solid var(--vscode-list-focusOutline, var(--focus));
    outline-offset: -1px;
  }
  @media (forced-colors: active) {
    .row {
      border-color: Canvas;
    }
    .row.selected {
      border-color: Highlight;
    }
  }
  .number {
    text-align: right;
    color: var(--line-number);
    font-family: var(--mono);
    font-size: 0.86em;
    user-select: none;
  }
  .selected .number {
    color: var(--vscode-editorLineNumber-activeForeground, inherit);
  }
  .body {
    display: flex;
    min-width: 0;
    align-items: baseline;
  }
  .guide {
    flex: none;
    width: 17px;
    align-self: stretch;
    margin: -3px 0;
    border-left: 1px solid var(--vscode-tree-indentGuidesStroke, var(--line));
    position: relative;
    left: 8px;
  }
  .sign {
    flex: none;
    width: 18px;
    text-align: center;
    font-weight: 600;
    user-select: none;
    line-height: 1;
  }
  .twist {
    flex: none;
    width: 18px;
    color: var(--blue);
    text-align: center;
  }
  .s-no {
    color: var(--dim);
    font-weight: 700;
  }
  .s-yes,
  .s-accept,
  .s-end {
    color: var(--green);
  }
  .s-jump,
  .s-return {
    color: var(--blue);
  }
  .s-drop {
    color: var(--red);
  }
  .s-nat {
    color: var(--purple);
    font-size: 0.9em;
  }
  .s-unknown {
    color: var(--yellow);
  }
  .rule {
    min-width: 0;
    flex: 0 1 auto;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
    padding-left: 3px;
  }
  .rule.mono {
    flex: 1 1 auto;
    display: flex;
    column-gap: 1ch;
  }
  .asks,
  .remark {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .asks {
    flex: 0 1 auto;
  }
  .does {
    flex: 0 0 auto;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .remark {
    flex: 1 1 0;
  }
  .note {
    font-family: var(--vscode-font-family, inherit);
    font-size: inherit;
    color: var(--dim);
    white-space: normal;
  }
  .why {
    color: var(--dim);
    font-size: 0.92em;
    white-space: nowrap;
    text-align: right;
    max-width: 46cqw;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .selected .why {
    color: inherit;
  }
  .tree:focus .selected .note {
    color: inherit;
  }
  .decides .why,
  .stops .why {
    font-weight: 600;
  }
  .decides:not(.selected) .why {
    color: var(--purple);
  }
  .stops:not(.selected) .why {
    color: var(--red);
  }
  .quiet {
    font-size: 0.96em;
  }
  .quiet .why {
    white-space: normal;
  }
  .quiet .where {
    font-size: 0.84em;
    letter-spacing: 0.06em;
    text-transform: uppercase;
    color: var(--dim);
    margin-right: 8px;
  }
  .fold {
    color: var(--dim);
  }
  .fold:hover {
    color: var(--fg);
  }
  @container (max-width: 520px) {
    .row {
      grid-template-columns: 32px minmax(0, 1fr);
      column-gap: 6px;
      padding-left: 2px;
    }
    .counted .row {
      grid-template-columns: 32px 28px minmax(0, 1fr);
    }
    .counted .why {
      grid-column: 3;
    }
    .why {
      grid-column: 2;
      text-align: left;
      max-width: none;
      padding-left: calc(21px + var(--depth, 0) * 12px);
      line-height: 15px;
      white-space: normal;
    }
    .d1 {
      --depth: 1;
    }
    .d2 {
      --depth: 2;
    }
    .d3 {
      --depth: 3;
    }
    .d4 {
      --depth: 4;
    }
    .d5 {
      --depth: 5;
    }
    .d6 {
      --depth: 6;
    }
    .remark {
      display: none;
    }
    .note {
      overflow-wrap: anywhere;
    }
    .guide {
      width: 12px;
      left: 5px;
    }
    h3 {
      padding-left: 10px;
    }
  }
`;
