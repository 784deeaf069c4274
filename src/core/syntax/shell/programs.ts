import { baseName } from '../baseName';
import { isTables } from '../shellProgram';

/** Whether a word that is first in a line is likely to be a command, where the text around may as well be prose. */
export function isLikelyCommand(word: string): boolean {
  return (
    word.includes('/') ||
    word.startsWith('$') ||
    word.startsWith('"$') ||
    isTables(word) ||
    COMMANDS.has(word) ||
    word.includes('tables-')
  );
}

/** Programs and builtins that scripts with rules run. */
const COMMANDS: ReadonlySet<string> = new Set(
  (
    ': . [ alias apk apt apt-get awk bash brctl break busybox case cat cd chmod chown chroot clear command ' +
    'conntrack continue cp crictl curl cut date declare depmod dhclient dig dnf docker echo egrep ' +
    'env eval exec exit export false fgrep find firewall-cmd grep head hostname id ifconfig ifdown ifup insmod ' +
    'install ip ip6tables ipset iptables kill kubectl less let ln local logger ls lsmod lsof ' +
    'microk8s minikube mkdir modinfo modprobe mount mv nc netfilter-persistent netstat nft nft-flush nice ' +
    'nohup nsenter oc ping pkill podman popd printf ps pushd pwd read readonly reboot return rm rmmod route ' +
    'sed seq service set sh shift shutdown sleep sort source ss ssh su sudo sysctl systemctl tail tc tcpdump ' +
    'tee test time timeout touch tr trap true type typeset ufw umask uname unset unshare useradd ' +
    'wait watch wc wget which wg wg-quick xargs yum zcat'
  ).split(' '),
);

/**
 * Programs that are run for their answer: the file does not state whether they succeed. Others are taken to succeed.
 */
export const QUESTIONS: ReadonlySet<string> = new Set([
  ...[
    'grep',
    'egrep',
    'fgrep',
    'pgrep',
    'pidof',
    'lsmod',
    'ping',
    'ping6',
    'nc',
    'dig',
    'host',
    'nslookup',
    'getent',
    'type',
    'which',
    'hash',
    'diff',
    'cmp',
    'id',
    'systemctl',
    'find',
    'test',
    '[',
    'mountpoint',
    'curl',
    'wget',
    'expr',
    'let',
    'read',
    'awk',
    'ps',
    'ss',
    'netstat',
    'wait',
    'kill',
    'timeout',
    'lsof',
    'modinfo',
    'ipset',
    'rpm',
    'dpkg',
  ],
]);

/** Programs that do nothing to rules, whatever their arguments look like. */
export const PRINTING: ReadonlySet<string> = new Set([
  'echo',
  'printf',
  'logger',
  'cat',
  'grep',
  'egrep',
  'fgrep',
  'man',
  'which',
  'type',
  'whereis',
  'log',
  'info',
  'trap',
  'cd',
  'ls',
  'sed',
  'awk',
  'touch',
  'mkdir',
  'rm',
  'cp',
  'mv',
  'chmod',
  'chown',
  'apt',
  'apt-get',
  'yum',
  'dnf',
  'apk',
  'opkg',
  'tee',
  'kill',
  'killall',
  'pkill',
  'wc',
  'head',
  'tail',
  'sort',
]);

/** Shells that run the script after `-c`, or what is in their here-document. */
export const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'su', 'runuser']);

/**
 * Operands of `command -v` or `which` without which a script about rules would do nothing: they are taken to be
 * installed.
 */
export function isSurelyThere(word: string): boolean {
  return /^(?:ip6?tables(?:-(?:legacy|nft))?(?:-(?:save|restore))?|ip|sh|bash)$/.test(baseName(word));
}
