import { ExpressionReader, NftSyntaxError, type NftExpression } from './expression';
import type { NftRuleStatement } from './ruleStatement';
import type { NftToken } from './tokens';

const NAT_FLAGS: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);

/** Reads the statements that change addresses, with the new address and port. */
export class NatReader extends ExpressionReader {
  protected nat(nat: 'dnat' | 'snat' | 'masquerade' | 'redirect') {
    let family: 'ip' | 'ip6' | undefined;
    let prefix = false;
    let target: Pick<NftRuleStatement & { kind: 'nat' }, 'address' | 'port'> = { address: undefined, port: undefined };
    if (
      (this.isWord('ip') || this.isWord('ip6')) &&
      ['to', 'prefix', 'addr', 'interval'].includes(this.tokens[this.at + 1]?.text ?? '')
    )
      family = this.take().text as 'ip';
    while (
      this.isWord('prefix') ||
      this.isWord('interval') ||
      this.isWord('addr') ||
      this.isWord('.') ||
      this.isWord('port')
    )
      if (this.take().text === 'prefix') prefix = true;
    if (this.isWord('to')) {
      this.take();
      target = this.natTarget(nat === 'redirect' || nat === 'masquerade');
    }
    const flags: string[] = [];
    while (this.next?.kind === 'word' && NAT_FLAGS.has(this.next.text)) {
      flags.push(this.take().text);
      if (this.isMark(',')) this.take();
    }
    return { kind: 'nat' as const, nat, family, prefix, flags, ...target };
  }

  /**
   * `10.0.0.1:80`, `[fd00::1]:80`, `:80`, `10.0.0.1-10.0.0.9:1000-2000`, or an expression, maybe with `:` and another
   * after it.
   */
  private natTarget(portOnly: boolean): {
    readonly address: NftExpression | undefined;
    readonly port: NftExpression | undefined;
  } {
    const token = this.next;
    const written =
      token?.kind === 'word'
        ? /^(?:\[([^\]]+)\](?:-\[([^\]]+)\])?|(\d[\d./-]*))?:(\d+(?:-\d+)?)$/.exec(token.text)
        : undefined;
    if (token && written) {
      this.take();
      const colon = token.end - (written[4] as string).length - 1;
      const text =
        written[1] === undefined ? written[3] : written[2] === undefined ? written[1] : `${written[1]}-${written[2]}`;
      const address =
        text === undefined
          ? undefined
          : { kind: 'value' as const, text, quoted: false, start: token.start, end: colon };
      return {
        address,
        port: { kind: 'value', text: written[4] as string, quoted: false, start: colon + 1, end: token.end },
      };
    }
    if (token?.kind === 'word' && token.text.startsWith(':') && token.text.length > 1 && !token.text.startsWith('::')) {
      const rest: NftToken = { ...token, text: token.text.slice(1), start: token.start + 1 };
      const reader = new NatReader([rest, ...this.tokens.slice(this.at + 1)]);
      const port = reader.expression(false);
      this.at += reader.at;
      return { address: undefined, port };
    }
    if (this.isWord(':')) {
      this.take();
      return { address: undefined, port: this.expression(false) };
    }
    const bare = token?.kind === 'word' ? /^\[([^\]]+)\](?:-\[([^\]]+)\])?$/.exec(token.text) : undefined;
    const read =
      bare && token
        ? {
            kind: 'value' as const,
            text: bare[2] === undefined ? (bare[1] as string) : `${bare[1]}-${bare[2]}`,
            quoted: false,
            start: this.take().start,
            end: token.end,
          }
        : this.expression(false);
    if (portOnly) return { address: undefined, port: read };
    if (!this.isWord(':')) return { address: read, port: undefined };
    this.take();
    return { address: read, port: this.expression(false) };
  }

  protected tproxy() {
    this.take();
    let family: 'ip' | 'ip6' | undefined;
    if (this.isWord('ip') || this.isWord('ip6')) family = this.take().text as 'ip';
    if (!this.isWord('to')) throw new NftSyntaxError('"to" is missing');
    this.take();
    return { kind: 'tproxy' as const, family, ...this.natTarget(false) };
  }
}
