import type { Columns } from '../../text/columns';
import type { NftExpression, NftVerdict } from './expression';

export type NftOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | '!' | '';

/** A statement of a rule, in the order of the rule, which is the order in which the kernel runs them. */
export type NftRuleStatement =
  /** `tcp dport 80`; without an operator nft chooses it by the type. `mask`: `tcp flags syn / syn,ack`. */
  | (Columns & {
      readonly kind: 'match';
      readonly left: NftExpression;
      readonly operator: NftOperator;
      readonly right: NftExpression;
      readonly mask?: NftExpression;
    })
  | (Columns & { readonly kind: 'vmap'; readonly key: NftExpression; readonly map: NftExpression })
  | NftVerdict
  /** `meta mark set 1`, `ip dscp set cs1`. */
  | (Columns & {
      readonly kind: 'assign';
      readonly field: NftExpression & { readonly kind: 'field' };
      readonly value: NftExpression;
    })
  | (Columns & {
      readonly kind: 'nat';
      readonly nat: 'dnat' | 'snat' | 'masquerade' | 'redirect';
      readonly family: 'ip' | 'ip6' | undefined;
      readonly address: NftExpression | undefined;
      readonly port: NftExpression | undefined;
      readonly prefix: boolean;
      readonly flags: readonly string[];
    })
  | (Columns & {
      readonly kind: 'tproxy';
      readonly family: 'ip' | 'ip6' | undefined;
      readonly address: NftExpression | undefined;
      readonly port: NftExpression | undefined;
    })
  /** `with`: `tcp reset`, `icmp port-unreachable`; empty for what nft takes by itself. */
  | (Columns & { readonly kind: 'reject'; readonly with: readonly string[] })
  | (Columns & { readonly kind: 'queue'; readonly number: string; readonly bypass: boolean })
  | (Columns & {
      readonly kind: 'limit';
      readonly over: boolean;
      readonly rate: number;
      readonly unit: string;
      readonly bytes: boolean;
      readonly burst: number | undefined;
    })
  /** `add @name { KEY : DATA }`. */
  | (Columns & {
      readonly kind: 'update';
      readonly operation: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: NftExpression;
      readonly data: NftExpression | NftVerdict | undefined;
      readonly more: boolean;
    })
  | (Columns & { readonly kind: 'notrack' })
  /** It changes nothing that rules see: `counter`, `log`, `comment`. */
  | (Columns & { readonly kind: 'quiet' })
  /** An extension of iptables, of which nft shows nothing but the name: `xt match "hashlimit"`. */
  | (Columns & { readonly kind: 'xt'; readonly extension: 'match' | 'target'; readonly name: string })
  /** Something that depends on what is not in the file: `ct count over 20`, `quota over 25 mbytes`. */
  | (Columns & { readonly kind: 'open'; readonly reason: string })
  /** What is not known here, up to the end of the rule or to its verdict. */
  | (Columns & { readonly kind: 'unknown' });
