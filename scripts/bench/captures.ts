import { parseSourceFile } from '../../src/core/syntax/parse';
import { CaptureAnalysis } from '../../src/features/capture/captureAnalysis';
import { flowRow } from '../../src/features/capture/flowRow';
import { CaptureInput, piecesOf } from '../../src/features/capture/readCapture';
import { modelOf } from '../../src/features/fileModel';
import type { BoundFigure } from './bounds';

const PACKETS = 500_000;
const FLOWS = 2_000;

const RULES = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
COMMIT

$ ip addr
2: eth0: <UP> mtu 1500
    inet 203.0.113.5/24 scope global eth0
$ ip route
default via 203.0.113.1 dev eth0
203.0.113.0/24 dev eth0 proto kernel scope link src 203.0.113.5
`;

/** A pcap of Ethernet frames, a SYN of each flow first. Deterministic. */
function capture(): Uint8Array {
  const size = 16 + 14 + 40;
  const bytes = new Uint8Array(24 + PACKETS * size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint32(20, 1, true);
  for (let i = 0; i < PACKETS; i++) {
    const at = 24 + i * size;
    const flow = i < FLOWS ? i : (i * 7919) % FLOWS;
    const back = i >= FLOWS && i % 2 === 1;
    view.setUint32(at + 8, size - 16, true);
    view.setUint32(at + 12, size - 16, true);
    const ip = at + 30;
    view.setUint16(ip - 2, 0x0800);
    bytes[ip] = 0x45;
    view.setUint16(ip + 2, 40);
    bytes[ip + 8] = 64;
    bytes[ip + 9] = 6;
    const [client, server] = [0xc6336400 + (flow % 200), 0xcb007105];
    view.setUint32(ip + 12, back ? server : client);
    view.setUint32(ip + 16, back ? client : server);
    const [port, service] = [20_000 + flow, [22, 80, 443, 25][flow % 4] ?? 22];
    view.setUint16(ip + 20, back ? service : port);
    view.setUint16(ip + 22, back ? port : service);
    bytes[ip + 32] = 0x50;
    bytes[ip + 33] = i < FLOWS ? 2 : 16;
  }
  return bytes;
}

/** A capture read and traced: milliseconds of processor time, and packets a second. */
export function measureCaptures(): readonly BoundFigure[] {
  const bytes = capture();
  const model = modelOf(parseSourceFile(RULES));
  const start = process.cpuUsage();
  const input = new CaptureInput();
  for (const piece of piecesOf(bytes)) input.push(piece);
  input.end();
  const read = spent(start);
  const analysis = new CaptureAnalysis(model, model.dumps[0] as (typeof model.dumps)[number]);
  const rows = input.flows.flows.map((flow) => flowRow(analysis.trace(flow)));
  const all = spent(start);
  const rate = (milliseconds: number): string => `${Math.round(PACKETS / milliseconds)},000 packets a second`;
  return [
    { what: `a capture of ${PACKETS / 1000},000 packets: read into flows`, milliseconds: read, result: rate(read) },
    {
      what: `the same, with the first packet of ${rows.length} flows traced (${analysis.traced} differ)`,
      milliseconds: all,
      result: rate(all),
    },
  ];
}

function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
