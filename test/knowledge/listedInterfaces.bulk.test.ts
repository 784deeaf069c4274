import { expect, test } from 'vitest';
import { listedInterfaces } from '../../src/core/knowledge/knowledge';
import { listedInterfacesText, type Negatable, type OpenInterface } from '../../src/core/ruleset/header';
import { jumpsAbove } from '../../src/core/ruleset/lineRule';
import { printRule } from '../../src/core/ruleset/printRule';
import { allTables } from '../../src/core/ruleset/ruleSet';
import { modelOf, ruleSetOf, sectionsOf } from '../../src/features/fileModel';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { sampleText } from '../features/sample';
import { ruleSetsOfReleases } from '../fixtures/istio/ruleSets';

const TEXTS = [
  ...ruleSetsOfReleases().map(({ name, save }) => [name, save] as const),
  ...['kube-node.iptables-save', 'docker-host.iptables-save', 'istio-sidecar.md'].map(
    (name) => [name, sampleText(name)] as const,
  ),
  ['networks.iptables-save', networks()] as const,
];

/** As Docker up to 27 and from 28 on, libvirt, Tailscale, OpenWrt and Podman write them. */
function networks(): string {
  const bridge = 'br-0123456789ab';
  return [
    '*filter',
    ...['DOCKER', 'DOCKER-FORWARD', 'DOCKER-BRIDGE', 'DOCKER-CT', 'LIBVIRT_INP', 'LIBVIRT_FWI', 'LIBVIRT_FWO'].map(
      decl,
    ),
    ...['LIBVIRT_FWX', 'LIBVIRT_OUT', 'ts-input', 'ts-forward', 'input_rule', 'syn_flood', 'reject'].map(decl),
    ...['input', 'forward', 'src_ACCEPT', 'dest_ACCEPT'].flatMap((way) => [
      decl(`zone_lan_${way}`),
      decl(`zone_wan_${way}`),
    ]),
    decl('NETAVARK_FORWARD'),
    '-A INPUT -j LIBVIRT_INP',
    '-A INPUT -j ts-input',
    '-A INPUT -i lo -m comment --comment "!fw3" -j ACCEPT',
    '-A INPUT -m comment --comment "!fw3: Custom input rule chain" -j input_rule',
    '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "!fw3" -j ACCEPT',
    '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment "!fw3" -j syn_flood',
    '-A INPUT -i br-lan -m comment --comment "!fw3" -j zone_lan_input',
    '-A INPUT -i pppoe-wan -m comment --comment "!fw3" -j zone_wan_input',
    '-A INPUT -m comment --comment "!fw3" -j reject',
    '-A FORWARD -j NETAVARK_FORWARD',
    ...['docker0', bridge].flatMap((name) => [
      `-A FORWARD -o ${name} -j DOCKER`,
      `-A FORWARD -i ${name} ! -o ${name} -j ACCEPT`,
      `-A FORWARD -i ${name} -o ${name} -j ACCEPT`,
    ]),
    '-A FORWARD -i br-lan -m comment --comment "!fw3" -j zone_lan_forward',
    '-A FORWARD -i eth0.2 -m comment --comment "!fw3" -j zone_wan_forward',
    '-A DOCKER-FORWARD -j DOCKER-CT',
    '-A DOCKER-FORWARD -j DOCKER-BRIDGE',
    `-A DOCKER-FORWARD -i ${bridge} -j ACCEPT`,
    `-A DOCKER ! -i ${bridge} -o ${bridge} -j DROP`,
    '-A LIBVIRT_INP -i virbr0 -p udp -m udp --dport 53 -j ACCEPT',
    '-A LIBVIRT_OUT -o virbr1 -p udp -m udp --dport 68 -j ACCEPT',
    '-A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A LIBVIRT_FWI -d 192.168.9.0/24 -o vms -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable',
    '-A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT',
    '-A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable',
    '-A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT',
    '-A ts-input -s 100.64.0.7/32 -i lo -j ACCEPT',
    '-A ts-input -s 100.115.92.0/23 ! -i tailscale0 -j RETURN',
    '-A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP',
    '-A ts-input -i tailscale0 -j ACCEPT',
    '-A ts-input -p udp -m udp --dport 41641 -j ACCEPT',
    '-A ts-forward -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000',
    '-A ts-forward -m mark --mark 0x40000/0xff0000 -j ACCEPT',
    '-A ts-forward -s 100.64.0.0/10 -o tailscale0 -j DROP',
    '-A ts-forward -o tailscale0 -j ACCEPT',
    '-A zone_lan_forward -m comment --comment "!fw3: Zone lan to wan forwarding policy" -j zone_wan_dest_ACCEPT',
    '-A zone_lan_src_ACCEPT -i br-lan -m conntrack --ctstate NEW,UNTRACKED -m comment --comment "!fw3" -j ACCEPT',
    '-A zone_wan_dest_ACCEPT -o eth0.2 -m conntrack --ctstate INVALID -m comment --comment "!fw3: Prevent NAT leakage" -j DROP',
    '-A zone_wan_dest_ACCEPT -o eth0.2 -m comment --comment "!fw3" -j ACCEPT',
    '-A NETAVARK_FORWARD -s 10.88.0.0/16 -j ACCEPT',
    'COMMIT',
    '*nat',
    ...['zone_lan_postrouting', 'zone_wan_prerouting', 'zone_wan_postrouting', 'ts-postrouting', 'LIBVIRT_PRT'].map(
      decl,
    ),
    '-A PREROUTING -i wan -m comment --comment "!fw3" -j zone_wan_prerouting',
    '-A POSTROUTING -j LIBVIRT_PRT',
    '-A POSTROUTING -o br-lan -m comment --comment "!fw3" -j zone_lan_postrouting',
    '-A POSTROUTING -o wan -m comment --comment "!fw3" -j zone_wan_postrouting',
    '-A zone_wan_prerouting -p tcp -m tcp --dport 8080 -m comment --comment "!fw3: web" -j DNAT --to-destination 192.168.1.20:80',
    '-A zone_wan_postrouting -m comment --comment "!fw3" -j MASQUERADE',
    '-A ts-postrouting -m mark --mark 0x40000/0xff0000 -j MASQUERADE',
    '-A LIBVIRT_PRT -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN',
    '-A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE',
    'COMMIT',
    '',
  ].join('\n');
}

