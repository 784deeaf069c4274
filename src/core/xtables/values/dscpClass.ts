/** The code points of the class names that iptables knows (RFC 2474, 2597, 3246), in its order. */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ['cs0', 0],
  ['cs1', 0x08],
  ['cs2', 0x10],
  ['cs3', 0x18],
  ['cs4', 0x20],
  ['cs5', 0x28],
  ['cs6', 0x30],
  ['cs7', 0x38],
  ['be', 0],
  ['af11', 0x0a],
  ['af12', 0x0c],
  ['af13', 0x0e],
  ['af21', 0x12],
  ['af22', 0x14],
  ['af23', 0x16],
  ['af31', 0x1a],
  ['af32', 0x1c],
  ['af33', 0x1e],
  ['af41', 0x22],
  ['af42', 0x24],
  ['af43', 0x26],
  ['ef', 0x2e],
]);

/**
 * The code point of a DiffServ class name, in any case; undefined for an unknown one. iptables compares the beginning
 * only, so that
 * `EFX` is EF. Source: iptables 1.8.9, dscp_helper.c.
 */
export function dscpOfClass(name: string): number | undefined {
  const lower = name.toLowerCase();
  return [...CLASSES].find(([known]) => lower.startsWith(known))?.[1];
}

/** Every class name, in capitals. */
export function dscpClassNames(): readonly string[] {
  return [...CLASSES.keys()].map((name) => name.toUpperCase());
}

/** As iptables-save prints a code point: `0x2e`. */
export function printDscp(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
