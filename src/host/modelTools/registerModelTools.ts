import * as vscode from 'vscode';
import { markdownText } from '../../core/text/markdown';
import { visible } from '../../core/text/visible';
import { checkForModel, CHECK_FIELDS } from '../../features/modelTools/checkRulesTool';
import { explainForModel, EXPLAIN_FIELDS } from '../../features/modelTools/explainChainTool';
import type { ToolFile } from '../../features/modelTools/toolFile';
import { ToolInput, type ToolFields, type ToolProblem } from '../../features/modelTools/toolInput';
import { traceForModel, TRACE_FIELDS } from '../../features/modelTools/tracePacketTool';
import type { Documents } from '../documents';
import type { ErrorEdge } from '../edge';
import type { TracePanels } from '../tracePanels';
import { editorTools, type EditorTool } from './editorTools';
import { ToolFiles } from './toolFiles';

interface ModelTool {
  readonly name: string;
  readonly fields: ToolFields;
  /** Followed by the name of a file: `Trace a packet through`. */
  readonly does: string;
  /** What of a file goes out. */
  readonly givesAway: string;
  readonly answer: (file: ToolFile | undefined, input: ToolInput) => string | ToolProblem;
}

const NO_FILE: ToolProblem = {
  problem: 'no file with iptables rules is open: name one as "file", or give the text as "rules"',
};

const TOOLS: readonly ModelTool[] = [
  {
    name: 'iptables_trace_packet',
    fields: TRACE_FIELDS,
    does: 'Trace a packet through',
    givesAway: 'The rules that the packet meets, and the addresses and names in them,',
    answer: (file, input) => (file ? traceForModel(file, input) : NO_FILE),
  },
  {
    name: 'iptables_explain_chain',
    fields: EXPLAIN_FIELDS,
    does: 'Explain a name with',
    givesAway: 'The rules of the chain, and which chains jump to it,',
    answer: explainForModel,
  },
  {
    name: 'iptables_check_rules',
    fields: CHECK_FIELDS,
    does: 'Check the rules of',
    givesAway: 'What is wrong with rules, and the words in them that are,',
    answer: (file) => (file ? checkForModel(file) : NO_FILE),
  },
];

/** Tools for language models, in an editor that has some. They read files and change nothing. */
export function registerModelTools(documents: Documents, panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  const editor = editorTools();
  if (!editor) return new vscode.Disposable(() => {});
  const files = new ToolFiles(documents, panels);
  return vscode.Disposable.from(
    ...TOOLS.map((tool) =>
      editor.register(tool.name, {
        prepareInvocation: ({ input }) => prepared(tool, input, files),
        invoke: async ({ input }) => {
          const answer = await edge.run<Promise<string | ToolProblem>>(
            'Tool for language models',
            () => answerOf(tool, input, files),
            () => Promise.resolve({ problem: 'an error in iptables Lens; its log says what to report' }),
          );
          // Such an error makes the model call it in another way.
          if (typeof answer !== 'string') throw new Error(visible(answer.problem));
          return editor.result(answer);
        },
      }),
    ),
  );
}

/** Nothing of the user's files goes to a model unasked. */
function prepared(
  { fields, does, givesAway }: ModelTool,
  given: unknown,
  files: ToolFiles,
): ReturnType<EditorTool['prepareInvocation']> {
  const input = ToolInput.read(given, fields);
  const file = 'problem' in input ? undefined : files.asked(input);
  if (file === undefined) return { invocationMessage: `${does} rules` };
  const words =
    `${givesAway} are given to the language model. They are in **${markdownText(visible(file))}**, which is not ` +
    'changed.';
  return {
    invocationMessage: visible(`${does} ${file}`),
    confirmationMessages: { title: visible(`${does} ${file}`), message: new vscode.MarkdownString(words) },
  };
}

async function answerOf(
  { fields, answer }: ModelTool,
  given: unknown,
  files: ToolFiles,
): Promise<string | ToolProblem> {
  const input = ToolInput.read(given, fields);
  if ('problem' in input) return input;
  const file = await files.of(input);
  return file && 'problem' in file ? file : answer(file, input);
}
