/** An address that a file has a name for. */
export interface NamedAddress {
  /** Without its namespace: `web` of a Service, `web-7d9f` of a pod, `db.example.com` of /etc/hosts. */
  readonly name: string;
  /** Of a Service or pod; undefined where the file does not state it, and for other names. */
  readonly namespace?: string | undefined;
  readonly kind: 'Service' | 'pod' | 'node' | 'host';
  /** As `formatAddress` writes it; undefined where the rule that has the name states none. */
  readonly address: string | undefined;
  /** The ports of a Service. */
  readonly ports: readonly NamedPort[];
}

export interface NamedPort {
  readonly name: string | undefined;
  readonly port: number;
  /** The number of the protocol. */
  readonly protocol: number;
}
