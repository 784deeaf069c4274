/** The text with a capital letter first, as at the beginning of a sentence. A name keeps the letters that it has. */
export function capital(text: string): string {
  return NAME.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A program, `fe80::1`, `net.ipv4.ip_forward`, `eth0`. */
const NAME = /^(?:ip6?tables|nft)\b|^[a-z][\w-]*(?:\d|[._:]\w|::)/;
