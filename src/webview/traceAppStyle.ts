import { css } from 'lit';

/** The page as a whole. */
export const traceAppStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
    overflow-y: auto;
    background: var(--bg);
    font: var(--vscode-font-weight, normal) var(--vscode-font-size, 13px)/1.45 var(--vscode-font-family, sans-serif);
  }
  header,
  main,
  .before,
  .panel {
    display: flex;
    flex-direction: column;
  }
  main,
  .before,
  .panel {
    flex: 1 0 auto;
  }
  .panes {
    flex: 1 0 340px;
    min-height: 0;
    display: grid;
    grid-template-rows: minmax(0, 1fr);
    grid-template-columns: minmax(0, 1.4fr) minmax(0, 1fr);
  }
  .steps {
    display: flex;
    flex-direction: column;
    min-height: 0;
    border-right: 1px solid var(--line);
  }
  /* It stands above the steps, and the tab key comes to the steps first. */
  trace-find {
    order: -1;
  }
  trace-steps {
    flex: 1 1 auto;
  }
  .message {
    flex: 1;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 8px;
    padding: 40px 24px;
    text-align: center;
    color: var(--dim);
  }
  .message .icon {
    font-size: 32px;
  }
  .message .text {
    max-width: 52ch;
    color: var(--fg);
    text-wrap: balance;
  }
  .busy {
    height: 2px;
    background: linear-gradient(90deg, transparent, var(--vscode-progressBar-background, var(--blue)), transparent);
    background-size: 40% 100%;
    background-repeat: no-repeat;
    animation: run 1.2s linear infinite;
    margin-bottom: -2px;
    z-index: 1;
  }
  @keyframes run {
    from {
      background-position: -60% 0;
    }
    to {
      background-position: 160% 0;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .busy {
      animation: none;
      background-size: 100% 100%;
    }
  }
  header,
  main > *,
  .before > *,
  .panel > * {
    flex-shrink: 0;
  }
  .before {
    opacity: var(--past, 0.55);
  }
  .of-before {
    padding: 8px 14px 0;
    color: var(--dim);
    overflow-wrap: anywhere;
  }
  @media (max-width: 920px) {
    .panes {
      flex: none;
      grid-template-columns: none;
      grid-template-rows: auto auto;
    }
    .steps {
      border-right: 0;
      border-bottom: 1px solid var(--line);
      max-height: max(260px, 62vh);
    }
    trace-detail {
      overflow: visible;
    }
  }
`;
