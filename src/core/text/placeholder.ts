/**
 * Whether a value stands for one that a paste does not show: `<private ip>`, `x.x.x.x`, `10.0.0.xxx`, `REDACTED`,
 * `***`, a variable that nobody set (`$LAN`, `${LAN}`, `%i`, `{{ lan }}`, `@LAN@`). Only for values that mean nothing
 * as they stand.
 */
export function isPlaceholder(value: string): boolean {
  return (
    value.length <= LONGEST &&
    (MARKED.test(value) || WORD.test(value) || ADDRESS_4.test(value) || ADDRESS_6.test(value))
  );
}

const LONGEST = 300;
const MARKED =
  /<[^<>]{1,80}>|\$\{?[A-Za-z_]|\$[\d@*(]|^%[A-Za-z]|\{\{|^@\w+@|^__\w+__|^\[[A-Za-z][\w .-]*\]|\*{2,}|…|\.{3}/;
const WORD =
  /^(?:redacted|anonymi[sz]ed|hidden|removed|masked|censored|obfuscated|snip(?:ped)?|x{3,}|y{3,}|(?:your|my|the)[_-]\w+|(?:(?:public|private|internal|external|local|remote|server|client|host|gateway|node|pod|service|wan|lan|vpn|src|dst|source|destination)[_-])+(?:ip|ip[_-]?addr(?:ess)?|addr(?:ess)?|subnet|net|cidr|iface|interface|port)\d*|ip[_-]?addr(?:ess)?)(?=$|[/:,])/i;
/** Four parts of digits, of which one is letters or stars. */
const ADDRESS_4 =
  /^(?=[^/:]*[a-z*])(?:\d{1,3}|([a-z])\1{0,3}|\*|[A-D])(?:\.(?:\d{1,3}|([a-z])\2{0,3}|\*|[A-D])){3}(?=$|[/:,-])/i;
const ADDRESS_6 = /^\[?(?=[^/\]]*x)(?:[\da-fx]{0,4}:){2,7}[\da-fx]{0,4}(?:\/\d{1,3}|\](?::[\d-]{1,11})?)?$/i;
