/**
 * A rule as iptables-save prints it, without what `iptables -L` does not print of it. Source: the print functions of
 * iptables 1.8.9, beside their save functions.
 */
export function listed(rule: string, interfaces: boolean, backend: 'legacy' | 'nft'): string {
  let text = rule;
  if (!interfaces)
    text = text.replace(/(?: !)? -[io] \S+(?=.*)/g, (part, at: number) =>
      text.slice(0, at).includes(' -m ') || text.slice(0, at).includes(' -j ') ? part : '',
    );
  for (const [pattern, rest] of NOT_LISTED) text = text.replace(pattern, rest);
  if (backend === 'nft') text = text.replace(/ -m eui64/g, '');
  return text;
}

const NOT_LISTED: readonly (readonly [RegExp, string])[] = [
  [/ --hashlimit-name \S+/g, ''],
  [/( -m osf (?:! )?--genre \S+)(?: --ttl \d)?(?: --log \d)?/g, '$1'],
  [/ -m quota ! --quota/g, ' -m quota --quota'],
  // All ports, and these are not printed.
  [/ --[sd]port 0:65535/g, ''],
  [/ -j NOTRACK$/, ' -j CT --notrack'],
];

/**
 * Rules whose row says as well something else: an interface called `*` or `!eth0`, `|4142|` as a string and as
 * hexadecimal bytes; without -n
 * `anywhere` for :: and 0.0.0.0 with any mask.
 */
export function isAmbiguous(rule: string, names: boolean): boolean {
  if (
    names &&
    (/ -[sd] ::\//.test(rule) || / --ct(?:orig|repl)(?:src|dst) (?:::|0\.0\.0\.0(?: |$|\/(?!0\b)))/.test(rule))
  )
    return true;
  return AMBIGUOUS.some((pattern) => pattern.test(rule));
}

const AMBIGUOUS: readonly RegExp[] = [
  / -p mptcp/,
  / -[io] (?:[!*]|any\b)/,
  / --string "\|(?:[\da-fA-F]{2})+\|"/,
  / --helper "[^"]*\\"/,
];
