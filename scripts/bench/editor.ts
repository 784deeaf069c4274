import type { TextEdit } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { editedModel } from '../../src/features/editedModel';
import { modelOf, type FileModel } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { symbolsOf } from '../../src/features/symbols';
import type { Figure, Measured } from './measure';

const NAME = '/etc/iptables/rules.v4';

/** What the editor asks of a rules file: when it is opened, and after each edit. */
export function editor(text: string, run: (what: string, times: number, work: Measured) => Figure): readonly Figure[] {
  const open = (): FileModel => modelOf(parseSourceFile(text, { fileName: NAME }));
  let opened = open();
  let model = open();
  const line = Math.floor(model.file.lines.length / 2);
  const column = model.file.lines[line]?.text.length ?? 0;
  let step = 0;
  const edit = (make: (even: boolean) => TextEdit): void => {
    model = editedModel(model, make(step++ % 2 === 0));
  };
  const within = (startColumn: number, endColumn: number, newText: string): TextEdit => ({
    startLine: line,
    startColumn,
    endLine: line,
    endColumn,
    newText,
  });
  const toProblems = (make: (even: boolean) => TextEdit) => () => {
    edit(make);
    return fileDiagnostics(model, NAME);
  };
  const letter = model.file.lines[line]?.text.charAt(1) ?? 'A';
  const same = (): TextEdit => within(1, 2, letter);
  const wrong = (even: boolean): TextEdit =>
    even ? within(column, column, ' --dport x') : within(column, column + 10, '');
  const above = (even: boolean): TextEdit =>
    even ? within(0, 0, '-A KUBE-MARK-MASQ -s 192.0.2.1/32 -j RETURN\n') : { ...within(0, 0, ''), endLine: line + 1 };
  return [
    run('editor, opened: parse, and the problems', 3, () => fileDiagnostics((opened = open()), NAME)),
    run('editor: the first hover after that', 1, () => hoverAt(opened, line, 4)),
    run('editor: the first outline after that', 1, () => symbolsOf(opened)),
    run('editor: a hover first, and then the problems', 3, () => {
      opened = open();
      hoverAt(opened, line, 4);
      fileDiagnostics(opened, NAME);
    }),
    run('edit within a rule, to the problems (the first binds)', 60, toProblems(same)),
    run('edit that makes a rule wrong, or right again, to the problems', 20, toProblems(wrong)),
    run('a rule put in, or taken out, to the problems', 60, toProblems(above)),
    run('edit, and a hover over a chain', 20, () => {
      edit(same);
      hoverAt(model, line, 4);
    }),
    run('edit, and a hover over the last value', 20, () => {
      edit(same);
      hoverAt(model, line, column - 2);
    }),
    run('edit, and the outline', 10, () => {
      edit(same);
      symbolsOf(model);
    }),
  ];
}
