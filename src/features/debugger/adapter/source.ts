import type { DebugProtocol } from '@vscode/debugprotocol';
import type { RequestArguments } from './requestArguments';
import type { Running } from './running';

/** The file that the packet goes through, as the client names it. */
export function sourceOf({ debuggee: { name, path } }: Running): DebugProtocol.Source {
  return { name, path };
}

/** Whether a source of a request is that file. */
export function isProgram(source: RequestArguments, running: Running | undefined): boolean {
  return isPath(source, running?.debuggee.path);
}

/** Whether a source of a request is the file of a path. */
export function isPath(source: RequestArguments, path: string | undefined): boolean {
  const given = source.optionalText('path');
  return given !== undefined && path !== undefined && samePath(given, path);
}

/** The letter of a drive comes in either case. */
function samePath(a: string, b: string): boolean {
  const plain = (path: string): string => path.replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
  return plain(a) === plain(b);
}
