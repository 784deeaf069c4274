import { own } from '../../core/text/own';

/**
 * Why a condition did not hold, in a few words: `--dport 15008` and `dport 3000` make `dport 3000 ≠ 15008`. Only for a condition
 * that answered no: the words rely on it. What is not known here is put as `-m socket: no socket`, which is never wrong.
 */
export function whyNot(condition: string, actual: string): string {
  const { inverted, option, value } = readCondition(condition);
  if (actual.startsWith('no ') || actual.startsWith('not ')) return actual;
  const words = own(PHRASES, option)?.(value, actual, inverted);
  return words ?? `${condition}: ${actual}`;
}

/** A condition as iptables-save writes it, taken apart. */
export function readCondition(condition: string): { readonly inverted: boolean; readonly option: string; readonly value: string } {
  const inverted = condition.startsWith('! ');
  const text = inverted ? condition.slice(2) : condition;
  const blank = text.indexOf(' ');
  return blank < 0 ? { inverted, option: text, value: '' } : { inverted, option: text.slice(0, blank), value: text.slice(blank + 1) };
}

/** undefined: what the packet shows is not in the form that this phrase is made for. */
type Phrase = (value: string, actual: string, inverted: boolean) => string | undefined;

const PHRASES: Readonly<Record<string, Phrase>> = {
  '-p': (value, actual, inverted) => (inverted ? `protocol is ${actual}` : `${actual} ≠ ${value}`),
  '-s': address('src'), '-d': address('dst'),
  '-i': iface('in'), '-o': iface('out'),
  '--sport': port('sport'), '--dport': port('dport'), '--sports': port('sport'), '--dports': port('dport'),
  '--ports': (value, actual, inverted) => (inverted ? `one of ${actual} is in ${value}` : `neither of ${actual} is in ${value}`),
  '--uid-owner': owner('uid'), '--gid-owner': owner('gid'),
  '--mark': (value, actual, inverted) => {
    if (!/^(connection )?mark 0x/.test(actual)) return undefined;
    if (value.includes('/')) return inverted ? `${actual} fits ${value}` : `${actual} does not fit ${value}`;
    return inverted ? actual.replace('mark ', 'mark is ') : `${actual} ≠ ${value}`;
  },
  '--ctstate': state, '--state': state,
  '--ctdir': (value, actual) => `${actual} ≠ ${value}`,
  '--tcp-flags': (value, actual, inverted) => {
    if (value === 'FIN,SYN,RST,ACK SYN') return inverted ? `${actual}: opens a connection` : `${actual}: opens no connection`;
    return inverted ? `${actual} fit ${value}` : `${actual} do not fit ${value}`;
  },
  '--src-type': addressType, '--dst-type': addressType,
  '--icmp-type': named, '--icmpv6-type': named,
  '--src-range': range, '--dst-range': range,
  '--length': range, '--ttl-eq': named, '--hl-eq': named, '--dscp': named, '--tos': named,
  '--pkt-type': named,
};

function address(label: string): Phrase {
  return (value, actual, inverted) => {
    if (!actual.startsWith(`${label} `)) return undefined;
    const single = value.replace(/\/(32|128)$/, '');
    if (single.includes('/')) return `${actual} is ${inverted ? '' : 'not '}in ${single}`;
    return inverted ? `${label} is ${single}` : `${actual} ≠ ${single}`;
  };
}

function iface(label: string): Phrase {
  return (value, actual, inverted) => {
    const [first, name, ...rest] = actual.split(' ');
    if (first === label && name === 'no') return [name, ...rest].join(' ');
    if (first !== label || name === undefined) return undefined;
    if (value.endsWith('+')) return `${actual} ${inverted ? 'fits' : 'does not fit'} ${value}`;
    return inverted ? `${label} is ${name}` : `${actual} ≠ ${value}`;
  };
}

function port(label: string): Phrase {
  return (value, actual, inverted) => {
    if (!actual.startsWith(`${label} `)) return undefined;
    if (/^\d+$/.test(value)) return inverted ? `${label} is ${value}` : `${actual} ≠ ${value}`;
    return `${actual} is ${inverted ? '' : 'not '}in ${value}`;
  };
}

/** The packet shows `uid 1000 gid 1000`, the condition asks for one of them. */
function owner(label: 'uid' | 'gid'): Phrase {
  return (value, actual, inverted) => {
    const found = new RegExp(`(?:^| )${label} (\\d+)`).exec(actual)?.[1];
    if (actual.includes(' groups ')) return undefined;
    if (found === undefined) return actual;
    if (/^\d+-\d+$/.test(value)) return `${label} ${found} is ${inverted ? '' : 'not '}in ${value}`;
    if (!/^\d+$/.test(value)) return inverted ? `${label} ${found} is ${value}` : `${label} ${found} is not ${value}`;
    return inverted ? `${label} is ${value}` : `${label} ${found} ≠ ${value}`;
  };
}

function state(value: string, actual: string, inverted: boolean): string | undefined {
  if (!actual.startsWith('state ')) return undefined;
  const states = actual.slice('state '.length);
  return inverted ? `${states} is in ${value}` : `${states}, not ${value.split(',').join(' or ')}`;
}

function addressType(value: string, actual: string, inverted: boolean): string {
  return inverted ? actual : `${actual}, not ${value.split(',').join(' or ')}`;
}

function named(value: string, actual: string, inverted: boolean): string {
  return inverted ? `${actual} is ${value}` : `${actual} is not ${value}`;
}

function range(value: string, actual: string, inverted: boolean): string {
  return `${actual} is ${inverted ? '' : 'not '}in ${value}`;
}
