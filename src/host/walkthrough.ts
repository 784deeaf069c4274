import * as vscode from 'vscode';

/** What a person does in a step of the walkthrough that no command and no other context shows. */
export type WalkthroughContext = 'iptables.hovered' | 'iptables.remedyTried';

const reached = new Set<WalkthroughContext>();

/** The step is done: package.json names the context in its `completionEvents`. */
export function completeStep(context: WalkthroughContext): void {
  if (reached.has(context)) return;
  reached.add(context);
  void vscode.commands.executeCommand('setContext', context, true);
}
