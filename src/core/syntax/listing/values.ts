const FLAGS: readonly (readonly [number, string])[] = [
  [1, 'FIN'],
  [2, 'SYN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
  [32, 'URG'],
];

/** `0x17` as `FIN,SYN,RST,ACK`; names, as they are printed without -n, stay. */
export function hexFlags(text: string): string {
  if (!/^0x/i.test(text)) return text;
  const bits = parseInt(text, 16);
  const names = FLAGS.filter(([bit]) => bits & bit).map(([, name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
}

const CHUNKS: ReadonlyMap<number, string> = new Map([
  [0, 'DATA'],
  [1, 'INIT'],
  [2, 'INIT_ACK'],
  [3, 'SACK'],
  [4, 'HEARTBEAT'],
  [5, 'HEARTBEAT_ACK'],
  [6, 'ABORT'],
  [7, 'SHUTDOWN'],
  [8, 'SHUTDOWN_ACK'],
  [9, 'ERROR'],
  [10, 'COOKIE_ECHO'],
  [11, 'COOKIE_ACK'],
  [12, 'ECN_ECNE'],
  [13, 'ECN_CWR'],
  [14, 'SHUTDOWN_COMPLETE'],
  [64, 'I_DATA'],
  [128, 'ASCONF_ACK'],
  [130, 'RE_CONFIG'],
  [132, 'PAD'],
  [192, 'FORWARD_TSN'],
  [193, 'ASCONF'],
  [194, 'I_FORWARD_TSN'],
]);

/** `any 0x0000:UbE,0x0001` as `--chunk-types any DATA:UbE,INIT`. */
export function chunkTypes(scope: string, listed: string, not: readonly string[]): readonly string[] | undefined {
  const names = listed.split(',').map((item) => {
    const [type = '', flags] = item.split(':');
    const name = /^0x/i.test(type) ? CHUNKS.get(parseInt(type, 16)) : type;
    return name && (flags === undefined ? name : `${name}:${flags}`);
  });
  return names.includes(undefined) ? undefined : [...not, '--chunk-types', scope, names.join(',')];
}

const DCCP_TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK'];

/** `0,7` as `--dccp-types REQUEST,RESET`. */
export function dccpTypes(listed: string, not: readonly string[]): readonly string[] | undefined {
  const names = listed.split(',').map((item) => (/^\d+$/.test(item) ? (DCCP_TYPES[Number(item)] ?? 'INVALID') : item));
  return names.every((name) => name === 'INVALID' || DCCP_TYPES.includes(name))
    ? [...not, '--dccp-types', names.join(',')]
    : undefined;
}

const HEADERS: readonly (readonly [number, string])[] = [
  [128, 'hop-by-hop'],
  [64, 'ipv6-opts'],
  [32, 'ipv6-route'],
  [16, 'ipv6-frag'],
  [8, 'ah'],
  [4, 'esp'],
  [2, 'ipv6-nonxt'],
  [1, 'protocol'],
];

/** `0x30` as `--header ipv6-route,ipv6-frag`. */
export function headerNames(listed: string, not: readonly string[]): readonly string[] {
  const bits = parseInt(listed, 16);
  return [
    ...not,
    '--header',
    /^0x/i.test(listed)
      ? HEADERS.filter(([bit]) => bits & bit)
          .map(([, name]) => name)
          .join(',')
      : listed,
  ];
}

/** `1st,2nd` as `1,2`. */
export function monthDays(listed: string): string {
  return listed.replace(/[a-z]+/g, '');
}

/** A text in which quotes and backslashes come after a backslash. */
export function unquoted(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

const LOG_FLAGS: readonly (readonly [number, string])[] = [
  [1, '--log-tcp-sequence'],
  [2, '--log-tcp-options'],
  [4, '--log-ip-options'],
  [8, '--log-uid'],
  [32, '--log-macdecode'],
];

/** The flags that LOG shows as one number with -n. */
export function logFlags(listed: string): readonly string[] {
  const bits = Number(listed);
  return LOG_FLAGS.filter(([bit]) => bits & bit).map(([, name]) => name);
}

/** The word `!` where the sign was found. */
export function not(sign: string | undefined): readonly string[] {
  return sign ? ['!'] : [];
}
