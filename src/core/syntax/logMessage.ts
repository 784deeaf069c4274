import { baseName } from './baseName';
import { programBackend, programFamily } from './shellProgram';
import type { Line } from './tree';

/**
 * What a line of an istio-init or istio-cni log states about the lines below it. Every wording since the shell script
 * of 0.2: tools/deb/istio-iptables.sh,
 * tools/istio-iptables/pkg/{cmd/root.go,config/config.go,dependencies/implementation.go, capture/run.go},
 * tools/common/config/config.go in istio/istio.
 */
export type LogMessage =
  | { readonly kind: 'variables'; readonly title: 'environment' | 'variables' | 'config' }
  | {
      readonly kind: 'restore-input' | 'saved-state';
      readonly title: string;
      readonly family: 4 | 6 | undefined;
      readonly backend: 'legacy' | 'nft' | undefined;
    }
  /** A program was run; what it printed comes with the next `Command output:`. */
  | {
      readonly kind: 'command';
      readonly family: 4 | 6 | undefined;
      readonly backend: 'legacy' | 'nft' | undefined;
      readonly saves: boolean;
      readonly noflush: boolean;
    }
  | { readonly kind: 'other' };

/** Reads the message of a line of shape Log. */
export function readLogMessage(line: Line): LogMessage {
  const message = messageOf(line);
  if (/^(?:Istio (?:iptables|nftables) environment|Environment):/.test(message))
    return { kind: 'variables', title: 'environment' };
  if (/^(?:Istio (?:iptables|nftables) variables|Variables):/.test(message))
    return { kind: 'variables', title: 'variables' };
  if (message.startsWith('Istio config:')) return { kind: 'variables', title: 'config' };
  if (message.startsWith('Writing following contents to rules file:')) {
    return input('Writing following contents to rules file', /ip6?tables/.exec(message)?.[0]);
  }
  const restore = /^Running (?:iptables restore with: )?(\S+) (?:and|with) the following input/.exec(message);
  if (restore) return input('Restore input', restore[1]);
  const final = /^Final iptables state(?: \(IPv([46])\))?/.exec(message);
  if (final) {
    const family = final[1] === '6' ? 6 : final[1] === '4' ? 4 : undefined;
    return { kind: 'saved-state', title: final[0], family, backend: undefined };
  }
  if (/^Command output:/.test(message))
    return { kind: 'saved-state', title: 'Command output', family: undefined, backend: undefined };
  const command = /^Running command(?: \([^)]{0,80}\))?: (?:nsenter .{0,200}?-- )?(\S+)(.*)/s.exec(message);
  if (command) {
    const program = baseName(command[1] ?? '');
    const known = /^ip6?tables/.test(program);
    return {
      kind: 'command',
      family: known ? programFamily(program) : undefined,
      backend: known ? programBackend(program) : undefined,
      saves: program.endsWith('-save'),
      noflush: / (?:--noflush|-n)\b/.test(command[2] ?? ''),
    };
  }
  return { kind: 'other' };
}

/** The text of a log line after time, level and scope. */
function messageOf(line: Line): string {
  const found = HEAD.exec(line.text.slice(line.contentStart));
  return found
    ? line.text.slice(line.contentStart + found[0].length).trimEnd()
    : line.text.slice(line.contentStart).trimEnd();
}

/** Time, level, and the scope that the CNI plugin and agent print (`cni`, `cni-plugin`, `iptables`). */
const HEAD =
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,20}[ \t]+)?(?:(?:trace|debug|info|warn|warning|error|fatal|none)[ \t]+)?(?:[a-z][\w-]{1,30}[ \t]+(?=(?:Writing|Running|Command|Final|Istio)\b))?/i;

function input(title: string, program: string | undefined): LogMessage {
  const name = program === undefined ? '' : baseName(program);
  const known = /^ip6?tables/.test(name);
  return {
    kind: 'restore-input',
    title,
    family: known ? programFamily(name) : undefined,
    backend: known ? programBackend(name) : undefined,
  };
}
