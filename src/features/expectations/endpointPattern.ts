import { hostBlock, parseAddress, parseBlock, type AddressBlock } from '../../core/net/address';
import { portOfService } from '../../core/net/services';
import type { Ports } from './condition';
import type { Settings } from './settings';

export interface EndpointPattern {
  readonly address: AddressBlock | undefined;
  /** A name to look up, in place of the address. */
  readonly name: string | undefined;
  readonly ports: Ports | undefined;
}

/**
 * `:80`, `10.0.0.7`, `10.0.0.0/8:1024-65535`, `[2001:db8::1]:http`, `web:80`; a text says what is wrong with it;
 * undefined: it is not one at all.
 */
export function readEndpointPattern(text: string, names: Settings['names']): EndpointPattern | string | undefined {
  const whole = blockOf(text, names);
  if (whole) return { address: whole, name: undefined, ports: undefined };
  const bracketed = /^\[([^\]]*)\](\/\d{1,3})?(?::(.*))?$/.exec(text);
  const colon = text.lastIndexOf(':');
  const addressText = bracketed
    ? `${bracketed[1] ?? ''}${bracketed[2] ?? ''}`
    : colon < 0
      ? text
      : text.slice(0, colon);
  const portText = bracketed ? bracketed[3] : colon < 0 ? undefined : text.slice(colon + 1);
  const open = addressText === '' || addressText === '*';
  const address = open ? undefined : blockOf(addressText, names);
  const isName = !open && !address && NAME.test(addressText);
  if (!open && !address && !isName) return undefined;
  if (open && portText === undefined) return undefined;
  const ports = portText === undefined ? undefined : portsOf(portText);
  // `INPUT:4x` is not an address with a port.
  if (portText !== undefined && !ports)
    return isName ? undefined : `"${portText}" is not a port, a range such as 1024-65535, or the name of a service`;
  return { address, name: isName ? addressText : undefined, ports };
}

const NAME = /^[\w](?:[\w./-]{0,252}\w)?\.?$/;

function blockOf(text: string, names: Settings['names']): AddressBlock | undefined {
  const value = names.get(text) ?? text;
  const address = parseAddress(value);
  if (address) return hostBlock(address);
  return value.includes('/') ? parseBlock(value, value.includes(':') ? 6 : 4) : undefined;
}

function portsOf(text: string): Ports | undefined {
  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!range) {
    const port = portOfService(text, undefined);
    return port === undefined ? undefined : { first: port, last: port };
  }
  const first = Number(range[1]);
  const last = Number(range[2] ?? range[1]);
  return first <= last && last <= 65535 ? { first, last } : undefined;
}
