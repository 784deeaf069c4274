import { describe, expect, it } from 'vitest';
import { machineOf } from '../../src/core/syntax/machine';
import { parseLine } from '../../src/core/syntax/line';
import { readEcho } from '../../src/core/syntax/echo';
import { findProgram } from '../../src/core/syntax/shellProgram';
import { Shape } from '../../src/core/syntax/shape';

const RULE = 'iptables -t nat -A PREROUTING -p tcp --dport 8443 -j REDIRECT --to-ports 18443';
const READ = 'nat A PREROUTING -p tcp --dport 8443 -j REDIRECT --to-ports 18443';

/** `nat A PREROUTING …` for a command, `list nat` for one that lists, `nothing`. */
function read(text: string): string {
  const line = parseLine(text, '\n', 0);
  if (line.shape === Shape.Echo) return `list ${readEcho(line)?.table ?? '-'}`;
  if (line.shape !== Shape.ProgramCommand || line.node.kind !== 'command') return 'nothing';
  const { table, operation, chain, words } = line.node;
  return [table?.text ?? '-', operation, chain?.text, ...words.map((word) => word.text)].join(' ');
}

describe('what comes before a command is skipped', () => {
  it.each<[string, string]>([
    ...[
      'sudo',
      'sudo -n',
      'sudo -u root -E',
      'sudo ip netns exec red2',
      'ip netns exec red2',
      'ip -d netns e red2',
      'ip vrf exec blue',
      'nsenter -t 1 -n',
      'nsenter --target 4711 --net --',
      'sudo nsenter --net=/run/netns/cni-1',
      'docker exec web3',
      'docker exec -it --privileged web3',
      'docker compose exec web',
      'podman exec -u 0 web3',
      'crictl exec -it 0a1b2c',
      'nerdctl exec web3',
      'kubectl exec -it pod-7 -c istio-proxy --',
      'kubectl -n shop exec deploy/web --',
      'oc exec pod-7 --',
      'k3s kubectl exec pod-7 --',
      'microk8s kubectl exec pod-7 --',
      'multipass exec node3 --',
      'lxc exec c1 --',
      'incus exec c1 --',
      'minikube ssh --',
      'ssh root@gate2',
      'ssh -p 2222 gate2 sudo',
      'xtables-nft-multi',
      'sudo /usr/sbin/xtables-legacy-multi',
      'busybox',
      'LC_ALL=C',
      'env LANG=C',
      'chroot /host',
      'nice -n 5',
      'watch -n1',
    ].map((words): [string, string] => [`${words} ${RULE}`, READ]),
    ...[
      '$',
      '%',
      '❯',
      'λ',
      '»',
      ':;',
      '$>',
      '+',
      '++',
      'PS C:\\Users\\me>',
      'edge2 %',
      '/ #',
      '~ #',
      'gate2 #',
      'gate2:~ #',
      'me@gate2:~$',
      'me@gate2 ~ %',
      'me@gate2 /etc #',
      '[root@gate2 ~]#',
      '[me@gate2 etc]$',
      'bash-5.2#',
      'sh-4.4$',
      '-bash-4.2#',
      '(venv) me@gate2:~$',
      'root@OpenWrt:/#',
      '└─$',
      '➜  ~',
      'admin@gate2>',
      '[#]',
    ].map((prompt): [string, string] => [`${prompt} ${RULE}`, READ]),
    [`ssh gate2 '${RULE}'`, READ],
    [`PS C:\\> minikube ssh "sudo ${RULE}"`, READ],
    [`vagrant ssh -c "sudo ${RULE}"`, READ],
    [`kubectl exec pod-7 -- sh -c '${RULE}'`, READ],
    [`ssh gate2 "docker exec web3 sh -c '${RULE}'"`, READ],
    ['iptables -tnat -APREROUTING -j X', 'nat A PREROUTING -j X'],
    ['iptables --table=nat -A PREROUTING -j X', 'nat A PREROUTING -j X'],
    ['iptables -A PREROUTING -j X -tnat', 'nat A PREROUTING -j X'],
    ['/ # xtables-nft-multi ip6tables -t nat -S', 'list nat'],
    ["minikube ssh 'sudo iptables -S'", 'list filter'],
    ['multipass exec node3 -- sudo iptables -t raw -S', 'list raw'],
    ['Then minikube ssh into it and look at iptables rules', 'nothing'],
    ['watch what iptables does', 'nothing'],
    ['sh: iptables: not found', 'nothing'],
    ['It prints λ iptables', 'nothing'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('where a command ran', () => {
  it.each<[string, string]>([
    ['iptables -S', '? '],
    ['$ sudo iptables -S', '? '],
    ['me@gate2:~$ sudo iptables -S', 'gate2 '],
    ['[root@gate2 ~]# iptables -S', 'gate2 '],
    ['gate2:/etc # iptables -S', 'gate2 '],
    ['edge2 % iptables -S', 'edge2 '],
    ['bash-5.2# iptables -S', '? '],
    ['/ # iptables -S', '? '],
    ['docker exec web3 iptables -S', '? docker web3'],
    ['docker exec -it --user root web3 iptables -S', '? docker web3'],
    ['me@gate2:~$ sudo ip netns exec red2 iptables -S', 'gate2 netns red2'],
    ['nsenter -t 1 -n iptables -S', '? nsenter 1'],
    ['nsenter --target 1 --net -- iptables -S', '? nsenter 1'],
    ["ssh gate2 'sudo iptables -S'", '? ssh gate2'],
    ['kubectl exec -n shop pod-7 -c istio-proxy -- iptables -S', '? kubectl pod-7'],
    ['multipass exec node3 -- sudo iptables -S', '? multipass node3'],
  ])('%s', (text, expected) => {
    const program = findProgram(text, 0, text.length);
    const machine = program && machineOf(text, 0, program);
    expect(`${machine?.name ?? '?'} ${machine?.within ?? ''}`).toBe(expected);
  });
});
