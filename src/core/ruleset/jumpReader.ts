import type { Word } from '../syntax/tree';
import { utf8Length } from '../text/utf8';
import { ofKernel, ofLegacy } from '../xtables/backend';
import type { TargetExtension } from '../xtables/extension';
import { targetNamed } from '../xtables/registry';
import { unknownTargetHelp } from './optionHelp';
import type { OptionReader, RuleSurroundings } from './optionReader';
import type { RuleContext } from './parsedRule';
import type { BoundTarget } from './ruleSet';
import type { WordCursor } from './wordCursor';

/** XT_EXTENSION_MAXNAMELEN less the final zero. */
const LONGEST_NAME = 28;

/** Collects `-j` and `-g`, of which a rule has at most one. */
export class JumpReader {
  /** A jump to a chain, or a target that nobody knows. */
  jump: BoundTarget | undefined;
  /** Where the words after `-jTARGET` begin. */
  attached: number | undefined;
  private target: OptionReader | undefined;
  private jumpGiven = false;
  private gotoGiven = false;
  /** What comes after a target that is not known. */
  private afterUnknown: Word[] = [];

  constructor(
    private readonly context: RuleContext,
    private readonly rule: RuleSurroundings,
    private readonly load: (target: TargetExtension, word: Word) => OptionReader,
  ) {}

  /**
   * Reads what comes after `-j` or `-g`. Where it is not known, the list that collects the words after it is given
   * back, because they may be its options.
   */
  read(value: Word, goto: boolean, option: Word): Word[] | undefined {
    if (goto ? this.gotoGiven : this.jumpGiven) {
      this.rule.report(option, 'duplicate-option', `${option.text} was given before: a rule has one target`);
      return undefined;
    }
    if (this.jump || this.target) {
      this.rule.report(option, 'exclusive-option', '-j and -g cannot be in one rule');
      return undefined;
    }
    if (value.text.length * 3 > LONGEST_NAME && utf8Length(value.text) > LONGEST_NAME) {
      this.rule.report(
        value,
        'bad-value',
        `"${value.text}" cannot be the name of a target: it has at most ${LONGEST_NAME} bytes`,
      );
    }
    if (value.text === '')
      this.rule.report(
        value,
        'bad-value',
        `${option.text} needs a name: iptables jumps to no chain without one, even where -E made it`,
      );
    if (goto) this.gotoGiven = true;
    else this.jumpGiven = true;
    const chain = this.context.chains.get(value.text);
    // The library of the verdicts has this name and no target of its own.
    if (value.text === 'standard' && (chain || !goto)) {
      const message = '"standard" cannot be jumped to: call the chain something else';
      const { backend } = this.context;
      this.rule.addComplaint(
        value,
        chain ? ofLegacy(backend, 'unknown-target', message) : ofKernel(backend, 'sent', 'unknown-target', message),
      );
      if (!chain) {
        // Options after it are read as if there were no target.
        this.jump = { kind: 'unknown', name: value.text, options: '', word: value };
        return undefined;
      }
    }
    if (chain) {
      if (chain.hook !== undefined)
        this.rule.report(value, 'unknown-target', `"${chain.name}" is a built-in chain: rules cannot jump to it`);
      // The chain's own string: a hundred thousand copies of names would be kept alive otherwise.
      this.jump = {
        kind: 'jump',
        chain: chain.name,
        goto,
        start: value.start,
        end: value.end,
        to: undefined,
        refused: undefined,
      };
      return undefined;
    }
    const extension = goto ? undefined : targetNamed(value.text, this.context.family);
    if (extension) {
      this.target = this.load(extension, value);
      return undefined;
    }
    // The nearest of thousands of names is not searched for each chain that grep has filtered out.
    if (this.context.fragment)
      this.rule.report(
        value,
        'unknown-target',
        `the chain "${value.text}" is not in this part of table ${this.context.table}`,
        'warning',
      );
    else
      this.rule.report(value, goto ? 'unknown-chain' : 'unknown-target', unknownTargetHelp(value, goto, this.context));
    this.jump = { kind: 'unknown', name: value.text, options: '', word: value };
    return (this.afterUnknown = []);
  }

  /**
   * `-jLOG --log-prefix x -h`, `-g LOG --log-prefix x -h`: iptables 1.8.9 has not looked for a target, so it does not
   * know the option when it comes to it.
   */
  reportOptionsOfAttached({ words, index }: WordCursor): void {
    const {
      attached,
      target,
      afterUnknown: [first],
    } = this;
    if (first)
      this.rule.report(
        first,
        first.text.startsWith('-') ? 'unknown-option' : 'bad-argument',
        `"${first.text}" is not expected here: what comes before it is not a target with options`,
      );
    if (attached === undefined || !target) return;
    const names = target.extension.options.flatMap(({ name, aliases }) => [name, ...aliases]);
    const option = words
      .slice(attached, index)
      .find(({ text }) => text.startsWith('--') && names.some((name) => name.startsWith(text.split('=')[0] as string)));
    if (option)
      this.rule.report(
        option,
        'unknown-option',
        `no option "${option.text}" here: what comes before it was not looked up as a target`,
      );
  }
}
