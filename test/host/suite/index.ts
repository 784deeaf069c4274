import * as vscode from 'vscode';
import { cases } from './cases';
import { closeAllEditors } from './editor';

/** Milliseconds that one case may take: it ends long before, unless something hangs. */
const timeout = 600_000;

/**
 * Entry point that VS Code calls (`extensionTestsPath`), in a Node and in a web extension host alike.
 * The last line it writes is the result that scripts/host/suite.mjs reads; it rejects where a case failed.
 */
export async function run(): Promise<void> {
  const results: string[] = [];
  let failed = 0;
  for (const { name, run: test } of cases) {
    const start = Date.now();
    try {
      await inTime(test());
      results.push(`✓ ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed++;
      results.push(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    try {
      await closeAllEditors();
    } catch (error) {
      failed++;
      results.push(
        `✗ the editors are closed after "${name}": ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  const node = typeof process === 'object' ? process.versions?.node : undefined;
  const host = {
    version: vscode.version,
    application: vscode.env.uiKind === vscode.UIKind.Desktop ? 'desktop' : 'in a browser',
    extensionHost: node ? 'node' : 'worker',
  };
  console.log(`HOST-RESULT ${JSON.stringify({ ...host, passed: cases.length - failed, failed, results })}`);
  if (failed) throw new Error(`${failed} of ${cases.length} cases failed`);
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result within ${timeout / 1000} s`)), timeout);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
