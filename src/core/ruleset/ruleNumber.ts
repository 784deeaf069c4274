/** A rule's number as iptables reads it (strtoul(3) with any base, at least 1); 0 where it is none. */
export function ruleNumber(text: string): number {
  const match = /^\s*\+?(?:0x([0-9a-f]{1,7})|0([0-7]{1,10})|([1-9]\d{0,8}))$/i.exec(text);
  if (!match) return 0;
  const [, hex, octal, decimal] = match;
  return hex !== undefined ? parseInt(hex, 16) : octal !== undefined ? parseInt(octal, 8) : Number(decimal);
}
