import { parseAddress, type Address } from './address';
import { isProblem, namedProtocol, problem, shown, type InputProblem } from './packetRequest';

/** Reads one field of a JSON object; what is missing or null is undefined, what is of another kind is a problem. */
export type FieldReader<T> = (value: unknown, field: string) => T | undefined | InputProblem;

export const isRecord = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The fields of an object, each read by the reader of its name, or the first problem; others are ignored. */
export function readFields<T extends object>(
  json: Readonly<Record<string, unknown>>,
  field: string,
  readers: { readonly [K in keyof T]: FieldReader<T[K]> },
): { readonly [K in keyof T]: T[K] | undefined } | InputProblem {
  const read: Record<string, unknown> = {};
  for (const [name, reader] of Object.entries<FieldReader<unknown>>(readers)) {
    const value = json[name];
    const result = value === undefined || value === null ? undefined : reader(value, `${field}.${name}`);
    if (isProblem(result)) return result;
    read[name] = result;
  }
  return read as { readonly [K in keyof T]: T[K] | undefined };
}

/** A whole number, as a number or as text (`"0x10"`). */
export function wholeNumber(min: number, max: number): FieldReader<number> {
  return (value, field) => {
    const read = typeof value === 'string' && /^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value) ? Number(value) : value;
    return typeof read === 'number' && Number.isInteger(read) && read >= min && read <= max
      ? read
      : problem(field, `${shown(value)} is not a whole number from ${min} to ${max}`);
  };
}

export const u32Field = wholeNumber(0, 0xffffffff);
export const portField = wholeNumber(0, 65535);

export const textField: FieldReader<string> = (value, field) =>
  typeof value === 'string' ? value : problem(field, `${shown(value)} is not a text`);

export const flagField: FieldReader<boolean> = (value, field) =>
  typeof value === 'boolean'
    ? value
    : value === 0 || value === 1
      ? value === 1
      : problem(field, `${shown(value)} is neither true nor false`);

export const interfaceField: FieldReader<string> = (value, field) =>
  typeof value === 'string' && /^[^\s/]{1,15}$/.test(value)
    ? value
    : problem(field, `${shown(value)} is not the name of an interface (1 to 15 characters, no blank, no slash)`);

export const macField: FieldReader<string> = (value, field) =>
  typeof value === 'string' && /^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}$/i.test(value)
    ? value
        .split(/[:-]/)
        .map((part) => part.padStart(2, '0').toLowerCase())
        .join(':')
    : problem(field, `${shown(value)} is not a link layer address such as 02:00:00:00:00:01`);

export const addressField: FieldReader<Address> = (value, field) =>
  (typeof value === 'string' ? parseAddress(value) : undefined) ??
  problem(field, `${shown(value)} is not an IPv4 or IPv6 address`);

/** A number from 0 to 255, or the name of a protocol. */
export const protocolField: FieldReader<number> = (value, field) => {
  const read = typeof value === 'string' ? namedProtocol(value) : value;
  return typeof read === 'number' && Number.isInteger(read) && read >= 0 && read <= 255
    ? read
    : problem(field, `${shown(value)} is not a protocol: a number from 0 to 255, or a name such as tcp, udp, icmp`);
};
