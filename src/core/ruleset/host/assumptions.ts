/** Something that the file does not tell and a trace needs, with the most ordinary value taken for it. */
export interface HostAssumption {
  readonly code: 'interface' | 'address' | 'default-route' | 'sockets' | 'sets' | 'tproxy-routing' | 'not-read';
  readonly message: string;
  /** 0-based line of the file that it is taken from, where there is one. */
  readonly line?: number;
}

/** What the rules say about the host: found by whoever has bound them. All parts may be left out. */
export interface RulesUse {
  /** Interfaces that rules name with -i and -o, without a `+`; `network` where a rule ties one to a subnet, `translated` where SNAT or MASQUERADE does. */
  readonly interfaces?: readonly { readonly name: string; readonly network?: string | undefined; readonly translated?: boolean }[];
  /** What TPROXY rules mark packets with, which only makes sense with a policy rule for that mark. */
  readonly tproxyMarks?: readonly { readonly mark: number; readonly mask: number }[];
  /** The ports that TPROXY rules hand packets to: sockets there are transparent. */
  readonly tproxyPorts?: readonly number[];
  /** IPv6 is asked about, whether or not anything in the file is about it. */
  readonly ipv6?: boolean;
}

/** The choices made so far for one host, in the order they were made. */
export class Assumptions {
  readonly list: HostAssumption[] = [];

  assume(code: HostAssumption['code'], message: string, line?: number): void {
    this.list.push(line === undefined ? { code, message } : { code, message, line });
  }
}