function decl(name: string): string {
  return `:${name} - [0:0]`;
}

function isSame(has: Negatable<string> | undefined, told: Negatable<string> | undefined): boolean {
  return has?.value === told?.value && has?.inverted === told?.inverted;
}

/** A rule that excludes a bridge may also be written without: where it would exclude, nothing is known. */
function mayBe(has: Negatable<string> | undefined, { inverted, like }: OpenInterface): boolean {
  return has === undefined ? inverted : has.inverted === inverted && like?.test(has.value) !== false;
}

test('what is known of a rule whose interfaces are hidden is what it tests', () => {
  const wrong: string[] = [];
  let [known, all] = [0, 0];
  for (const [name, text] of TEXTS) {
    for (const { chains } of modelOf(parseSourceFile(text, { fileName: name })).dumps.flatMap((dump) =>
      sectionsOf(dump).flatMap((section) => [...allTables(ruleSetOf(section))]),
    ))
      for (const rule of [...chains.values()].flatMap((chain) => chain.rules)) {
        const { family, chain, matches, target, header } = rule;
        const hidden = { ...header, inInterface: undefined, outInterface: undefined };
        const found = listedInterfaces({
          family,
          table: chain.table,
          chain: chain.name,
          header: hidden,
          matches,
          target,
          jumpsAbove: jumpsAbove(chain.rules, rule.number - 1),
        });
        all++;
        if (!found) continue;
        known++;
        const { names } = found;
        const sides = [
          [header.inInterface, found.inInterface, names?.inInterface],
          [header.outInterface, found.outInterface, names?.outInterface],
        ] as const;
        if (!sides.every(([has, told, open]) => (open ? mayBe(has, open) : isSame(has, told))))
          wrong.push(`${name}: ${printRule(rule)}: told “${listedInterfacesText(found)}”`);
      }
  }
  expect(wrong).toEqual([]);
  // Most that is not known are rules for interfaces that the user names.
  expect(known / all).toBeGreaterThan(0.9);
});
