import * as vscode from 'vscode';
import type { Documents } from '../documents';
import type { ErrorEdge } from '../edge';
import type { TracePanels } from '../tracePanels';
import { registerAddExpectation } from './addExpectation';
import { ExpectationLanguage } from './expectationLanguage';
import { TestRuns } from './testRuns';
import { TestSources } from './testSources';
import { TestTree } from './testTree';

/** Expectations in the editor: the Testing view, results in the gutter, coverage. */
export class Expectations implements vscode.Disposable {
  readonly runs: TestRuns;
  readonly tree: TestTree;
  private readonly disposable: vscode.Disposable;

  constructor(documents: Documents, panels: TracePanels, edge: ErrorEdge) {
    const controller = vscode.tests.createTestController('iptables.expectations', 'iptables');
    const sources = new TestSources(documents);
    this.tree = new TestTree(controller, sources, edge);
    this.runs = new TestRuns(controller, this.tree, sources, edge);
    this.disposable = vscode.Disposable.from(
      this.runs,
      this.tree,
      new ExpectationLanguage(sources, edge),
      registerAddExpectation(panels, this.tree, edge),
      controller,
    );
  }

  dispose(): void {
    this.disposable.dispose();
  }
}
