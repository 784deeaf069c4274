import * as vscode from 'vscode';

/**
 * A tool for language models, as VS Code has them from 1.95 on. The types that the extension is built with have none.
 */
export interface EditorTool {
  prepareInvocation(options: { readonly input: unknown }): {
    readonly invocationMessage: string;
    readonly confirmationMessages?: { readonly title: string; readonly message: vscode.MarkdownString };
  };
  /** Rejects with a message that is meant for the model. */
  invoke(options: { readonly input: unknown }, token: vscode.CancellationToken): Promise<object>;
}

/** What an editor offers to register tools with. */
export interface EditorTools {
  readonly register: (name: string, tool: EditorTool) => vscode.Disposable;
  readonly result: (text: string) => object;
}

/** undefined in an editor that has no such tools. */
export function editorTools(): EditorTools | undefined {
  // Before that they were a proposal, which throws where it is used.
  const [major = 0, minor = 0] = vscode.version.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < 95)) return undefined;
  const {
    lm,
    LanguageModelToolResult: Result,
    LanguageModelTextPart: Part,
  } = vscode as {
    readonly lm?: { readonly registerTool?: (name: string, tool: EditorTool) => vscode.Disposable };
    readonly LanguageModelToolResult?: new (content: readonly object[]) => object;
    readonly LanguageModelTextPart?: new (text: string) => object;
  };
  const register = lm?.registerTool?.bind(lm);
  return register && Result && Part ? { register, result: (text) => new Result([new Part(text)]) } : undefined;
}
