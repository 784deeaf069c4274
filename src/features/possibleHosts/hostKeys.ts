/** Under these keys the user answers what is open of the host. */
export function ownKey(address: string): string {
  return `host/own/${address}`;
}

/** The address that a key asks about; undefined: it asks something else. */
export function addressOfOwnKey(key: string): string | undefined {
  return addressBehind(ownKey(''), key);
}

/** Whether a program of this host has joined a multicast group. */
export function groupKey(address: string): string {
  return `host/group/${address}`;
}

/** The group that a key asks about; undefined: it asks something else. */
export function addressOfGroupKey(key: string): string | undefined {
  return addressBehind(groupKey(''), key);
}

function addressBehind(start: string, key: string): string | undefined {
  return key.length > start.length && key.startsWith(start) ? key.slice(start.length) : undefined;
}

export function wayKey(name: string): string {
  return `${WAY_QUESTION}/${name}`;
}

/** The question of which the ways out are the choices. */
export const WAY_QUESTION = 'host/way';
