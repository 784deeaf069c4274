import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { SysctlFacts } from '../facts';
import type { Line } from '../tree';

/** Reads settings as `sysctl`, /etc/sysctl.conf, `grep . /proc/sys/…` and `head /proc/sys/…` show them. */
export function readSysctls(reader: SectionReader, from: number): number {
  const { lines } = reader;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const shape = lines[i]?.shape;
    if (shape === Shape.Sysctl || (end === i && isAnswerOf(lines[i - 1], lines[i]))) end = i + 1;
    else if (shape !== Shape.Blank && shape !== Shape.Comment) break;
  }
  takeSysctls(reader, from, end);
  return end;
}

/** The settings of the lines from `from` to `end`, which may have others between them. */
export function takeSysctls(reader: SectionReader, from: number, end: number): void {
  const { lines } = reader;
  const origin = isConfiguration(lines[from - 1]) || isConfiguration(lines[from - 2]) ? 'configured' : 'listed';
  const sysctls: SysctlFacts[] = [];
  for (let i = from; i < end; i++) {
    const line = lines[i];
    if (line?.shape !== Shape.Sysctl) continue;
    const text = line.text.slice(line.contentStart);
    const headed = HEADED.exec(text);
    const next = lines[i + 1];
    if (headed && next) {
      if (isAnswerOf(line, next))
        sysctls.push({ name: dotted(headed[1] ?? ''), value: next.text.trim(), origin: 'listed', line: next });
      continue;
    }
    const found = WRITTEN.exec(text);
    if (!found) continue;
    const [, file = '', name = '', value = ''] = found;
    sysctls.push({
      name: dotted(name),
      value: value.replace(/[ \t][#;].*/s, '').trim(),
      origin: file === '' ? origin : 'configured',
      line,
    });
  }
  if (sysctls.length > 0) reader.take({ kind: 'sysctls', sysctls, lines: reader.slice(from, end) });
}

/** `net/ipv4/conf/eth0.100/rp_filter`, and `net.ipv4.conf.eth0/100.rp_filter` as sysctl writes it, with dots only. */
export function dotted(name: string): string {
  return name.replace(/^\/proc\/sys\//, '').replaceAll('/', '.');
}

/** `net.ipv4.ip_forward = 1`, `/proc/sys/net/ipv4/ip_forward:1`, `/etc/sysctl.conf:net.ipv4.ip_forward=1`. */
const WRITTEN = /^(\/etc\/sysctl[^\s:]*:)?((?:\/proc\/sys\/)?[a-z]+[./][^\s=]*?)[ \t]*[=:](?![^\s=]*=)(.*)$/s;
/** How `head` and `tail` name one of several files. */
const HEADED = /^==> (\/proc\/sys\/\S+) <==/;

/** The line below such a name. */
function isAnswerOf(heading: Line | undefined, line: Line | undefined): boolean {
  return (
    heading?.shape === Shape.Sysctl &&
    line?.shape === Shape.Text &&
    HEADED.test(heading.text.slice(heading.contentStart)) &&
    isValue(line.text)
  );
}

/** A bare number, as a file below /proc/sys holds it. */
export function isValue(text: string): boolean {
  return /^[ \t]*-?\d{1,19}[ \t]*$/.test(text);
}

/** A command or comment above that names a file which is read when the host starts. */
function isConfiguration(line: Line | undefined): boolean {
  return (
    line !== undefined &&
    line.text.length < 400 &&
    (line.shape === Shape.Echo ||
      line.shape === Shape.HostCommand ||
      line.shape === Shape.Comment ||
      line.shape === Shape.Text) &&
    /\bsysctl(?:\.conf|\.d\b)/.test(line.text)
  );
}
