import type { ToView } from '../../shared/protocol';
import { visible } from '../../core/text/visible';

/** What the page gives back to the editor as it is, or keeps: names of things, and what is in its inputs. */
const KEPT: ReadonlySet<string> = new Set([
  'id',
  'step',
  'run',
  'key',
  'dump',
  'scenario',
  'expression',
  'name',
  'value',
  'keep',
  'choices',
  'recent',
  'pinned',
]);

/**
 * A message whose texts show what would act on the page or not be seen: marks of direction, control characters,
 * characters without width.
 */
export function visibleMessage(message: ToView): ToView {
  return shown(message) as ToView;
}

/** The same object where nothing in it has to change, as nearly always. */
function shown(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return KEPT.has(key) ? value : visible(value);
  if (typeof value !== 'object' || value === null || key === 'keep') return value;
  if (Array.isArray(value)) {
    const list = value.map((each: unknown) => shown(each, key));
    return list.every((each, i) => each === value[i]) ? value : list;
  }
  const entries = Object.entries(value).map(([name, each]) => [name, each, shown(each, name)] as const);
  return entries.every(([, before, after]) => before === after)
    ? value
    : Object.fromEntries(entries.map(([name, , after]) => [name, after]));
}
