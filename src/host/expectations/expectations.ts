import * as vscode from 'vscode';
import type { Documents } from '../documents';
import type { ErrorEdge } from '../edge';
import { ExpectationLanguage } from './expectationLanguage';
import { TestRuns } from './testRuns';
import { TestSources } from './testSources';
import { TestTree } from './testTree';

/** Expectations in the editor: the Testing view, results in the gutter, coverage. */
export class Expectations implements vscode.Disposable {
  readonly sources: TestSources;
  readonly tree: TestTree;
  private readonly disposable: vscode.Disposable;

  constructor(documents: Documents, edge: ErrorEdge) {
    const controller = vscode.tests.createTestController('iptables.expectations', 'iptables');
    this.sources = new TestSources(documents);
    this.tree = new TestTree(controller, this.sources, edge);
    const runs = new TestRuns(controller, this.tree, this.sources, edge);
    this.disposable = vscode.Disposable.from(runs, this.tree, new ExpectationLanguage(this.sources, edge), controller);
  }

  dispose(): void {
    this.disposable.dispose();
  }
}
