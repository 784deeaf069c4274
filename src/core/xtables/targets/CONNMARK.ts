import { defineTarget } from '../extension';
import { flag, option, problem, type BuildProblem, type Given, type GivenOptions } from '../option';
import { markValue } from '../values/mark';
import { number32 } from '../values/number32';

interface ConnmarkData {
  readonly mode: 'set' | 'save' | 'restore';
  /** The value that `set` XORs in. */
  readonly mark: number;
  readonly ctmask: number;
  readonly nfmask: number;
  /** Bits to shift to the left; below 0 to the right. */
  readonly shift: number;
}

const MODES = ['--set-xmark', '--set-mark', '--and-mark', '--or-mark', '--xor-mark', '--save-mark', '--restore-mark'];
const one = (name: string): { readonly excludes: readonly string[] } => ({
  excludes: MODES.filter((each) => each !== name),
});
const setXmark = option(
  '--set-xmark',
  markValue,
  'Zeroes the bits of the mask, then XORs the value into the connection mark.',
  one('--set-xmark'),
);
const setMark = option(
  '--set-mark',
  markValue,
  'Zeroes the bits of the mask and the value, then ORs the value in.',
  one('--set-mark'),
);
const andMark = option('--and-mark', number32('bits'), 'ANDs the connection mark with the value.', one('--and-mark'));
const orMark = option('--or-mark', number32('bits'), 'ORs the value into the connection mark.', one('--or-mark'));
const xorMark = option('--xor-mark', number32('bits'), 'XORs the value into the connection mark.', one('--xor-mark'));
const saveMark = flag('--save-mark', 'Copies the mark of the packet to the connection.', one('--save-mark'));
const restoreMark = flag('--restore-mark', 'Copies the mark of the connection to the packet.', one('--restore-mark'));
const leftShift = option('--left-shift-mark', number32('bits', 0, 32), 'Shifts the result to the left.');
const rightShift = option('--right-shift-mark', number32('bits', 0, 32), 'Shifts the result to the right.');
const ctmask = option('--ctmask', number32('mask'), 'The bits of the connection mark that are used.', {
  excludes: ['--mask'],
});
const nfmask = option('--nfmask', number32('mask'), 'The bits of the packet mark that are used.', {
  excludes: ['--mask'],
});
const mask = option('--mask', number32('mask'), 'The bits of both marks that are used.', {
  excludes: ['--ctmask', '--nfmask'],
});

/**
 * `-j CONNMARK`: the mark of the connection. Source: extensions/libxt_CONNMARK.c, net/netfilter/xt_connmark.c
 * connmark_tg_shift.
 */
