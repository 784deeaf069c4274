import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition } from '../extension';
import { flag, option, problem, type BuildProblem } from '../option';
import { missing } from '../shown';
import {
  dateTime,
  dayTime,
  monthDays,
  printDate,
  printDayTime,
  printMonthDays,
  printWeekDays,
  weekDays,
  ALL_MONTH_DAYS,
  ALL_WEEK_DAYS,
  LAST_DATE,
  LAST_SECOND,
} from '../values/times';
import type { PacketView } from '../view';

interface TimeData {
  /** Seconds since 1970. */
  readonly dateStart: number;
  readonly dateStop: number;
  /** Seconds of the day. */
  readonly dayStart: number;
  readonly dayStop: number;
  /** Bit n is day n; for weekdays 1 is Monday. */
  readonly monthDays: number;
  readonly weekDays: number;
  readonly kernelZone: boolean;
  readonly contiguous: boolean;
}

const DAY = 86400;

const dateStart = option('--datestart', dateTime, 'From this date and time on.');
const dateStop = option('--datestop', dateTime, 'Up to this date and time.');
const timeStart = option('--timestart', dayTime, 'From this time of day on.');
const timeStop = option('--timestop', dayTime, 'Up to this time of day; one before --timestart is on the next day.');
const monthDaysOption = option('--monthdays', monthDays, 'On these days of the month.', { invertible: true });
const weekDaysOption = option('--weekdays', weekDays, 'On these days of the week; 1 is Monday.', { invertible: true });
const contiguous = flag('--contiguous', 'A period over midnight belongs to the day it begins on.');
const kerneltz = flag('--kerneltz', "The times are in the kernel's time zone.", { excludes: ['--utc'] });
const localtz = flag('--localtz', 'The old name of --kerneltz.', { excludes: ['--utc'] });
const utc = flag('--utc', 'The times are in UTC, which is the default.', { excludes: ['--kerneltz', '--localtz'] });

/** `-m time`: the moment at which the packet passes. Source: iptables-extensions(8) "time", net/netfilter/xt_time.c. */
export const time = defineMatch<TimeData>({
  kind: 'match',
  name: 'time',
  families: [4, 6],
  options: [
    dateStart,
    dateStop,
    timeStart,
    timeStop,
    monthDaysOption,
    weekDaysOption,
    contiguous,
    kerneltz,
    localtz,
    utc,
  ],
  documentation: {
    summary: 'Matches at certain dates, times of day, weekdays and days of the month.',
    details:
      'All of them are in UTC, unless --kerneltz is given. Without --contiguous each part of a period over ' +
      'midnight belongs to its own day.',
    source: 'iptables-extensions(8), time; net/netfilter/xt_time.c',
  },
  build(options): TimeData | BuildProblem {
    const days = options.get(monthDaysOption);
    const week = options.get(weekDaysOption);
    const data: TimeData = {
      dateStart: options.get(dateStart)?.value ?? 0,
      dateStop: options.get(dateStop)?.value ?? LAST_DATE,
      dayStart: options.get(timeStart)?.value ?? 0,
      dayStop: options.get(timeStop)?.value ?? LAST_SECOND,
      monthDays: days === undefined ? ALL_MONTH_DAYS : days.inverted ? days.value ^ ALL_MONTH_DAYS : days.value,
      weekDays: week === undefined ? ALL_WEEK_DAYS : week.inverted ? week.value ^ ALL_WEEK_DAYS : week.value,
      kernelZone: options.has(kerneltz) || options.has(localtz),
      contiguous: options.has(contiguous),
    };
    if (data.contiguous && data.dayStart < data.dayStop)
      return problem('--contiguous is useful only if --timestop is not after --timestart', options.get(contiguous));
    return data;
  },
  print: printTime,
  conditions: (data) =>
    parts(data).map(({ text, holds }): Condition => ({
      text,
      test(view): Answer {
        const now = clock(data, view);
        return typeof now === 'number' ? holds(now) : now;
      },
      actual(view) {
        const now = clock(data, view);
        return typeof now === 'number'
          ? `${WEEK_DAYS[weekDayOf(now)] ?? ''} ${printDate(now)}`
          : missing('no time given');
      },
    })),
});

const WEEK_DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function clock({ kernelZone }: TimeData, { host: { now } }: PacketView): number | ReturnType<typeof unknown> {
  if (now === undefined) return unknown('the time of the packet is not given');
  return kernelZone ? unknown("the kernel's time zone (--kerneltz) is not in this file") : now;
}

interface TimePart {
  readonly text: string;
  readonly holds: (now: number) => boolean;
}

/** The parts in the order in which the kernel evaluates them. */
function parts(data: TimeData): readonly TimePart[] {
  const list: TimePart[] = [];
  if (data.dateStart !== 0 || data.dateStop !== LAST_DATE) {
    list.push({ text: datesText(data).trim(), holds: (now) => now >= data.dateStart && now <= data.dateStop });
  }
  if (data.dayStart !== 0 || data.dayStop !== LAST_SECOND)
    list.push({ text: dayTimesText(data).trim(), holds: (now) => inDayTime(data, now % DAY) });
  if (data.weekDays !== ALL_WEEK_DAYS) {
    list.push({
      text: `--weekdays ${printWeekDays(data.weekDays)}`,
      holds: (now) => (data.weekDays & (1 << weekDayOf(dayOf(data, now)))) !== 0,
    });
  }
  if (data.monthDays !== ALL_MONTH_DAYS) {
    list.push({
      text: `--monthdays ${printMonthDays(data.monthDays)}`,
      holds: (now) => (data.monthDays & (1 << new Date(dayOf(data, now) * 1000).getUTCDate())) !== 0,
    });
  }
  return list;
}

/** A span whose end is before its beginning goes over midnight. Equal ends hold all day. */
function inDayTime({ dayStart, dayStop }: TimeData, second: number): boolean {
  return dayStart < dayStop ? second >= dayStart && second <= dayStop : second >= dayStart || second <= dayStop;
}

/** The moment whose day counts: after midnight, yesterday's with --contiguous. */
function dayOf({ dayStart, dayStop, contiguous: joined }: TimeData, now: number): number {
  return joined && dayStart >= dayStop && now % DAY <= dayStop ? now - DAY : now;
}

/** 1 is Monday; 1 January 1970 was a Thursday. */
function weekDayOf(now: number): number {
  return ((Math.floor(now / DAY) + 3) % 7) + 1;
}

function printTime(data: TimeData): string {
  const days = data.monthDays === ALL_MONTH_DAYS ? '' : ` --monthdays ${printMonthDays(data.monthDays)}`;
  const week = data.weekDays === ALL_WEEK_DAYS ? '' : ` --weekdays ${printWeekDays(data.weekDays)}`;
  return (
    `${dayTimesText(data)}${days}${week}${datesText(data)}${data.kernelZone ? ' --kerneltz' : ''}` +
    `${data.contiguous ? ' --contiguous' : ''}`
  );
}

function dayTimesText({ dayStart, dayStop }: TimeData): string {
  return dayStart === 0 && dayStop === LAST_SECOND
    ? ''
    : ` --timestart ${printDayTime(dayStart)} --timestop ${printDayTime(dayStop)}`;
}

/** iptables-save omits the moment 0 and writes the last one that fits into 31 bits. */
function datesText({ dateStart: start, dateStop: stop }: TimeData): string {
  return (
    `${start === 0 ? '' : ` --datestart ${printDate(start)}`}` + `${stop === 0 ? '' : ` --datestop ${printDate(stop)}`}`
  );
}
