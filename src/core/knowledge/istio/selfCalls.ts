import { list, text, type Paragraph, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView } from '../view';
import { lineOf, loopbackLeft, otherUserReturns, outputSeesUdp } from './earlier';
import { ruleOfIstio as say } from './say';
import { settings, sources } from './settings';
import type { OutputRule } from './outputRule';

/** The rules for the client Envoy that has picked its own pod as the endpoint. */
export function selfCallRule(at: OutputRule): RuleKnowledge | undefined {
  const { shape, chain, rule, profile } = at;
  if (valueOf(shape, 'out') !== 'lo') return undefined;
  const uid = valueOf(shape, 'uid');
  const gid = valueOf(shape, 'gid');
  const port = profile.inboundPort ?? 15006;
  const details: Paragraph[] = [
    text(
      'The application calls its own Service and Envoy picks this very pod: the connection goes over lo to the ' +
        'pod’s own address. It must enter the server-side listener, not the application, or mTLS and policy ' +
        'would be missing.',
    ),
    list(
      'application → Envoy (client) → Envoy (server) → application',
      '127.0.0.1 is excepted: that is Envoy talking to the application or to itself on purpose',
    ),
  ];
  const excluded = condition(shape, 'dport');
  if (excluded !== undefined)
    details.push(
      text(
        `Ports ${excluded.values.join(', ')} are excepted: ` +
          `${excluded.values.includes('53') ? '53 because DNS has rules of its own, ' : ''}the HBONE port ` +
          'because Envoy serves the tunnel itself.',
      ),
    );

  if (uid === undefined && gid === undefined) {
    if (shape.form !== '!dst out') return undefined;
    return say('A connection over lo to the pod’s own address goes to Envoy', {
      variant: 'ISTIO_OUTPUT: over lo to ISTIO_IN_REDIRECT',
      details: [...details, text('Without an owner it also takes the application’s own calls to its pod address.')],
      source: sources.shell,
    });
  }
  const ports = excluded?.negated === true ? excluded.values : [];
  const dns = ports.includes('53');
  const tunnel = ports.some((each) => each !== '53');
  if (uid !== undefined) {
    const stop = otherUserReturns(chain, rule, uid);
    const tproxy =
      profile.mode === 'sidecar TPROXY'
        ? ` In TPROXY mode the packet is REDIRECTed here to 127.0.0.1:${port} and so no longer meets ` +
          'ISTIO_TPROXY, which excepts 127.0.0.1.'
        : '';
    const note =
      stop === undefined
        ? `istio-validation depends on it: user ${uid} dials 127.0.0.6:15002 and lands on ${port}.${tproxy}`
        : `Never reached: ${lineOf(stop)} has already returned user ${uid} over lo, because it excepts another ` +
          'user only. This user’s self-calls bypass Envoy.';
    const which = tunnel ? (dns ? ' but ports 53 and HBONE' : ' but HBONE') : dns ? ' but port 53' : '';
    return say(`Envoy (user ${uid}) calling its own pod enters the server-side listener`, {
      variant: `ISTIO_OUTPUT: proxy user over lo${which} to ISTIO_IN_REDIRECT`,
      details: [
        ...details,
        ...(profile.mode === 'sidecar TPROXY'
          ? [
              text(
                'In TPROXY mode Envoy runs as user 0, so its own calls do not match; they are taken by mark ' +
                  '1338 and ISTIO_TPROXY.',
              ),
            ]
          : []),
      ],
      changedBy: settings.proxyUid,
      kernelNote: note,
    });
  }
  return say(`The same by group ${gid ?? ''}: self-calls of the proxy enter the server-side listener`, {
    variant: tunnel
      ? 'ISTIO_OUTPUT: proxy group over lo but HBONE to ISTIO_IN_REDIRECT'
      : 'ISTIO_OUTPUT: proxy group over lo to ISTIO_IN_REDIRECT',
    details,
    changedBy: settings.proxyGid,
    kernelNote: groupSelfCallNote(at, gid, port, excluded?.values.includes('53') === true),
  });
}

/** What is left for the rule by group after those that have returned over lo. */
function groupSelfCallNote(
  { chain, rule, ruleSet }: OutputRule,
  gid: string | undefined,
  port: number,
  past53: boolean,
): string {
  const before = loopbackLeft(chain, rule);
  if (before.kind === 'none') {
    const then = marksGroup(ruleSet, gid)
      ? `passes here, but mangle has marked it 0x53a: TPROXY still hands it to ${port}`
      : 'goes straight to the application';
    return (
      `Dead: ${lineOf(before.by)} has already returned every user but ${before.uid} over lo, and user ` +
      `${before.uid} has returned by its own rule. A process with gid ${gid ?? ''} and another uid that calls ` +
      `its own pod address (as Envoy itself with sidecar.istio.io/capNetBindService, user 0) ${then}.`
    );
  }
  if (before.kind !== 'dns')
    return (
      'Live here: the rule that returns everyone over lo is absent (the include list holds a loopback address), ' +
      'so this group’s self-calls do enter Envoy.'
    );
  return past53
    ? `Dead for TCP: ${lineOf(before.by)} has already returned everything but port 53, which this rule excepts.`
    : `Live for one thing only: TCP port 53 to the pod’s own address by a process with gid ${gid ?? ''} and ` +
        `another uid goes to ${port}. The rest has returned at ` +
        `${lineOf(before.by)}${outputSeesUdp(ruleSet) ? ' or is not TCP' : ''}.`;
}

/** In TPROXY mode mangle OUTPUT marks self-calls of the proxy's group, which mangle ISTIO_INBOUND then captures. */
export function marksGroup(ruleSet: RuleSetView, gid: string | undefined): boolean {
  return (chainIn(ruleSet, 'mangle', 'OUTPUT')?.rules ?? []).some((rule) => {
    const shape = shapeOf(rule);
    return shape.target === 'MARK' && gid !== undefined && valueOf(shape, 'gid') === gid;
  });
}
