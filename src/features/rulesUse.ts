import { formatBlock } from '../core/net/address';
import { istioProfile } from '../core/knowledge/knowledge';
import type { RulesUse } from '../core/ruleset/host/assumptions';
import { printTarget } from '../core/ruleset/printRule';
import type { Rule, RuleSet } from '../core/ruleset/ruleSet';
import { readUnsigned } from '../core/xtables/values/integer';
import { ruleSetView } from './ruleSetView';

/** The mark by which ambient mode sends packets back to ztunnel, and its mask. Source: istio/istio:cni/pkg/iptables/iptables.go. */
const AMBIENT_MARK = { mark: 0x111, mask: 0xfff };
/** Only rules with one of these words in their line can tell anything: a node's 100,000 service rules have none. */
const TELLING = [' -i ', ' -o ', 'TPROXY', 'interface'] as const;

const SOURCE_NAT: ReadonlySet<string> = new Set(['MASQUERADE', 'SNAT']);

/** What the rules tell about the host that no other part of the file does. */
export function rulesUseOf(ruleSets: readonly (RuleSet | undefined)[]): RulesUse {
  const interfaces = new Map<string, Use>();
  const tproxyMarks: { mark: number; mask: number }[] = [];
  const tproxyPorts: number[] = [];
  for (const ruleSet of ruleSets) {
    if (!ruleSet) continue;
    for (const table of ruleSet.tables.values()) {
      for (const chain of table.chains.values()) {
        for (const rule of chain.rules) {
          if (!TELLING.some((word) => rule.line.text.includes(word))) continue;
          noteInterfaces(rule, interfaces);
          noteTproxy(rule, tproxyMarks, tproxyPorts);
        }
      }
    }
    if (istioProfile(ruleSetView(ruleSet))?.mode === 'ambient pod') tproxyMarks.push(AMBIENT_MARK);
  }
  return { interfaces: [...interfaces].map(([name, use]) => ({ name, ...use })), tproxyMarks: unique(tproxyMarks), tproxyPorts: [...new Set(tproxyPorts)] };
}

type Use = Omit<NonNullable<RulesUse['interfaces']>[number], 'name'>;

/** `-s 172.17.0.0/16 ! -o docker0` in POSTROUTING says whose network 172.17.0.0/16 is, `-o eth1 -j MASQUERADE` where the way out is. */
function noteInterfaces({ header, chain, target }: Rule, interfaces: Map<string, Use>): void {
  for (const side of [header.inInterface, header.outInterface]) {
    if (!side || side.value.endsWith('+') || side.value === 'lo' || side.value === '') continue;
    const out = side === header.outInterface && chain.hook === 'POSTROUTING';
    const tied = out && side.inverted && header.source && !header.source.inverted ? formatBlock(header.source.value) : undefined;
    const known = interfaces.get(side.value);
    const translated = known?.translated === true || (out && !side.inverted && target.kind === 'extension' && SOURCE_NAT.has(target.extension.name));
    interfaces.set(side.value, { network: tied ?? known?.network, translated });
  }
}

function noteTproxy(rule: Rule, marks: { mark: number; mask: number }[], ports: number[]): void {
  if (rule.target.kind !== 'extension' || rule.target.extension.name !== 'TPROXY') return;
  const text = printTarget(rule.target, rule.family);
  const port = /--on-port (\d+)/.exec(text);
  const mark = /--tproxy-mark (0x[0-9a-f]+)\/(0x[0-9a-f]+)/.exec(text);
  if (port) ports.push(Number(port[1]));
  const value = mark && readUnsigned(mark[1] ?? '', 0, 0xffffffff);
  const mask = mark && readUnsigned(mark[2] ?? '', 0, 0xffffffff);
  if (value && mask !== undefined && mask !== null) marks.push({ mark: value, mask });
}

function unique(marks: readonly { mark: number; mask: number }[]): readonly { mark: number; mask: number }[] {
  return marks.filter(({ mark, mask }, i) => marks.findIndex((each) => each.mark === mark && each.mask === mask) === i);
}
