import { canonicalText } from '../../../src/features/canonical';
import { checkRules } from '../../../src/features/diagnostics';
import type { CheckAnswer } from './checkCase';

/** What the kernel checks and iptables-restore --test does not. */
const OF_THE_KERNEL: ReadonlySet<string> = new Set(['wrong-table', 'wrong-chain', 'wrong-protocol']);

/** Where `check` or `print` say otherwise than iptables-legacy-restore and -save; undefined where they agree. */
export function disagreement({ family, text, refused, readOnly, message, saved }: CheckAnswer): string | undefined {
  const errors = checkRules(text, family).filter(
    ({ severity, code }) => severity === 'error' && !(readOnly && OF_THE_KERNEL.has(code)),
  );
  if (refused)
    return errors.length > 0
      ? undefined
      : `iptables-restore refuses it${message === undefined ? '' : ` (${message.split('\n')[0] ?? ''})`}, check has no error`;
  if (errors.length > 0)
    return `iptables-restore takes it, check says: ${errors.map((error) => `${error.code} ${error.message}`).join('; ')}`;
  if (saved === undefined) return undefined;
  const own = canonicalText(text, family);
  if (own === saved) return undefined;
  const [left, right] = [own.split('\n'), saved.split('\n')];
  const at = right.findIndex((line, i) => line !== left[i]);
  return `iptables-save prints ${JSON.stringify(right[at] ?? '')}, print says ${JSON.stringify(left[at] ?? '')}`;
}
