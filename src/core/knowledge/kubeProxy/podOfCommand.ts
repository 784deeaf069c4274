import { loggedOrEntered } from '../ownerOfCommand';

/** `pod web-5d9` of `kubectl logs web-5d9 -c proxy`; `deploy/web` and `pod/web-1` say themselves what they are. */
export function podOfCommand(line: string): string | undefined {
  const name = loggedOrEntered(line, ['kubectl', 'oc']);
  const [kind, rest] = name?.split('/') ?? [];
  if (rest === undefined || rest === '') return name && `pod ${name}`;
  return kind === 'pod' || kind === 'pods' ? `pod ${rest}` : name;
}
