import { unknown, type Unknown } from '../answer';
import { invalid, type InvalidValue, type ValueType } from '../option';

/** One instruction of classic BPF. Source: linux/filter.h; Documentation/networking/filter.rst. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The most instructions that the kernel takes (XT_BPF_MAX_NUM_INSTR). */
const MAX_INSTRUCTIONS = 64;
const MEMORY_WORDS = 16;
/** Where loads begin that are not from the packet, or count from a header (SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF). */
const ANCILLARY = -0x1000;
const NETWORK = -0x100000;
const LINK_LAYER = -0x200000;
/** `a ^= x`, an operation among the places. */
const XOR_X = 40;
const LAST_PLACE = 60;

/** `length,code jt jf k,code jt jf k…`. What comes after the fourth number of an instruction is overlooked. */
export const bytecode: ValueType<readonly BpfInstruction[]> = {
  metavariable: 'length,code jt jf k,…',
  parse(text): readonly BpfInstruction[] | InvalidValue {
    const [head = '', ...rest] = text.split(',');
    if (rest[rest.length - 1] === '') rest.pop();
    const length = /^\s*\+?([0-9]+)$/.test(head) ? Number(head) & 0xffff : undefined;
    if (length === undefined || !text.includes(','))
      return invalid('the program must begin with its number of instructions and a comma');
    if (length > MAX_INSTRUCTIONS)
      return invalid(`the program has ${length} instructions; the kernel accepts up to ${MAX_INSTRUCTIONS}`);
    if (rest.length !== length) return invalid(`the program states ${length} instructions, but ${rest.length} follow`);
    const program: BpfInstruction[] = [];
    for (const [i, item] of rest.entries()) {
      const numbers = /^\s*([+-]?[0-9]+)\s+([+-]?[0-9]+)\s+([+-]?[0-9]+)\s+([+-]?[0-9]+)/.exec(item);
      if (numbers === null) return invalid(`instruction ${i} ("${item}") is not four numbers`);
      const [code = 0, jt = 0, jf = 0, k = 0] = numbers
        .slice(1)
        .map((number) => Number(BigInt.asUintN(32, BigInt(number.replace('+', '')))));
      program.push({ code: code & 0xffff, jt: jt & 0xff, jf: jf & 0xff, k });
    }
    return program;
  },
};

