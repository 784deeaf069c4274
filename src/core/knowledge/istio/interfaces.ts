import type { ListedRule, TestedInterfaces } from '../pack';
import { condition, isMark, valueOf, type RuleShape } from '../shape';
import { entersFromHook, inBy, NO_INTERFACE, outBy } from '../tested';

/**
 * Source: istio/istio:tools/istio-iptables/pkg/capture/run.go, cni/pkg/iptables/iptables.go; the rules are the same in
 * all releases that have them.
 */
export function interfacesOfIstio(rule: ListedRule): TestedInterfaces | undefined {
  const { table, chain, shape } = rule;
  // Into ISTIO_REDIRECT a hook jumps for virtual interfaces only, each by its name.
  if (entersFromHook(rule, /^ISTIO_(?!REDIRECT$)/)) return NO_INTERFACE;
  switch (`${table} ${chain}`) {
    case 'nat ISTIO_OUTPUT':
      return inOutput(shape);
    case 'mangle ISTIO_INBOUND':
      return isFromPassthrough(shape) || (shape.target === 'RETURN' && isMark(notMark(shape), 1338))
        ? inBy('lo')
        : NO_INTERFACE;
    case 'mangle ISTIO_PRERT':
      return shape.target === 'ACCEPT' && isNotToLocalhost(shape) ? inBy('lo') : NO_INTERFACE;
    case 'nat ISTIO_PRERT':
      // For a virtual interface; all others ask for more than TCP.
      return shape.form === 'proto' ? undefined : NO_INTERFACE;
    case 'mangle OUTPUT':
      return inHookOfTproxy(shape);
    default:
      return /^ISTIO_/.test(chain) ? NO_INTERFACE : undefined;
  }
}

function inOutput(shape: RuleShape): TestedInterfaces | undefined {
  const { target = '', form } = shape;
  if (target === 'RETURN') {
    if (isFromPassthrough(shape) || /(?:^| )!uid(?: |$)/.test(form)) return outBy('lo');
    if (form === '!dport !gid proto') return outBy('lo');
    // With a list of groups whose traffic alone is captured, the rule for one group looks like that for lo.
    if (form === '!gid') return PROXY_GROUP.test(valueOf(shape, 'gid') ?? '') ? outBy('lo') : undefined;
  }
  if (isNotToLocalhost(shape) && /^(?:ACCEPT|ISTIO_(?:IN_)?REDIRECT)$/.test(target) && !/mark/.test(form))
    return outBy('lo');
  if (target === 'REDIRECT' && form === 'dport !mark proto' && valueOf(shape, 'proto') === 'udp')
    return outBy('lo', true);
  return NO_INTERFACE;
}

/** In TPROXY mode: what the proxy sends to itself is marked, and left alone. */
function inHookOfTproxy(shape: RuleShape): TestedInterfaces | undefined {
  const { target, form, targetOptions } = shape;
  if (target === 'RETURN' && form === 'mark proto' && isMark(valueOf(shape, 'mark'), 1337)) return outBy('lo');
  const isMarked = target === 'MARK' && isMark(targetOptions.get('--set-xmark'), 1338);
  return isMarked && isNotToLocalhost(shape) ? outBy('lo') : undefined;
}

/** The number, or the name that the image of the proxy gives it. */
const PROXY_GROUP = /^(?:1337|istio-proxy)$/;

function isFromPassthrough(shape: RuleShape): boolean {
  return shape.target === 'RETURN' && /^(?:127\.0\.0\.6|::6)(?:\/|$)/.test(valueOf(shape, 'src') ?? '');
}

function isNotToLocalhost(shape: RuleShape): boolean {
  const destination = condition(shape, 'dst');
  return (
    destination?.negated === true &&
    /^(?:127\.0\.0\.[01]|::1|localhost|ip6-localhost)(?:\/|$)/.test(destination.values[0] ?? '')
  );
}

function notMark({ conditions }: RuleShape): string | undefined {
  return conditions.find(({ name, negated }) => name === 'mark' && negated)?.values[0];
}
