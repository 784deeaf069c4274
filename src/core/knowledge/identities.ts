import { fit, text, type Fact } from './facts';
import type { IdRange, Meaning, Notes } from './pack';
import { packs } from './packs';
import { isHere, attributed, type Programs } from './attribution';

/**
 * What an address means by convention; `addr` as written, with or without a prefix length. Undefined where it means
 * nothing. `programs`: those of the file.
 */
export function addressKnowledge(addr: string, programs?: Programs): Fact | undefined {
  const written = addr.trim().toLowerCase();
  const slash = written.indexOf('/');
  const bare = slash < 0 ? written : written.slice(0, slash);
  const key = [written, bare, ...(bare.startsWith('127.') ? ['127.0.0.0/8'] : [])].find((each) => addresses.has(each));
  const known = key === undefined ? undefined : addresses.get(key);
  return known && factOf(addr.trim(), known, notesOf('addresses', key ?? '', programs), programs);
}

/** What a user or group id means by convention; a number or a name. */
export function idKnowledge(id: number | string, programs?: Programs): Fact | undefined {
  const name = String(id);
  const known = ids.get(name);
  if (known !== undefined) return factOf(name, known, notesOf('ids', name, programs), programs);
  const number = Number(id);
  const range = Number.isInteger(number)
    ? idRanges.find(({ first, last }) => number >= first && number <= last)
    : undefined;
  return range && factOf(name, range, notesOf('ids', `${range.first}-${range.last}`, programs), programs);
}

/** Users and groups that something is known of, by number and by name. */
export function knownIds(): readonly string[] {
  return [...ids.keys()].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
}

export function knownAddresses(): readonly string[] {
  return [...addresses.keys()];
}

/** A meaning, and whose it is; absent where it is everyone's, or stated as if it were. */
type OwnedMeaning<M extends Meaning = Meaning> = M & { readonly program?: string };

/** Of a program that is not in the file only whose meaning it is. */
function factOf(
  name: string,
  { title, details = [], sources, program }: OwnedMeaning,
  notes: readonly string[],
  programs: Programs,
): Fact {
  const here = isHere(program, programs);
  return {
    title: fit(`${name}: ${attributed(title, program, programs)}`),
    details: (here ? [...details, ...notes] : []).map(text),
    sources,
    ...(here ? {} : { elsewhere: true as const }),
  };
}

/** What the programs of the file do with it. */
function notesOf(kind: keyof Omit<Notes, 'tables'>, key: string, programs: Programs): readonly string[] {
  return packs.flatMap(({ name, notes }) => {
    const note = notes?.[kind]?.[key];
    return note && isHere(name, programs) ? note.text : [];
  });
}

function owned<M extends Meaning>(meaning: M, program: string): OwnedMeaning<M> {
  return meaning.stated === 'always' ? meaning : { ...meaning, program };
}

function ownedByKey(
  key: 'addresses' | 'ids',
  everyones: Readonly<Record<string, Meaning>>,
): ReadonlyMap<string, OwnedMeaning> {
  return new Map<string, OwnedMeaning>([
    ...packs.flatMap((pack) =>
      Object.entries(pack[key] ?? {}).map(([name, meaning]) => [name, owned(meaning, pack.name)] as const),
    ),
    ...Object.entries(everyones),
  ]);
}

const thisHost = (rfc: string): Meaning => ({
  title: 'this host, by lo',
  details: ['Inside a pod: all its containers share it.'],
  sources: [rfc],
});

const addresses = ownedByKey('addresses', {
  '127.0.0.1': thisHost('RFC 1122'),
  '::1': thisHost('RFC 4291'),
  '127.0.0.0/8': {
    title: 'loopback range: this host, by lo',
    details: [
      'Every address of it is local. From outside such packets are dropped as martians unless route_localnet is set.',
    ],
    sources: ['RFC 1122', 'Linux ip-sysctl, route_localnet'],
  },
  '127.0.0.53': {
    title: 'systemd-resolved’s stub resolver',
    details: ['Found in /etc/resolv.conf of many hosts.'],
    sources: ['systemd-resolved(8)'],
  },
  '169.254.169.254': {
    title: 'instance metadata service of cloud providers',
    sources: ['documentation of AWS, Azure and Google Cloud'],
  },
  '168.63.129.16': { title: 'Azure’s platform address: DNS, health, agent', sources: ['documentation of Azure'] },
});

const ids = ownedByKey('ids', { '0': { title: 'root', sources: ['credentials(7)'] } });

const idRanges: readonly OwnedMeaning<IdRange>[] = packs.flatMap((pack) =>
  (pack.idRanges ?? []).map((range) => owned(range, pack.name)),
);
