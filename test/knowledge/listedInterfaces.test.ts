import { expect, test } from 'vitest';
import { listedInterfaces } from '../../src/core/knowledge/knowledge';
import { listedInterfacesText } from '../../src/core/ruleset/header';
import type { RuleInListing } from '../../src/core/ruleset/listedInterfaces';
import { allTables, type Rule } from '../../src/core/ruleset/ruleSet';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { parseSourceFile } from '../../src/core/syntax/parse';

/** The interfaces that a rule tests which is in a listing as this line says; undefined: they are not known. */
function interfacesOf(table: string, line: string): string | undefined {
  const model = modelOf(parseSourceFile(`*${table}\n${line}\nCOMMIT\n`, { fileName: 'a.rules' }));
  const [dump] = model.dumps;
  const rules = dump
    ? [...allTables(ruleSetOf(dump.section))].flatMap(({ chains }) =>
        [...chains.values()].flatMap((chain) => chain.rules),
      )
    : [];
  const [rule] = rules;
  if (!rule || rules.length > 1) throw new Error(line);
  const found = listedInterfaces({ ...partsOf(rule), table, chain: rule.chain.name });
  return found && [found.program, listedInterfacesText(found)].filter(Boolean).join(': ');
}

function partsOf({ family, header, matches, target }: Rule): Omit<RuleInListing, 'table' | 'chain'> {
  return { family, header, matches, target, jumpsAbove: [] };
}

