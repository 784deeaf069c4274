import path from 'node:path';
import { traceOf } from '../../../src/features/debugger/debuggee';
import { readNewValue } from '../../../src/features/debugger/change/settable';
import { hoverExpression } from '../../../src/features/debugger/hoverExpression';
import { isError, parseExpression } from '../../../src/features/debugger/language/parse';
import { showValue } from '../../../src/features/debugger/language/fields';
import { logMessage } from '../../../src/features/debugger/logMessage';
import { hitTest } from '../../../src/features/debugger/hitCondition';
import { momentAt, type Moment } from '../../../src/features/debugger/moment';
import { Recording } from '../../../src/features/debugger/recording';
import { selectedPath } from '../../../src/features/traceReport/traceInput';
import { answersOf } from '../../answers';
import { FILES } from '../asked/files';
import { cursor } from '../sample';
import { debuggeeOf } from './debugClient';
import { Script } from './script';

const file = (name: string): string => path.join(import.meta.dirname, name);

const FIREWALL = FILES['firewall on its host'] ?? '';

/** A chain that is called three times, and a host of which there is much to show. */
const ODD: Readonly<Record<string, string>> = {
  'odd host': `*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:MARKS - [0:0]
-A PREROUTING -j MARKS
-A PREROUTING -p tcp -j MARKS
-A OUTPUT -j MARKS
-A OUTPUT -p udp -m udp --dport 53 -j MARK --set-mark 2
-A MARKS -p tcp -m tcp --dport 80 -j MARK --set-mark 1
-A MARKS -p tcp -m tcp --dport 81 -j SET --add-set seen src
-A MARKS -p tcp -m tcp --dport 82 -j SET --del-set known src
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:LAST - [0:0]
-A INPUT -m mark --mark 1 -g LAST
-A INPUT -p tcp -m tcp --dport 81:82 -m recent --set --name r --rsource -j ACCEPT
-A INPUT -p tcp -m tcp --dport 83 -j NOSUCH
-A LAST -p tcp -j ACCEPT
COMMIT
$ ipset save
create seen hash:ip family inet
create known hash:ip family inet
add known 203.0.113.9
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
    inet 192.0.2.11/24 scope global secondary eth0
3: eth1: <UP> mtu 1500
$ ip rule
0:	from all lookup local
50:	from all fwmark 0x2 lookup 7
32766:	from all lookup main
$ ip route show table 7
default via 192.0.2.254 dev eth0
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
unreachable 10.0.0.0/8
${Array.from({ length: 101 }, (_, i) => `172.16.${i}.0/24 dev eth0`).join('\n')}
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:80         0.0.0.0:*         users:(("web",pid=7,fd=3))
tcp   LISTEN 0      128    0.0.0.0:81         0.0.0.0:*         
udp   UNCONN 0      0      0.0.0.0:53         0.0.0.0:*
$ getent passwd www-data
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
$ conntrack -L
tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=192.0.2.10 sport=4005 dport=85 src=192.0.2.10 dst=203.0.113.9 sport=80 dport=4005 [ASSURED] mark=0 use=1
`,
};

/** The moment before so many steps of a packet through the firewall. */
function momentOf(packet: string, steps: number): Moment {
  const trace = traceOf(debuggeeOf(FIREWALL, packet));
  if (typeof trace === 'string') throw new Error(trace);
  const recording = new Recording(selectedPath(trace.input));
  let at = recording.start;
  for (let i = 0; i < steps; i++) at = recording.next(at);
  return momentAt(recording, at, trace.host);
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  'expressions at a rule': momentOf('in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:2222 syn', 4),
  'expressions on ICMP': momentOf('in eth0 icmp echo-request 203.0.113.9 > 192.0.2.10', 2),
  'expressions on what this host sends': momentOf('out tcp > 198.51.100.9:25 syn uid 1000', 0),
};

/** What a debugger reads: expressions with their values, in the other sections words of lines, breakpoints, new values. */
answersOf(file('expressions.txt'), (text, section) => {
  if (section === 'words under the mouse') {
    const { text: line, column } = cursor(text);
    const found = hoverExpression(line, column);
    return [found ? `[${line.slice(found.start, found.end)}] ${found.expression}` : 'nothing'];
  }
  if (section === 'hit counts') {
    const test = hitTest(text);
    if (typeof test === 'string') return [test];
    return [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((count) => test(count)).join(' ')];
  }
  const moment = MOMENTS[section.replace('new values', 'expressions')] ?? MOMENTS['expressions at a rule'];
  if (!moment) throw new Error(`there is no moment ${section}`);
  if (section.startsWith('new values')) {
    const [name = '', ...value] = text.split(' ');
    const read = readNewValue(name, value.join(' '), moment.packet);
    return [typeof read === 'string' ? `! ${read}` : JSON.stringify(read)];
  }
  if (section === 'log messages') {
    const read = logMessage(text);
    return [typeof read === 'function' ? read(moment) : `! ${read.message}`];
  }
  const read = parseExpression(text);
  if (isError(read)) return [`! ${read.message}`];
  return [`${read.kind} ${showValue(read.value(moment), read.field?.show)}`];
});

const SCRIPTS = new Map<string, Script>();

/** Steps of a session, each with what it came to; a section is a session on a file. */
answersOf(
  file('requests.txt'),
  async (step, section) => {
    const name = section.split(':')[0] ?? '';
    const text = ODD[name] ?? FILES[name];
    if (text === undefined) throw new Error(`there is no file for ${section}`);
    const script = SCRIPTS.get(section) ?? new Script(text);
    SCRIPTS.set(section, step.startsWith('launch') ? new Script(text) : script);
    const said = await (SCRIPTS.get(section) as Script).step(step);
    return said.split('\n');
  },
  (section) => SCRIPTS.delete(section),
);
