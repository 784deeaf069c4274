import type { Host } from '../net/host';
import type { RuleSetView } from './view';

/** A packet worth tracing in a file. */
export interface Scenario {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly expression: string;
  /** It goes to a Service of which this pod is the endpoint: the journey follows the proxy that picks it. */
  readonly ownService?: true;
  /** What it is called among the ways in and out of the host, which are shown on one screen: `Inbound`. */
  readonly way?: string;
}

/** Where scenarios take place: addresses are those of the host where the file states them. */
export interface ScenarioPlace {
  readonly host: Host;
  readonly iface: string;
  readonly own: string;
  readonly addressesKnown: boolean;
  /** `own` as a destination of what comes in; empty where it is made up, so that the trace fills it in, and says so. */
  readonly to: string;
  readonly loopback: string;
  readonly peer: string;
  readonly outside: string;
  readonly resolver: string;
  /** A cluster IP that stands for a Service of the pod's own. */
  readonly service: string;
  /** A port on which an application listens, not a program of the mesh. */
  readonly appPort: number;
}

/** A rule by which a program takes packets in, such as that of a published port: a packet that reaches it is shown. */
export interface ScenarioEntry {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly table: string;
  readonly chain: string;
  /** As `Scenario.way`. */
  readonly way?: string;
  /** The chain or target that the rule jumps to: the first rule that matches is used. */
  leadsTo(target: string): boolean;
  /** From where to where the packet goes, as far as the rule and those that lead to it leave it open; addresses. */
  wish?(rules: RuleSetView, place: ScenarioPlace): { readonly src?: string; readonly dst?: string };
  /** The interface that it comes in by, where the file names none that leads to such senders. */
  readonly inner?: { readonly name: string; isLike(name: string): boolean };
}

export function scenario(id: string, label: string, detail: string, expression: string, way?: string): Scenario {
  return { id, label, detail, expression, ...(way === undefined ? {} : { way }) };
}