/** As iptables-save prints it, without quotes. */
export function printBpf(program: readonly BpfInstruction[]): string {
  return [program.length, ...program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`)].join(',');
}

/** Every operation code there is. */
const CODES: ReadonlySet<number> = new Set([
  0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c,
  0xa4, 0xac, 0x80, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x00, 0x60, 0x81, 0xb1, 0x01, 0x61, 0x02, 0x03, 0x07, 0x87,
  0x06, 0x16, 0x05, 0x15, 0x1d, 0x35, 0x3d, 0x25, 0x2d, 0x45, 0x4d,
]);

/**
 * What the kernel finds wrong with a program; undefined where it takes it. Source: net/core/filter.c bpf_check_classic,
 * check_load_and_stores.
 */
export function checkBpf(program: readonly BpfInstruction[]): string | undefined {
  for (const [at, instruction] of program.entries()) {
    const wrong = checkInstruction(instruction, program.length - at - 1);
    if (wrong !== undefined) return `instruction ${at}: ${wrong}`;
  }
  const last = program[program.length - 1];
  if (last === undefined || (last.code !== 0x06 && last.code !== 0x16)) return 'the last instruction is not a return';
  return checkMemory(program);
}

/** `left` is the number of instructions after this one. */
function checkInstruction({ code, jt, jf, k }: BpfInstruction, left: number): string | undefined {
  if (!CODES.has(code)) return `there is no operation ${code}`;
  if ((code === 0x34 || code === 0x94) && k === 0) return 'division by 0';
  if ((code === 0x64 || code === 0x74) && k >= 32) return 'it shifts by 32 or more';
  if ([0x60, 0x61, 0x02, 0x03].includes(code) && k >= MEMORY_WORDS) return `there is no memory word ${k}`;
  if (code === 0x05 ? k >= left : (code & 7) === 5 && (jt >= left || jf >= left)) return 'it jumps beyond the end';
  if ((code === 0x20 || code === 0x28 || code === 0x30) && (k | 0) < 0 && (k | 0) >= ANCILLARY) {
    const place = (k | 0) - ANCILLARY;
    if (place > LAST_PLACE || place % 4 !== 0) return `there is nothing to load at ${k}`;
  }
  return undefined;
}

/** No memory word may be read on a way on which it was not written. */
function checkMemory(program: readonly BpfInstruction[]): string | undefined {
  const known = program.map(() => 0xffff);
  let written = 0;
  for (const [at, { code, jt, jf, k }] of program.entries()) {
    written &= known[at] as number;
    if (code === 0x02 || code === 0x03) written |= 1 << k;
    else if ((code === 0x60 || code === 0x61) && (written & (1 << k)) === 0)
      return `instruction ${at}: the memory word ${k} was not written before`;
    else if ((code & 7) === 5) {
      for (const target of code === 0x05 ? [at + 1 + k] : [at + 1 + jt, at + 1 + jf])
        known[target] = (known[target] as number) & written;
      written = 0xffff;
    }
  }
  return undefined;
}

/** What a program reads. */
export interface BpfSource {
  /** From the IP header on. */
  readonly bytes: Uint8Array;
  /** What is not in the packet; undefined where it is not known. */
  readonly ancillary: (place: number) => number | undefined;
  /** From the link-layer header on; undefined where the kernel has noted none. */
  readonly frame: () => Uint8Array | Unknown | undefined;
}

/** Runs a program that `checkBpf` approved. */
export function runBpf(program: readonly BpfInstruction[], source: BpfSource): number | Unknown {
  const memory = new Uint32Array(MEMORY_WORDS);
  let a = 0;
  let x = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, jt, jf, k } = program[at] as BpfInstruction;
    switch (code & 7) {
      case 0:
      case 1: {
        const value = isAncillary(code, k)
          ? loadAncillary((k | 0) - ANCILLARY, a, x, source)
          : load(code, k, x, source, memory);
        if (typeof value === 'object') return value;
        if (value === undefined) return 0;
        if ((code & 7) === 0) a = value;
        else x = value;
        break;
      }
      case 2:
        memory[k] = a;
        break;
      case 3:
        memory[k] = x;
        break;
      case 4: {
        const operand = (code & 8) === 0 ? k : x;
        if (operand === 0 && ((code & 0xf0) === 0x30 || (code & 0xf0) === 0x90)) return 0;
        a = compute(code & 0xf0, a, operand);
        break;
      }
      case 5:
        at += code === 0x05 ? k : jumps(code & 0xf0, a, (code & 8) === 0 ? k : x) ? jt : jf;
        break;
      case 6:
        return code === 0x16 ? a : k;
      default:
        if (code === 0x07) x = a;
        else a = x;
    }
  }
  return 0;
}

function isAncillary(code: number, k: number): boolean {
  return (code === 0x20 || code === 0x28 || code === 0x30) && (k | 0) < 0 && (k | 0) >= ANCILLARY;
}

function loadAncillary(place: number, a: number, x: number, { ancillary }: BpfSource): number | Unknown {
  if (place === XOR_X) return (a ^ x) >>> 0;
  return ancillary(place) ?? unknown(`the program reads something that is not in the packet (offset ${place})`);
}

/** undefined for a place beyond the packet. */
function load(
  code: number,
  k: number,
  x: number,
  source: BpfSource,
  memory: Uint32Array,
): number | Unknown | undefined {
  switch (code) {
    case 0x00:
    case 0x01:
      return k;
    case 0x60:
    case 0x61:
      return memory[k];
    case 0x80:
    case 0x81:
      return source.bytes.length;
    case 0xb1: {
      const first = read(source, k, 1);
      return typeof first === 'number' ? (first & 15) << 2 : first;
    }
    default:
      return read(
        source,
        (code & 0xe0) === 0x40 ? (x + k) >>> 0 : k,
        (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1,
      );
  }
}

function read({ bytes, frame }: BpfSource, offset: number, size: number): number | Unknown | undefined {
  const signed = offset | 0;
  if (signed >= 0) return readBytes(bytes, signed, size);
  if (signed >= NETWORK) return readBytes(bytes, signed - NETWORK, size);
  if (signed < LINK_LAYER) return undefined;
  const whole = frame();
  return whole instanceof Uint8Array ? readBytes(whole, signed - LINK_LAYER, size) : whole;
}

function readBytes(bytes: Uint8Array, at: number, size: number): number | undefined {
  if (at + size > bytes.length) return undefined;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

function compute(operation: number, a: number, operand: number): number {
  switch (operation) {
    case 0x00:
      return (a + operand) >>> 0;
    case 0x10:
      return (a - operand) >>> 0;
    case 0x20:
      return Math.imul(a, operand) >>> 0;
    case 0x30:
      return Math.floor(a / operand);
    case 0x40:
      return (a | operand) >>> 0;
    case 0x50:
      return (a & operand) >>> 0;
    case 0x60:
      return (a << operand) >>> 0;
    case 0x70:
      return a >>> operand;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return a % operand;
    default:
      return (a ^ operand) >>> 0;
  }
}

function jumps(operation: number, a: number, operand: number): boolean {
  switch (operation) {
    case 0x10:
      return a === operand;
    case 0x20:
      return a > operand;
    case 0x30:
      return a >= operand;
    default:
      return (a & operand) !== 0;
  }
}
