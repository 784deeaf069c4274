import { inBlock, parseAddress, parseBlock } from '../../core/net/address';
import type { ExpressionProblem } from '../../core/net/packetExpression';
import type { Environment } from './environment';
import { isInputProblem, partOf, problemAt, type Piece } from './firstPacket';
import { readUrl } from './url';

/** Where a program connects to. */
export interface Place {
  readonly host: Piece;
  readonly port: number;
}

/** A proxy that was chosen by an option or by the environment. */
export interface ChosenProxy {
  readonly value: Piece;
  /** The variable that names it; undefined: an option does. */
  readonly variable: string | undefined;
}

/** The variable that a program asks for its proxy, the first that is not empty. */
export function proxyVariable(names: readonly string[], { set }: Environment): ChosenProxy | undefined {
  for (const name of names) {
    const value = set.get(name);
    if (value && value.text !== '') return { value, variable: name };
  }
  return undefined;
}

/** What is said of proxies that are set and do not count. */
export function unusedProxies(names: readonly string[], { set, kept }: Environment): readonly string[] {
  return names
    .filter((name) => !set.has(name) && kept.has(name))
    .map((name) => `${name} does not count: ${kept.get(name) ?? ''}.`);
}

/**
 * Whether a list of `no_proxy` or `--noproxy` names a host: itself, a domain that it is in, a block with its address,
 * or `*`.
 */
export function isExcepted(host: string, list: string): boolean {
  if (list.trim() === '*') return true;
  const address = parseAddress(host);
  return list.split(/[\s,]+/).some((each) => {
    const block = address && each.includes('/') ? parseBlock(each, address.family) : undefined;
    if (address && block) return inBlock(address, block);
    const plain = each.replace(/^\./, '').toLowerCase();
    const name = host.toLowerCase();
    return plain !== '' && (name === plain || (!address && name.endsWith(`.${plain}`)));
  });
}

/** The proxy in place of the host. `port`: that of a proxy whose URL has none. */
export function proxyPlace(
  { value, variable }: ChosenProxy,
  { host, port }: Place,
  defaultPort: number,
  notes: string[],
): Place | ExpressionProblem {
  if (/[$`]/.test(value.text))
    return problemAt(value, `what the shell makes of ${value.text} is not known: write the proxy itself`);
  const read = placeOf(value, defaultPort);
  if (isInputProblem(read)) return read;
  notes.push(
    `The packet goes to the proxy${variable === undefined ? '' : ` of ${variable}`}, which ` +
      `connects to ${host.text} port ${port} itself.`,
  );
  return read;
}

/** `socks5://10.0.0.3` is a scheme that only proxies have; that of an HTTPS proxy is port 443. */
function placeOf(value: Piece, defaultPort: number): Place | ExpressionProblem {
  const scheme = /^([a-z\d]+):\/\//i.exec(value.text)?.[1]?.toLowerCase();
  const socks = scheme !== undefined && /^socks[45][ah]?$/.test(scheme);
  const read = readUrl(socks ? partOf(value, scheme.length + 3, value.text.length) : value, 'http');
  if (isInputProblem(read)) return read;
  return { host: read.host, port: read.ported ? read.port : scheme === 'https' ? 443 : defaultPort };
}
