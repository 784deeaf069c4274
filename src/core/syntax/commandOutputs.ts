import { readEchoes, type Echo } from './echo';
import type { Line } from './tree';

/** What a program prints, by the sections that are read of it. */
export type Printed = 'rules' | 'interfaces' | 'routes' | 'policy-rules' | 'sockets' | 'sets';

/**
 * The commands of one line (`iptables -S; iptables -t nat -S`), whose output follows in the same order. Where there is
 * only one, what stands right below it is its output.
 */
export class CommandOutputs {
  private commands: Echo[] = [];
  /** The first command whose output is still to come. */
  private at = 0;
  private readonly toCome = new Map<Printed, number>();
  private index = -1;

  /**
   * A line of shape Echo or HostCommand, and its commands. The lines that stand for one line of the file are parts of
   * it.
   */
  begin(line: Line): readonly Echo[] {
    const echoes = readEchoes(line);
    if (line.index !== this.index) this.end();
    this.index = line.index;
    for (const echo of echoes) {
      this.commands.push(echo);
      this.count(printedBy(echo), 1);
    }
    return echoes;
  }

  /** What follows is not the output of those commands. */
  end(): void {
    this.commands = [];
    this.at = 0;
    this.toCome.clear();
    this.index = -1;
  }

  /** The command that printed what begins here, where the line has several: it and those before it have ended. */
  next(printed: Printed): Echo | undefined {
    while (this.awaits(printed)) {
      const command = this.commands[this.at++];
      const found = command && printedBy(command);
      this.count(found, -1);
      if (found === printed) return command;
    }
    return undefined;
  }

  /** Whether one of several commands, whose output is still to come, prints this. */
  awaits(printed: Printed): boolean {
    return this.commands.length > 1 && (this.toCome.get(printed) ?? 0) > 0;
  }

  private count(printed: Printed | undefined, by: number): void {
    if (printed !== undefined) this.toCome.set(printed, (this.toCome.get(printed) ?? 0) + by);
  }
}

/** Undefined for a command of whose output nothing is read, or that prints nothing here. */
function printedBy({ program, title, role }: Echo): Printed | undefined {
  if (ELSEWHERE.test(title)) return undefined;
  if (role !== undefined) return role === 'saved-state' ? 'rules' : undefined;
  switch (program) {
    case 'ss':
      return 'sockets';
    case 'netstat':
      return /[ \t]-\w*r|[ \t]--route/.test(title) ? 'routes' : 'sockets';
    case 'route':
      return 'routes';
    case 'ifconfig':
      return 'interfaces';
    case 'ipset':
      return 'sets';
    case 'ip':
      return OBJECTS.find(([pattern]) => pattern.test(objectOf(title)))?.[1];
    default:
      return undefined;
  }
}

/** The output goes to a file, or to a program that prints something else. */
const ELSEWHERE =
  /(?:^|[^2&>-])>>?[ \t]*[^&>\s]|\|[ \t]*(?:sudo[ \t]+)?(?:wc|md5sum|sha\d+sum|cksum|gzip|xz|logger|ssh|nc|diff|xclip|pbcopy|[\w./-]{0,60}tables[\w-]{0,10}-restore)\b/;

/** Source: ip(8): an object may be written with its first letters. */
const OBJECTS: readonly (readonly [pattern: RegExp, printed: Printed])[] = [
  [/^(?:a|ad|addr|addre|addres|address|l|li|lin|link)$/, 'interfaces'],
  [/^(?:r|ro|rou|rout|route)$/, 'routes'],
  [/^(?:ru|rul|rule)$/, 'policy-rules'],
];

/** `addr` of `ip -4 -br addr show`. */
function objectOf(title: string): string {
  return /^\S+(?:[ \t]+-(?:(?:f|family|n|netns)[ \t]+\S+|\S+))*[ \t]+(\S+)/.exec(title)?.[1] ?? '';
}
