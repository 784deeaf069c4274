/** What `nft -j` prints, in the words of nft. Source: libnftables-json(5). */

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

function isObject(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : value === undefined || value === null ? [] : [value];
}

/** The first key of an object, which says what it is, with what is in it. */
function only(value: Fields): readonly [string, Json] {
  const [first] = Object.entries(value);
  return first ?? ['', undefined];
}

/** The command that makes an object of the list: `add rule inet t c …`; undefined for what makes nothing. */
export function commandOf(object: Json): string | undefined {
  if (!isObject(object)) return undefined;
  const [kind, fields] = only(object);
  if (!isObject(fields)) return undefined;
  const place = `${text(fields['family'])} ${text(fields['table'])}`;
  switch (kind) {
    case 'table':
      return `add table ${text(fields['family'])} ${text(fields['name'])}`;
    case 'chain':
      return `add chain ${place} ${text(fields['name'])}${base(fields)}`;
    case 'rule':
      return `add rule ${place} ${text(fields['chain'])} ${list(fields['expr'])
        .map(statement)
        .filter((each) => each !== '')
        .join(' ')}${fields['comment'] === undefined ? '' : ` comment ${quoted(text(fields['comment']))}`}`;
    case 'set':
    case 'map':
      return (
        `add ${kind} ${place} ${text(fields['name'])} { type ` +
        `${typeOf(fields['type'])}${kind === 'map' ? ` : ${typeOf(fields['map'])}` : ''}; ` +
        `${fields['elem'] === undefined ? '' : `elements = { ${list(fields['elem']).map(element).join(', ')} } `}}`
      );
    case 'element':
      return `add element ${place} ${text(fields['name'])} { ${list(fields['elem']).map(element).join(', ')} }`;
    default:
      return undefined;
  }
}

function base(fields: Fields): string {
  if (fields['hook'] === undefined) return '';
  const policy = fields['policy'] === undefined ? '' : ` policy ${text(fields['policy'])};`;
  return ` { type ${text(fields['type'])} hook ${text(fields['hook'])} priority ${text(fields['prio'])};${policy} }`;
}

function typeOf(value: Json): string {
  return list(value).map(text).join(' . ');
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '')}"`;
}

/** `[key, data]` of a map, or a key. */
function element(value: Json): string {
  if (Array.isArray(value) && value.length === 2)
    return `${expression(value[0])} : ${verdict(value[1]) ?? expression(value[1])}`;
  return expression(value);
}

function verdict(value: Json): string | undefined {
  if (!isObject(value)) return undefined;
  const [kind, inner] = only(value);
  if (kind === 'jump' || kind === 'goto') return `${kind} ${isObject(inner) ? text(inner['target']) : ''}`;
  return ['accept', 'drop', 'continue', 'return'].includes(kind) ? kind : undefined;
}

