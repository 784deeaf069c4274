import { invalid, type InvalidValue, type ValueType } from '../option';

/** The last second that fits into 31 bits: 2038-01-19T03:14:07. */
export const LAST_DATE = 0x7fffffff;
/** 23:59:59. */
export const LAST_SECOND = 86399;
export const ALL_MONTH_DAYS = 0xfffffffe | 0;
export const ALL_WEEK_DAYS = 0xfe;

const WEEK_DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * A decimal number as strtoul(3) reads it from the start of a text; no digits are 0. undefined for one beyond any use,
 * and below 0.
 */
function leadingDecimal(text: string): { readonly value: number; readonly rest: string } | undefined {
  const [all, sign, digits] = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/.exec(text) ?? ['', '', ''];
  if (sign === '-' && !/^0+$/.test(digits ?? '')) return undefined;
  const value = Number(digits);
  return value > 1e9 ? undefined : { value, rest: text.slice(all.length) };
}

/** The parts of a date, from the year on: what may come after each, and its bounds. */
const DATE_PARTS = [
  ['-', 1970, 2038],
  ['-', 0, 12],
  ['T', 0, 31],
  [':', 0, 23],
  [':', 0, 59],
  ['', 0, 59],
] as const;

/**
 * `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` in UTC as seconds since 1970. Days that a month does not have run over into the next,
 * month 0 is the December before.
 */
export const dateTime: ValueType<number> = {
  metavariable: 'YYYY[-MM[-DDThh[:mm[:ss]]]]',
  parse(text): number | InvalidValue {
    const bad = invalid(`"${text}" is not a date of the form YYYY[-MM[-DD[Thh[:mm[:ss]]]]] from 1970 to 2038`);
    const values = [0, 1, 1, 0, 0, 0];
    let rest = text;
    for (const [i, [separator, min, max]] of DATE_PARTS.entries()) {
      const read = leadingDecimal(rest);
      if (read === undefined || read.value < min || read.value > max) return bad;
      values[i] = read.value;
      if (read.rest === '') break;
      if (separator === '' || !read.rest.startsWith(separator)) return bad;
      rest = read.rest.slice(1);
    }
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = values;
    const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    return seconds < 0 ? bad : seconds;
  },
};

/** `hh:mm[:ss]` as seconds of the day. */
export const dayTime: ValueType<number> = {
  metavariable: 'hh:mm[:ss]',
  parse(text): number | InvalidValue {
    const bad = invalid(`"${text}" is not a time of day of the form hh:mm[:ss] up to 23:59:59`);
    const hour = leadingDecimal(text);
    if (hour === undefined || hour.value > 23 || !hour.rest.startsWith(':')) return bad;
    const minute = leadingDecimal(hour.rest.slice(1));
    if (minute === undefined || minute.value > 59) return bad;
    if (minute.rest === '') return hour.value * 3600 + minute.value * 60;
    const second = minute.rest.startsWith(':') ? leadingDecimal(minute.rest.slice(1)) : undefined;
    return second === undefined || second.value > 59 || second.rest !== ''
      ? bad
      : hour.value * 3600 + minute.value * 60 + second.value;
  },
};

/**
 * Days of the month, 1 to 31, as a set of bits. iptables reads the first two characters of each only, and lets 0 pass,
 * which is not a day.
 */
export const monthDays: ValueType<number> = {
  metavariable: 'day[,day]…',
  parse(text): number | InvalidValue {
    let days = 0;
    for (const word of segments(text)) {
      const day = readNumber(word.slice(0, 2));
      if (day === undefined || day > 31) return invalid(`"${word}" is not a day of the month from 1 to 31`);
      days |= 1 << day;
    }
    return days;
  },
};

/** Days of the week by number, 1 is Monday, or by the first two letters of the name, as a set of bits. */
export const weekDays: ValueType<number> = {
  metavariable: 'day[,day]…',
  completions: WEEK_DAYS.slice(1),
  parse(text): number | InvalidValue {
    let days = 0;
    for (const word of segments(text)) {
      const minus = /^-[1-9]\d?(?=,|$)/.test(word);
      const number = minus ? Number(word) : readNumber(word.slice(0, 3));
      if (number === 0) return invalid('the week begins with Monday, which is 1; there is no day 0');
      const day = number ?? WEEK_DAYS.findIndex((name) => name !== '' && word.startsWith(name.slice(0, 2)));
      if (day < 0 && !minus)
        return invalid(`"${word}" is not a day of the week: Mon, Tue, Wed, Thu, Fri, Sat, Sun or 1 to 7`);
      days |= 1 << (day & 31);
    }
    return days & 0xff;
  },
};

/** The parts between commas; an empty end after the last comma does not count. */
function segments(text: string): readonly string[] {
  const words = text.split(',');
  if (words[words.length - 1] === '') words.pop();
  return words;
}

/** The whole of a short text as strtoul(3) with base 0 reads it; an empty one is 0. */
function readNumber(text: string): number | undefined {
  if (text === '') return 0;
  if (!/^[ \t]*\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text)) return undefined;
  const digits = text.replace(/[\s+]/g, '');
  return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
}

export function printDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

export function printDayTime(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

export function printMonthDays(days: number): string {
  return Array.from({ length: 31 }, (_, i) => i + 1)
    .filter((day) => days & (1 << day))
    .join(',');
}

export function printWeekDays(days: number): string {
  return WEEK_DAYS.filter((name, day) => name !== '' && days & (1 << day)).join(',');
}
