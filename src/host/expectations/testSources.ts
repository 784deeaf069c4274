import * as vscode from 'vscode';
import { decodeUtf8 } from '../../core/text/utf8';
import { parseSourceFile } from '../../core/syntax/parse';
import { modelOf, type FileModel } from '../../features/fileModel';
import type { Expectation, ReadExpectations } from '../../features/expectations/expectation';
import {
  hasMarkedExpectations,
  readExpectations,
  type ExpectationForm,
} from '../../features/expectations/readExpectations';
import { isExpectationFile, rulesBeside } from '../../features/expectations/rulesBeside';
import type { HostFile } from '../../features/expectations/runExpectation';
import { mayHaveRules, type Documents } from '../documents';
import { fileName } from '../fileName';

/** The rules that an expectation is about. */
export interface RulesFound {
  readonly uri: vscode.Uri;
  readonly model: FileModel;
}

/** In bytes: what is larger is not read from disk. */
const LARGEST = 200_000_000;

/** Texts with expectations and the rules that they are about: of open documents as they stand, else from disk. */
export class TestSources {
  /** Of files that are not open; another state of the file has another stamp. */
  private readonly read = new Map<string, { readonly stamp: string; readonly model: FileModel }>();

  constructor(private readonly documents: Documents) {}

  /** How the lines of a document are read; undefined: it has no expectations. */
  formOf(document: vscode.TextDocument): ExpectationForm | undefined {
    if (!mayHaveExpectations(document)) return undefined;
    if (document.languageId === 'iptest') return 'iptest';
    return hasMarkedExpectations(document.getText()) ? 'marked' : undefined;
  }

  /** The expectations of a file; undefined where it has none or cannot be read. */
  async expectationsOf(uri: vscode.Uri): Promise<(ReadExpectations & { readonly form: ExpectationForm }) | undefined> {
    const open = openDocument(uri);
    const text = open ? open.getText() : await textOf(uri);
    if (text === undefined) return undefined;
    const form = open
      ? this.formOf(open)
      : isExpectationFile(uri.path)
        ? 'iptest'
        : hasMarkedExpectations(text)
          ? 'marked'
          : undefined;
    return form && { form, ...readExpectations(text, form) };
  }

  /** `written`: after `@file`. A problem says what to write. */
  async rulesFor(
    uri: vscode.Uri,
    form: ExpectationForm,
    written: string | undefined,
  ): Promise<RulesFound | { readonly problem: string }> {
    const place = form === 'marked' ? uri : written === undefined ? await beside(uri) : placeOf(uri, written);
    if ('problem' in place) return place;
    const open = openDocument(place);
    const model = open ? this.modelOfOpen(open) : await this.modelOnDisk(place);
    if (!model) return { problem: `${fileName(place)} cannot be read` };
    return model.defaultDump ? { uri: place, model } : { problem: `there are no rules in ${fileName(place)}` };
  }

  /** The objects of the files that `@host` names, by name. */
  async hostFiles(uri: vscode.Uri, expectations: readonly Expectation[]): Promise<(name: string) => HostFile> {
    const found = new Map<string, HostFile>();
    for (const { settings } of expectations) {
      if (!settings.host || !('path' in settings.host) || found.has(settings.host.path)) continue;
      found.set(settings.host.path, await hostFile(placeOf(uri, settings.host.path)));
    }
    return (name) => found.get(name) ?? { problem: `${name} cannot be read` };
  }

  private modelOfOpen(document: vscode.TextDocument): FileModel {
    return (
      this.documents.modelOf(document) ??
      modelOf(parseSourceFile(document.getText(), { fileName: document.fileName, languageId: document.languageId }))
    );
  }

  private async modelOnDisk(uri: vscode.Uri): Promise<FileModel | undefined> {
    const key = uri.toString();
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(uri);
      const stamp = `${mtime} ${size}`;
      const known = this.read.get(key);
      if (known?.stamp === stamp) return known.model;
      if (size > LARGEST) return undefined;
      const text = decodeUtf8(await vscode.workspace.fs.readFile(uri));
      const model = modelOf(parseSourceFile(text, { fileName: uri.path }));
      this.read.set(key, { stamp, model });
      return model;
    } catch {
      this.read.delete(key);
      return undefined;
    }
  }
}

/**
 * Whether it is worth looking for expectations in a document. It does not ask for the text, which the editor puts
 * together anew after each edit.
 */
export function mayHaveExpectations(document: vscode.TextDocument): boolean {
  return mayHaveRules(document) || (document.languageId === 'iptest' && document.uri.scheme !== 'output');
}

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === key);
}

export function folderOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..');
}

/** The names of the files in a folder; none where it cannot be listed. */
export async function filesIn(folder: vscode.Uri): Promise<readonly string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries.flatMap(([name, type]) => (type & vscode.FileType.Directory ? [] : [name]));
  } catch {
    return [];
  }
}

async function beside(uri: vscode.Uri): Promise<vscode.Uri | { readonly problem: string }> {
  if (uri.scheme === 'untitled')
    return { problem: 'an untitled file has no rules beside it: name them with "@file NAME"' };
  const folder = folderOf(uri);
  const found = rulesBeside(fileName(uri), await filesIn(folder));
  return 'problem' in found ? found : vscode.Uri.joinPath(folder, found.name);
}

/** A name after `@file` or `@host`: a URI, a path, or a path from the folder of the file. */
function placeOf(uri: vscode.Uri, written: string): vscode.Uri {
  if (/^[a-z][\w+.-]+:/i.test(written)) return vscode.Uri.parse(written);
  if (written.startsWith('/'))
    return uri.scheme === 'untitled' ? vscode.Uri.file(written) : uri.with({ path: written });
  const folder = uri.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0]?.uri : folderOf(uri);
  return vscode.Uri.joinPath(folder ?? uri, written);
}

/** The text of a file; undefined where it cannot be read. An untitled one is nowhere but in the editor. */
export async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  if (uri.scheme === 'untitled') return undefined;
  try {
    return decodeUtf8(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

async function hostFile(uri: vscode.Uri): Promise<HostFile> {
  const text = openDocument(uri)?.getText() ?? (await textOf(uri));
  if (text === undefined) return { problem: `${fileName(uri)} cannot be read` };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `${fileName(uri)} is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
