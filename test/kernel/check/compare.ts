import { printRuleSet } from '../../../src/features/canonical';
import { checkFile, checkRules } from '../../../src/features/diagnostics';
import { boundRules, rulesFile } from '../../../src/features/rulesOfText';
import { emptied, type CheckAnswer } from './checkCase';

/** What the kernel checks and iptables-restore --test does not. */
const OF_THE_KERNEL: ReadonlySet<string> = new Set(['wrong-table', 'wrong-chain', 'wrong-protocol']);

/** Where `check` or `print` say otherwise than iptables-legacy-restore and -save; undefined where they agree. */
export function disagreement(answer: CheckAnswer): string | undefined {
  const { family, text, refused, byKernel, readOnly, message, saved } = answer;
  // Read and bound once for both questions, as the command line does.
  const file = rulesFile(text);
  const errors = checkFile(file, family).filter(
    ({ severity, code }) => severity === 'error' && !(readOnly && OF_THE_KERNEL.has(code)),
  );
  if (refused && errors.length === 0)
    return `iptables-restore refuses it${message === undefined ? '' : ` (${message.split('\n')[0] ?? ''})`}, check has no error`;
  if (refused) return readOnly ? undefined : disagreementOfEmptied(text, family, byKernel === true);
  if (errors.length > 0)
    return `iptables-restore takes it, check says: ${errors.map((error) => `${error.code} ${error.message}`).join('; ')}`;
  if (saved === undefined) return undefined;
  const own = printRuleSet(boundRules(file, family));
  if (own === saved) return undefined;
  const [left, right] = [own.split('\n'), saved.split('\n')];
  const at = right.findIndex((line, i) => line !== left[i]);
  return `iptables-save prints ${JSON.stringify(right[at] ?? '')}, print says ${JSON.stringify(left[at] ?? '')}`;
}

/** Of a text that is refused: where its tables are emptied, what the kernel alone refuses counts no more. */
function disagreementOfEmptied(text: string, family: 4 | 6, byKernel: boolean): string | undefined {
  const errors = checkRules(emptied(text), family).filter(({ severity }) => severity === 'error');
  if (byKernel === (errors.length === 0)) return undefined;
  return byKernel
    ? `iptables-restore takes it with -F before COMMIT, check says then: ${errors.map((error) => `${error.code} ${error.message}`).join('; ')}`
    : 'iptables-restore refuses it with -F before COMMIT too, check has no error then';
}
