import type { ListedRule, TestedInterfaces } from '../pack';
import { entersFromHook, inBy, NO_INTERFACE, outBy } from '../tested';

/** The rules that ufw ships; the administrator’s may test any. Source: ufw, conf/before.rules, conf/after.rules. */
export function interfacesOfUfw(rule: ListedRule): TestedInterfaces | undefined {
  const { chain, shape } = rule;
  if (entersFromHook(rule, /^ufw6?-/)) return NO_INTERFACE;
  if (!/^ufw6?-/.test(chain) || /^ufw6?-user-(?:input|output|forward)$/.test(chain)) return undefined;
  if (shape.target !== 'ACCEPT' || shape.form !== '') return NO_INTERFACE;
  if (/-before-input$/.test(chain)) return inBy('lo');
  return /-before-output$/.test(chain) ? outBy('lo') : NO_INTERFACE;
}
