/** The form of iptables before 1.4.3, in which the rule is still understood. */
export function oldNegation(option: string): string {
  return `"${option} ! …" is the form of old iptables, which is refused today: write "! ${option} …"`;
}