export const CONNMARK = defineTarget<ConnmarkData>({
  kind: 'target',
  name: 'CONNMARK',
  families: [4, 6],
  options: [
    setXmark,
    setMark,
    andMark,
    orMark,
    xorMark,
    saveMark,
    restoreMark,
    leftShift,
    rightShift,
    ctmask,
    nfmask,
    mask,
  ],
  terminates: 'never',
  needsConntrack: true,
  documentation: {
    summary: 'Sets the mark of the connection, or copies it to or from the packet.',
    details:
      'The mark stays with the connection and applies to each of its packets in both directions. A packet ' +
      'without a connection (INVALID, UNTRACKED, raw table) is left unchanged.',
    source: 'iptables-extensions(8), CONNMARK; net/netfilter/xt_connmark.c',
  },
  build: buildConnmark,
  print(data) {
    const shift = data.shift === 0 ? '' : ` --${data.shift > 0 ? 'left' : 'right'}-shift-mark ${Math.abs(data.shift)}`;
    if (data.mode === 'set') return ` --set-xmark ${hex(data.mark)}/${hex(data.ctmask)}${shift}`;
    return ` --${data.mode}-mark --nfmask ${hex(data.nfmask)} --ctmask ${hex(data.ctmask)}${shift}`;
  },
  describe(data) {
    if (data.mode === 'save') return `copies the mark of the packet${bits(data.nfmask)} to the connection`;
    if (data.mode === 'restore') return `copies the mark of the connection${bits(data.ctmask)} to the packet`;
    return data.ctmask === 0xffffffff
      ? `sets the mark of the connection to ${hex(data.mark)}`
      : `changes the bits ${hex((data.ctmask | data.mark) >>> 0)} of the connection's mark`;
  },
  changes: ({ mode }) => [{ field: mode === 'restore' ? 'mark' : 'conntrackMark', kind: 'open' }],
  apply(data, { packet, conntrack }) {
    const entry = conntrack?.entry;
    if (entry === undefined) return { kind: 'continue', note: 'the packet belongs to no connection' };
    switch (data.mode) {
      case 'set':
        return {
          kind: 'continue',
          conntrack: { mark: shifted(((entry.mark & ~data.ctmask) ^ data.mark) >>> 0, data.shift) },
        };
      case 'save':
        return {
          kind: 'continue',
          conntrack: {
            mark: ((entry.mark & ~data.ctmask) ^ shifted((packet.mark & data.nfmask) >>> 0, data.shift)) >>> 0,
          },
        };
      case 'restore':
        return {
          kind: 'continue',
          packet: {
            mark: ((packet.mark & ~data.nfmask) ^ shifted((entry.mark & data.ctmask) >>> 0, data.shift)) >>> 0,
          },
        };
    }
  },
});

/**
 * The options write to the same few fields in the order given, so `--mask` after `--set-mark` overrides its mask and
 * not the reverse.
 */
function buildConnmark(options: GivenOptions): ConnmarkData | BuildProblem {
  let data: ConnmarkData = { mode: 'set', mark: 0, ctmask: 0xffffffff, nfmask: 0xffffffff, shift: 0 };
  const steps: { readonly start: number; readonly change: Partial<ConnmarkData> }[] = [];
  const note = <V>(given: Given<V> | undefined, change: (value: V) => Partial<ConnmarkData>): void => {
    if (given) steps.push({ start: given.optionWord.start, change: change(given.value) });
  };
  note(options.get(setXmark), (each) => ({ mark: each.value, ctmask: each.mask }));
  note(options.get(setMark), (each) => ({ mark: each.value, ctmask: (each.value | each.mask) >>> 0 }));
  note(options.get(andMark), (value) => ({ mark: 0, ctmask: ~value >>> 0 }));
  note(options.get(orMark), (value) => ({ mark: value, ctmask: value }));
  note(options.get(xorMark), (value) => ({ mark: value, ctmask: 0 }));
  note(options.get(saveMark), () => ({ mode: 'save' }));
  note(options.get(restoreMark), () => ({ mode: 'restore' }));
  note(options.get(leftShift), (shift) => ({ shift }));
  note(options.get(rightShift), (shift) => ({ shift: -shift }));
  note(options.get(ctmask), (value) => ({ ctmask: value }));
  note(options.get(nfmask), (value) => ({ nfmask: value }));
  note(options.get(mask), (value) => ({ ctmask: value, nfmask: value }));
  for (const { change } of steps.sort((a, b) => a.start - b.start)) data = { ...data, ...change };
  if (![setXmark, setMark, andMark, orMark, xorMark, saveMark, restoreMark].some((each) => options.has(each)))
    return problem(`CONNMARK needs one of ${MODES.join(', ')}`);
  if (Math.abs(data.shift) === 32)
    return problem(
      'a mark has 32 bits: the kernel accepts a shift of 31 at most',
      options.get(data.shift > 0 ? leftShift : rightShift),
    );
  return data;
}

function shifted(mark: number, shift: number): number {
  return shift < 0 ? mark >>> -shift : (mark << shift) >>> 0;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function bits(used: number): string {
  return used === 0xffffffff ? '' : ` (bits ${hex(used)})`;
}
