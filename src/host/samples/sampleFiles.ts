import * as vscode from 'vscode';
import { isRecord } from '../../core/net/jsonFields';

/** A file that comes with the extension, to try it on. */
export interface Sample {
  readonly file: string;
  readonly title: string;
  /** One line on what can be asked of it. */
  readonly description: string;
}

/** The files in the folder `sample` of the extension, in the order of its list. */
export class SampleFiles {
  private list: Promise<readonly Sample[]> | undefined;
  private readonly read = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly extension: vscode.Uri) {}

  all(): Promise<readonly Sample[]> {
    return (this.list ??= this.readList());
  }

  /** Rejects where there is no such sample. An extension on the web has files that can be read and not be listed. */
  async bytes(file: string): Promise<Uint8Array> {
    if (!(await this.all()).some((each) => each.file === file)) throw vscode.FileSystemError.FileNotFound(file);
    let bytes = this.read.get(file);
    if (!bytes) this.read.set(file, (bytes = this.readFile(file)));
    return bytes;
  }

  private async readList(): Promise<readonly Sample[]> {
    const list: unknown = JSON.parse(new TextDecoder().decode(await this.readFile('samples.json')));
    return Array.isArray(list) ? list.filter(isSample) : [];
  }

  private async readFile(file: string): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.extension, 'sample', file));
  }
}

function isSample(value: unknown): value is Sample {
  return isRecord(value) && ['file', 'title', 'description'].every((field) => typeof value[field] === 'string');
}
