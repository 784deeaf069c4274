import { visible } from '../../core/text/visible';

/** Text of a file in HTML or SVG, as text, also between double quotes. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (found) => `&#${found.charCodeAt(0)};`);
}
