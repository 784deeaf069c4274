import { css } from 'lit';

/** The ways in and out: columns as far as there is room, each a line that is read from top to bottom. */
export const traceWaysStyle = css`
  :host {
    display: block;
    padding: 10px 14px 16px;
  }
  h2,
  h3,
  p {
    margin: 0;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 12px;
    margin-bottom: 10px;
  }
  h2 {
    font-size: 1.15em;
    font-weight: 600;
  }
  .of {
    flex: 1 1 auto;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .back {
    border-color: var(--edge);
    padding: 0 8px;
  }
  .remark,
  .loop {
    display: flex;
    gap: 6px;
    margin-bottom: 8px;
    overflow-wrap: anywhere;
  }
  .remark {
    color: var(--orange);
  }
  .loop {
    color: var(--red);
    padding: 6px 12px 0;
  }
  .ways {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 540px), 1fr));
    gap: 12px;
    align-items: start;
  }
  .way {
    border: 1px solid var(--edge);
    border-radius: 6px;
    min-width: 0;
    padding-bottom: 10px;
  }
  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 10px;
    align-items: center;
    padding: 8px 12px;
    margin-bottom: 8px;
    border-bottom: 1px solid var(--line);
  }
  h3 {
    font-size: 1.08em;
    font-weight: 600;
  }
  .title {
    grid-column: 1 / -1;
    overflow-wrap: anywhere;
  }
  .badge.whole {
    font-size: 0.9em;
    padding: 1px 8px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0 12px;
  }
  .station {
    display: flex;
    align-items: baseline;
    flex-wrap: wrap;
    gap: 0 6px;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .dot {
    flex: none;
    align-self: center;
    width: 11px;
    height: 11px;
    border-radius: 50%;
    border: 2px solid var(--tone, var(--dim));
    background: var(--bg);
  }
  .hop {
    margin-left: 5px;
    border-left: 2px solid var(--tone, var(--line));
    padding: 4px 0 4px 12px;
    min-width: 0;
  }
  .leg {
    display: grid;
    grid-template-columns: 12px minmax(0, 1fr) auto;
    gap: 0 6px;
    align-items: baseline;
    width: 100%;
    text-align: left;
    padding: 3px 6px;
    border-radius: 4px;
  }
  button.leg:hover {
    background: var(--vscode-list-hoverBackground, var(--soft));
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
  }
  .what {
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .number {
    color: var(--dim);
    margin-right: 3px;
  }
  .arrow {
    color: var(--dim);
  }
  .reply .mark {
    color: var(--green);
  }
  .reply.unsure .mark {
    color: var(--yellow);
  }
  .reply.lost .what,
  .reply.lost .mark {
    color: var(--red);
  }
  .change {
    display: block;
    color: var(--yellow);
    font-family: var(--mono);
    font-size: 0.95em;
  }
  .decided,
  .note,
  .why {
    padding: 0 6px 2px 24px;
    font-size: 0.95em;
    overflow-wrap: anywhere;
  }
  .note {
    padding: 0 6px 3px;
  }
  .before {
    padding: 0 1px;
  }
  .end {
    padding: 8px 12px 0;
    overflow-wrap: anywhere;
  }
  .fold {
    margin-top: 8px;
  }
  .way .fold {
    margin: 8px 12px 0;
    border-top: 1px dashed var(--edge);
    padding-top: 6px;
  }
  .fold .title {
    display: inline-flex;
    gap: 3px;
    text-align: left;
  }
  .fold .title:hover {
    color: var(--fg);
  }
  .fold ol {
    padding: 6px 0 0;
  }
  .fold .hop {
    border-left-style: dashed;
  }
  .fold ul {
    margin: 4px 0 0;
    padding-left: 22px;
  }
  .fold li {
    overflow-wrap: anywhere;
  }
  .station.again {
    --tone: var(--red);
    color: var(--red);
  }
  @media (max-width: 520px) {
    :host {
      padding: 10px 8px 14px;
    }
    .leg {
      grid-template-columns: 12px minmax(0, 1fr);
    }
    .leg .badge,
    .leg .mark {
      grid-column: 2;
      justify-self: start;
    }
    .reply .mark {
      grid-column: 1;
      grid-row: 1;
    }
    .reply .arrow {
      display: none;
    }
  }
`;
