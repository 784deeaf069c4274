/** Under these keys the user answers what is open of the host. */
export function ownKey(address: string): string {
  return `host/own/${address}`;
}

export function wayKey(name: string): string {
  return `${WAY_QUESTION}/${name}`;
}

/** The question of which the ways out are the choices. */
export const WAY_QUESTION = 'host/way';