function expression(value: Json): string {
  if (Array.isArray(value)) return value.map(expression).join(',');
  if (!isObject(value))
    return typeof value === 'string' && /[\s{}()",;=<>!&|^#]/.test(value) ? quoted(value) : text(value);
  const [kind, inner] = only(value);
  const field = (name: string): string => (isObject(inner) ? text(inner[name]) : '');
  switch (kind) {
    case 'payload':
      return isObject(inner) && inner['protocol'] !== undefined
        ? `${field('protocol')} ${field('field')}`
        : `@${field('base')},${field('offset')},${field('len')}`;
    case 'meta':
    case 'socket':
      return `${kind} ${field('key')}`;
    case 'ct':
      return `ct ${field('dir') === '' ? '' : `${field('dir')} `}${field('key')}`;
    case 'rt':
      return `rt ${field('family') === '' ? '' : `${field('family')} `}${field('key')}`;
    case 'fib':
      return `fib ${isObject(inner) ? list(inner['flags']).map(text).join(' . ') : ''} ${field('result')}`;
    case 'numgen':
      return (
        `numgen ${field('mode') === 'inc' ? 'inc' : 'random'} mod ` +
        `${field('mod')}${field('offset') === '' || field('offset') === '0' ? '' : ` offset ${field('offset')}`}`
      );
    case 'symhash':
      return `symhash mod ${field('mod')}`;
    case 'jhash':
      return `jhash ${isObject(inner) ? expression(inner['expr']) : ''} mod ${field('mod')}`;
    case 'tcp option':
      return `tcp option ${field('name')} ${field('field')}`.trimEnd();
    case 'concat':
      return list(inner).map(expression).join(' . ');
    case 'set':
      return `{ ${list(inner).map(element).join(', ')} }`;
    case 'map':
      return isObject(inner) ? `${expression(inner['key'])} map ${expression(inner['data'])}` : '';
    case 'prefix':
      return `${field('addr')}/${field('len')}`;
    case 'range':
      return list(inner).map(expression).join('-');
    case 'elem':
      return isObject(inner) ? expression(inner['val']) : '';
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return list(inner)
        .map((each) =>
          Array.isArray(each)
            ? `(${each.map(expression).join(' | ')})`
            : isObject(each) && /^[&|^<>]/.test(only(each)[0])
              ? `(${expression(each)})`
              : expression(each),
        )
        .join(` ${kind} `);
    default:
      return `unknown ${kind}`;
  }
}

function statement(value: Json): string {
  if (!isObject(value)) return text(value);
  const said = verdict(value);
  if (said !== undefined) return said;
  const [kind, inner] = only(value);
  const fields = isObject(inner) ? inner : {};
  switch (kind) {
    case 'match':
      return match(fields);
    case 'vmap':
      return `${expression(fields['key'])} vmap ${expression(fields['data'])}`;
    case 'mangle':
      return `${expression(fields['key'])} set ${expression(fields['value'])}`;
    case 'counter':
      return isObject(inner)
        ? `counter packets ${text(fields['packets']) || '0'} bytes ${text(fields['bytes']) || '0'}`
        : 'counter';
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return nat(kind, fields);
    case 'tproxy':
      return `tproxy ${fields['family'] === undefined ? '' : `${text(fields['family'])} `}to ${target(fields)}`;
    case 'reject':
      return reject(fields);
    case 'notrack':
      return 'notrack';
    case 'log':
      return fields['prefix'] === undefined ? 'log' : `log prefix ${quoted(text(fields['prefix']))}`;
    case 'limit':
      return (
        `limit rate ${fields['inv'] === true ? 'over ' : ''}${text(fields['rate'])}` +
        `${text(fields['rate_unit']) === '' || text(fields['rate_unit']) === 'packets' ? '' : ` ${text(fields['rate_unit'])}`}/${text(fields['per'])}` +
        `${fields['burst'] === undefined ? '' : ` burst ${text(fields['burst'])} packets`}`
      );
    case 'queue':
      return (
        `queue ${list(fields['flags']).includes('bypass') ? 'flags bypass ' : ''}to ` +
        `${expression(fields['num']) || '0'}`
      );
    case 'set':
      return `${text(fields['op'])} ${text(fields['set'])} { ${expression(fields['elem'])} }`;
    case 'xt':
      return `xt ${text(fields['type'])} ${quoted(text(fields['name']))}`;
    case 'ct count':
      return `ct count ${fields['inv'] === true ? 'over ' : ''}${text(fields['val'])}`;
    default:
      return `unknown ${quoted(kind)}`;
  }
}

function match(fields: Fields): string {
  const operator = text(fields['op']);
  const right =
    typeof fields['right'] === 'boolean' ? (fields['right'] ? 'exists' : 'missing') : expression(fields['right']);
  return (
    `${expression(fields['left'])} ` +
    `${operator === 'in' || (operator === '==' && right.startsWith('{')) ? '' : `${operator} `}${right}`
  );
}

function target(fields: Fields): string {
  const address = fields['addr'] === undefined ? '' : expression(fields['addr']);
  const port = fields['port'] === undefined ? '' : expression(fields['port']);
  if (port === '') return address;
  if (typeof fields['addr'] === 'object') return `${address} : ${port}`;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function nat(kind: string, fields: Fields): string {
  const to = target(fields);
  return [kind, text(fields['family']), to === '' ? '' : `to ${to}`, list(fields['flags']).map(text).join(',')]
    .filter((word) => word !== '')
    .join(' ');
}

function reject(fields: Fields): string {
  const type = text(fields['type']);
  if (type === '') return 'reject';
  return type === 'tcp reset' ? 'reject with tcp reset' : `reject with ${type} ${expression(fields['expr'])}`;
}
