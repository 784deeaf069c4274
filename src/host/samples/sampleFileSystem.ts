import * as vscode from 'vscode';
import type { SampleFiles } from './sampleFiles';

export const SAMPLE_SCHEME = 'iptables-sample';

export function sampleUri(file: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SAMPLE_SCHEME, path: `/${file}` });
}

/**
 * The samples as files of a folder that cannot be written to: they have names and neighbours as on a disk, and closing
 * them asks nothing. It works where the workspace has no disk.
 */
export class SampleFileSystem implements vscode.FileSystemProvider {
  /** Nothing ever changes. */
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]> = () => new vscode.Disposable(() => {});

  constructor(private readonly samples: SampleFiles) {}

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const known = { ctime: 0, mtime: 0, permissions: vscode.FilePermission.Readonly };
    if (uri.path === '/') return { ...known, type: vscode.FileType.Directory, size: 0 };
    return { ...known, type: vscode.FileType.File, size: (await this.readFile(uri)).byteLength };
  }

  async readDirectory(): Promise<[string, vscode.FileType][]> {
    return (await this.samples.all()).map(({ file }) => [file, vscode.FileType.File]);
  }

  async readFile({ path }: vscode.Uri): Promise<Uint8Array> {
    return this.samples.bytes(path.slice(1));
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
