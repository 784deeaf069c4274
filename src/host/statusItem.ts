import * as vscode from 'vscode';
import { visible } from '../core/text/visible';
import { ruleSetName } from '../features/ruleSetName';
import { counted } from '../features/traceReport/traceInput';
import { debounced } from './debounced';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';

/** Milliseconds of silence after an edit. */
const PAUSE = 500;

/** In the status bar, what the active editor has to be traced: `iptables: 2 rule sets · Trace`. */
export function registerStatusItem(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('iptables.trace', vscode.StatusBarAlignment.Left, 40);
  item.name = 'iptables';
  item.command = 'iptables.tracePacket';
  const update = edge.event('Status item', () => {
    const document = vscode.window.activeTextEditor?.document;
    const model = document && documents.hasRules(document) ? documents.modelOf(document) : undefined;
    if (!model || model.dumps.length === 0) return item.hide();
    const { dumps } = model;
    item.text = `$(play-circle) iptables: ${counted(dumps.length, 'rule set')} · Trace`;
    item.tooltip =
      `${dumps.map((dump) => visible(`${ruleSetName(model, dump)}, ${dump.detail}`)).join('\n')}\nTrace a packet ` +
      'through them';
    item.accessibilityInformation = { label: `${counted(dumps.length, 'iptables rule set')}, trace a packet` };
    item.show();
  });
  update();
  // The number of rule sets is not worth reading a large file for with each key that is pressed.
  const later = debounced(update);
  return vscode.Disposable.from(
    item,
    later,
    vscode.window.onDidChangeActiveTextEditor(update),
    documents.onDidChange((document) => {
      if (document === vscode.window.activeTextEditor?.document) later.call('', PAUSE, undefined);
    }),
  );
}
