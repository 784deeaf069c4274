import * as vscode from 'vscode';
import type { ErrorEdge } from '../edge';
import { SampleFiles, type Sample } from './sampleFiles';
import { SAMPLE_SCHEME, SampleFileSystem, sampleUri } from './sampleFileSystem';

/** The files that come with the extension, and the command that opens one. */
export function registerSamples(extension: vscode.Uri, edge: ErrorEdge): vscode.Disposable {
  const samples = new SampleFiles(extension);
  return vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(SAMPLE_SCHEME, new SampleFileSystem(samples), { isReadonly: true }),
    vscode.commands.registerCommand(
      'iptables.openSample',
      edge.command('Open Sample', (about: unknown) => openSample(samples, about)),
    ),
  );
}

/** `about`: the name of one, from a link; else the user is asked. */
async function openSample(samples: SampleFiles, about: unknown): Promise<void> {
  const all = await samples.all();
  const sample = all.find(({ file }) => file === about) ?? (await choose(all));
  if (!sample) return;
  const document = await vscode.workspace.openTextDocument(sampleUri(sample.file));
  await vscode.window.showTextDocument(document, { preview: false });
  // Not waited for: the file is open, whether or not the question is answered.
  void offer(document);
}

async function choose(all: readonly Sample[]): Promise<Sample | undefined> {
  const chosen = await vscode.window.showQuickPick(
    all.map((sample) => ({ label: sample.title, description: sample.file, detail: sample.description, sample })),
    {
      title: 'Open a Sample',
      placeHolder: 'A file to try iptables Lens on',
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  return chosen?.sample;
}

const TRACE = 'Trace a Packet';
const RUN = 'Run the Expectations';
const COPY = 'Edit a Copy';

async function offer(document: vscode.TextDocument): Promise<void> {
  const next = document.languageId === 'iptest' ? RUN : TRACE;
  const chosen = await vscode.window.showInformationMessage('This sample cannot be changed.', next, COPY);
  if (chosen === COPY) {
    const { languageId: language } = document;
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ content: document.getText(), language }),
    );
  } else if (chosen === TRACE) await vscode.commands.executeCommand('iptables.tracePacket', document.uri);
  else if (chosen === RUN) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('testing.runCurrentFile');
  }
}
