import { andAddress, formatBlock, isLoopback, parseBlock } from '../../../net/address';
import { addressFamily } from '../../../syntax/family';

/** What Istio refuses, or ignores, about a value. */
export interface Refused {
  readonly problem: string;
}

/** A range as iptables-save prints it. */
export interface Range {
  readonly family: 4 | 6;
  readonly text: string;
  readonly loopback: boolean;
}

export function isRefused<V>(values: V | Refused): values is Refused {
  return typeof values === 'object' && values !== null && 'problem' in values;
}

/** Ports with commas between; empty for none. Source: istio/istio:pkg/kube/inject/validate.go, parsePorts. */
export function portsOf(value: string): readonly string[] | Refused {
  const ports = namesOf(value);
  const wrong = ports.find((port) => !/^\d{1,5}$/.test(port) || Number(port) > 0xffff);
  return wrong === undefined
    ? ports.map((port) => String(Number(port)))
    : { problem: `"${wrong}" is not a port from 0 to 65535: Istio refuses the pod.` };
}

/**
 * Prefixes with commas between; empty for none. Source: the same file, validateCIDRList, which requires a length with
 * each and accepts no blanks.
 */
export function rangesOf(value: string): readonly Range[] | Refused {
  const ranges: Range[] = [];
  for (const written of value === '' ? [] : value.split(',')) {
    const [before = '', length] = written.split('/');
    const family = addressFamily(before);
    const block = family && /^\d+$/.test(length ?? '') ? parseBlock(written, family) : undefined;
    if (!family || !block) {
      const alone = family && length === undefined ? ` A single address is ${before}/${family === 4 ? 32 : 128}.` : '';
      return { problem: `"${written}" is not a range such as 10.0.0.0/8: Istio refuses the pod.${alone}` };
    }
    const { address, mask } = block;
    ranges.push({
      family,
      text: formatBlock({ address: andAddress(address, mask), mask }),
      loopback: isLoopback(address),
    });
  }
  return ranges;
}

/** Names with commas between; empty for none. */
export function namesOf(value: string): readonly string[] {
  return value.trim() === '' ? [] : value.split(',').map((each) => each.trim());
}