test.each<[table: string, line: string, interfaces: string | undefined]>([
  // Istio, sidecar
  ['nat', '-A PREROUTING -p tcp -j ISTIO_INBOUND', 'Istio'],
  ['nat', '-A PREROUTING -d 10.0.0.0/8 -j ISTIO_REDIRECT', undefined],
  ['nat', '-A PREROUTING -j RETURN', undefined],
  ['nat', '-A OUTPUT -j ISTIO_OUTPUT', 'Istio'],
  ['nat', '-A ISTIO_OUTPUT -s 127.0.0.6 -j RETURN', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT -s 127.0.0.7 -j RETURN', 'Istio'],
  [
    'nat',
    '-A ISTIO_OUTPUT ! -d 127.0.0.1 -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT',
    'Istio: -o lo',
  ],
  ['nat', '-A ISTIO_OUTPUT ! -d 127.0.0.0/8 -m owner --gid-owner 7 -j ISTIO_IN_REDIRECT', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT ! -d localhost -j ISTIO_REDIRECT', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT ! -d 10.0.0.0/8 -j ISTIO_REDIRECT', 'Istio'],
  ['nat', '-A ISTIO_OUTPUT -m owner ! --uid-owner 1337 -j RETURN', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT -p tcp -m tcp ! --dport 53 -m owner ! --uid-owner 4 -j RETURN', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT -p tcp -m tcp ! --dport 53 -m owner ! --gid-owner 4 -j RETURN', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT -m owner ! --gid-owner 1337 -j RETURN', 'Istio: -o lo'],
  ['nat', '-A ISTIO_OUTPUT -m owner ! --gid-owner 2001 -j RETURN', undefined],
  ['nat', '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN', 'Istio'],
  ['nat', '-A ISTIO_OUTPUT -j ISTIO_REDIRECT', 'Istio'],
  ['nat', '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001', 'Istio'],
  // Istio, TPROXY mode
  ['mangle', '-A ISTIO_INBOUND -s 127.0.0.6 -p tcp -j RETURN', 'Istio: -i lo'],
  ['mangle', '-A ISTIO_INBOUND -p tcp -m mark ! --mark 0x53a -j RETURN', 'Istio: -i lo'],
  ['mangle', '-A ISTIO_INBOUND -p tcp -m mark --mark 0x539 -j RETURN', 'Istio'],
  ['mangle', '-A ISTIO_INBOUND -p tcp -j ISTIO_TPROXY', 'Istio'],
  ['mangle', '-A OUTPUT -p tcp -m mark --mark 0x539 -j RETURN', 'Istio: -o lo'],
  ['mangle', '-A OUTPUT -p tcp -m mark --mark 0x538 -j RETURN', undefined],
  ['mangle', '-A OUTPUT ! -d 127.0.0.1 -p tcp -m owner --uid-owner 1337 -j MARK --set-mark 0x53a', 'Istio: -o lo'],
  ['mangle', '-A OUTPUT -p tcp -m owner --uid-owner 1337 -j MARK --set-mark 0x53a', undefined],
  // Istio, ambient mode
  ['nat', '-A ISTIO_PRERT -p tcp -j REDIRECT --to-ports 15001', undefined],
  ['mangle', '-A ISTIO_PRERT ! -d 127.0.0.1 -p tcp -j ACCEPT', 'Istio: -i lo'],
  ['nat', '-A ISTIO_OUTPUT ! -d 127.0.0.1 -j ACCEPT', 'Istio: -o lo'],
  [
    'nat',
    '-A ISTIO_OUTPUT -p udp -m mark ! --mark 0x539/0xfff -m udp --dport 53 -j REDIRECT --to-ports 15053',
    'Istio: ! -o lo',
  ],
  [
    'nat',
    '-A ISTIO_OUTPUT ! -d 127.0.0.1 -p tcp -m mark ! --mark 0x539/0xfff -m tcp --dport 53 -j REDIRECT --to-ports 15053',
    'Istio',
  ],
  // kube-proxy
  ['nat', '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES', 'kube-proxy'],
  ['nat', '-A KUBE-SERVICES -d 10.96.0.1 -p tcp -m tcp --dport 443 -j KUBE-SVC-A', 'kube-proxy'],
  [
    'nat',
    '-A KUBE-SVC-A ! -s 10.244.0.0/16 -d 10.96.0.1 -m comment --comment "a/b cluster IP" -j KUBE-MARK-MASQ',
    'kube-proxy',
  ],
  ['nat', '-A KUBE-SVC-A -d 10.96.0.1 -m comment --comment "a/b cluster IP" -j KUBE-MARK-MASQ', undefined],
  [
    'nat',
    '-A KUBE-SERVICES -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
    undefined,
  ],
  ['nat', '-A KUBE-SVC-A -m statistic --mode random --probability 0.5 -j KUBE-SEP-A', 'kube-proxy'],
  ['nat', '-A KUBE-EXT-A -j KUBE-SVC-A', 'kube-proxy'],
  [
    'nat',
    '-A KUBE-EXT-A -m comment --comment "masquerade traffic for a/b external destinations" -j KUBE-MARK-MASQ',
    'kube-proxy',
  ],
  ['nat', '-A KUBE-EXT-A -m comment --comment "pod traffic for a/b external destinations" -j KUBE-SVC-A', undefined],
  [
    'nat',
    '-A KUBE-EXT-A -s 10.244.0.0/16 -m comment --comment "pod traffic for a/b external destinations" -j KUBE-SVC-A',
    'kube-proxy',
  ],
  ['filter', '-A KUBE-ROUTER-FORWARD -j KUBE-POD-FW-A', 'kube-router'],
  // Docker
  ['nat', '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER', 'Docker'],
  ['nat', '-A DOCKER -j RETURN', 'Docker: -i <bridge>'],
  ['nat', '-A DOCKER -s 10.0.0.0/8 -j RETURN', undefined],
  ['nat', '-A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80', 'Docker: ! -i docker0'],
  ['nat', '-A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.20.0.2:80', 'Docker: ! -i <bridge>'],
  ['nat', '-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE', 'Docker: ! -o docker0'],
  ['nat', '-A POSTROUTING -s 172.20.0.0/16 -j MASQUERADE', undefined],
  ['filter', '-A DOCKER-FORWARD -j ACCEPT', 'Docker: -i <bridge>'],
  ['filter', '-A DOCKER-FORWARD -s 10.0.0.0/8 -j ACCEPT', undefined],
  ['nat', '-A POSTROUTING -s 10.0.0.0/16 -j MASQUERADE', undefined],
  ['nat', '-A POSTROUTING -s 172.17.0.2 -d 172.17.0.2 -p tcp -m tcp --dport 80 -j MASQUERADE', 'Docker'],
  ['nat', '-A POSTROUTING -s 172.17.0.2 -d 172.17.0.3 -p tcp -m tcp --dport 80 -j MASQUERADE', undefined],
  ['filter', '-A FORWARD -j DOCKER', 'Docker: -o <bridge>'],
  ['filter', '-A DOCKER -d 172.17.0.2 -p tcp -m tcp --dport 80 -j ACCEPT', 'Docker: ! -i docker0 -o docker0'],
  ['filter', '-A DOCKER -d 172.20.0.2 -p tcp -m tcp --dport 80 -j ACCEPT', 'Docker: ! -i <bridge> -o <bridge>'],
  ['filter', '-A DOCKER -j DROP', 'Docker: ! -i <bridge> -o <bridge>'],
  ['filter', '-A DOCKER -s 10.0.0.0/8 -j DROP', undefined],
  ['filter', '-A DOCKER-ISOLATION-STAGE-2 -j DROP', 'Docker: -o <bridge>'],
  ['filter', '-A DOCKER-CT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'Docker: -o <bridge>'],
  ['filter', '-A FORWARD -j DOCKER-USER', 'Docker'],
  ['filter', '-A DOCKER-USER -j RETURN', 'Docker'],
  ['filter', '-A DOCKER-USER -s 10.0.0.0/8 -j RETURN', undefined],
  ['filter', '-A DOCKER-ISOLATION-STAGE-1 -j DOCKER-ISOLATION-STAGE-2', 'Docker: -i <bridge> ! -o <bridge>'],
  ['filter', '-A DOCKER-FORWARD -j DOCKER-CT', 'Docker'],
  // ufw
  ['filter', '-A INPUT -j ufw-before-input', 'ufw'],
  ['filter', '-A ufw-before-input -j ACCEPT', 'ufw: -i lo'],
  ['filter', '-A ufw-before-output -j ACCEPT', 'ufw: -o lo'],
  ['filter', '-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'ufw'],
  ['filter', '-A ufw-skip-to-policy-input -j ACCEPT', 'ufw'],
  ['filter', '-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT', undefined],
  // libvirt, Tailscale, OpenWrt, Podman
  ['filter', '-A FORWARD -j LIBVIRT_FWX', 'libvirt'],
  [
    'filter',
    '-A LIBVIRT_FWI -d 192.168.122.0/24 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'libvirt: -o virbr0',
  ],
  ['filter', '-A LIBVIRT_FWO -s 192.168.9.0/24 -j ACCEPT', 'libvirt: -i <bridge>'],
  ['filter', '-A LIBVIRT_FWX -j ACCEPT', 'libvirt: -i <bridge> -o <bridge>'],
  ['filter', '-A LIBVIRT_FWX -j DROP', undefined],
  ['filter', '-A ts-input -s 100.64.0.0/10 -j DROP', 'Tailscale: ! -i tailscale0'],
  ['filter', '-A ts-input -j DROP', undefined],
  ['filter', '-A INPUT -m comment --comment "!fw3" -j zone_lan_input', 'OpenWrt: -i br-lan'],
  ['nat', '-A POSTROUTING -m comment --comment "!fw3" -j zone_wan_postrouting', 'OpenWrt: -o <wan>'],
  ['nat', '-A zone_wan_postrouting -j MASQUERADE', undefined],
  ['filter', '-A OUTPUT -m comment --comment "!fw3" -j ACCEPT', 'OpenWrt: -o lo'],
  ['filter', '-A input_rule -p tcp -m tcp --dport 22 -j ACCEPT', undefined],
  ['nat', '-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT', 'Podman (netavark)'],
  // Others
  ['filter', '-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd', 'fail2ban'],
  ['filter', '-A f2b-sshd -s 192.0.2.7 -j REJECT', 'fail2ban'],
  ['nat', '-A CNI-HOSTPORT-DNAT -p tcp -m tcp --dport 80 -j CNI-DN-A', 'CNI portmap'],
  ['nat', '-A POSTROUTING -j IP-MASQ-AGENT', 'ip-masq-agent'],
  ['nat', '-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN', 'flannel'],
  ['filter', '-A FORWARD -j cali-FORWARD', 'Calico'],
  ['filter', '-A cali-FORWARD -j cali-from-wl-dispatch', undefined],
  ['filter', '-A cali-from-wl-dispatch -g cali-fw-cali0a1', 'Calico: -i cali0a1'],
  ['filter', '-A cali-to-wl-dispatch-4 -g cali-tw-azv4c5', 'Calico: -o azv4c5'],
  ['filter', '-A cali-from-wl-dispatch -j DROP', undefined],
  ['filter', '-A cali-tw-cali0a1 -m mark --mark 0x0/0x20000 -j DROP', 'Calico'],
  ['filter', '-A cali-pi-_abc -s 10.0.0.0/8 -j MARK --set-xmark 0x10000/0x10000', 'Calico'],
  ['nat', '-A OVN-KUBE-NODEPORT -p tcp -m tcp --dport 30080 -j DNAT --to-destination 10.96.0.7:80', 'OVN-Kubernetes'],
  ['nat', '-A OVN-KUBE-SNAT-MGMTPORT -j RETURN', undefined],
  ['nat', '-A CONSUL_PROXY_OUTPUT -d 127.0.0.1 -j RETURN', 'Consul Connect'],
  ['nat', '-A PREROUTING -j PROXY_INIT_REDIRECT', 'Linkerd'],
  ['nat', '-A PROXY_INIT_OUTPUT -m comment --comment proxy-init/ignore-loopback/17 -j RETURN', 'Linkerd: -o lo'],
  [
    'nat',
    '-A PROXY_INIT_OUTPUT -m owner --uid-owner 2102 -m comment --comment proxy-init/ignore-proxy-user-id/17 -j RETURN',
    'Linkerd',
  ],
  // Nobody’s
  ['filter', '-A INPUT -j ACCEPT', undefined],
  ['filter', '-A INPUT -j WEB', undefined],
])('%s %s', (table, line, interfaces) => {
  expect(interfacesOf(table, line)).toBe(interfaces);
});
