import { parseAddress, sameAddress, type Address } from '../../net/address';
import { isTables, findProgram } from '../../syntax/shellProgram';
import { Shape } from '../../syntax/shape';
import type { AddressFacts } from '../../syntax/facts';
import type { SourceFile } from '../../syntax/sourceFile';
import { NODE_CHAIN } from './usual';

/** An address that the file states without its interface. */
interface AddressOfFile {
  readonly address: Address;
  /** In bits, where the file states it. */
  readonly prefixLength: number | undefined;
  /** What printed it: `hostname -I`, `podIP`. */
  readonly source: string;
  /** 0-based. */
  readonly line: number;
}

export interface AddressesOfFile {
  /** Addresses of the host that the rules are of. */
  readonly own: readonly AddressOfFile[];
  /** `own` holds all addresses of the host, but for those of lo. */
  readonly complete: boolean;
  /** Addresses of other pods and nodes. */
  readonly elsewhere: readonly AddressOfFile[];
}

/**
 * Whose the addresses are that the file lists without an interface. A pod's are those of this host where the rules are
 * that pod's, a node's where they are that node's: that is shown by commands and prompts that name one of them, else by
 * chains that only a node has; and where the file states those of one only, it is that one.
 */
export function addressesOf(file: SourceFile): AddressesOfFile {
  const facts = file.sections.flatMap((section) => (section.kind === 'addresses' ? section.addresses : []));
  if (facts.length === 0) return NONE;
  const { machine } = file;
  const words = machine
    ? new Set([...(machine.name === undefined ? [] : [machine.name]), ...machine.within.split(' ')])
    : facts.some(({ of }) => of !== 'host')
      ? wordsOfCommands(file)
      : new Set<string>();
  // One of several machines is not the only one that the file may mean.
  const node = chosen(facts, 'node', words, machine !== undefined);
  const pod = chosen(facts, 'pod', words, machine !== undefined);
  const named = (group: string | undefined): boolean => group !== undefined && words.has(group);
  const isNode = named(node?.name) || (!named(pod?.name) && hasNodeChains(file));
  const ofPod = !isNode && pod !== undefined;
  const own: AddressOfFile[] = [];
  const elsewhere: AddressOfFile[] = [];
  for (const fact of facts) {
    const address = read(fact);
    if (!address) continue;
    const isOwn =
      fact.of === 'host' ||
      (fact.of === 'pod' ? ofPod && isOf(fact, pod) : !ofPod && node !== undefined && isOf(fact, node));
    // The listing does not state who has the external address of a node: the node, or a router before it.
    if (fact.source === 'EXTERNAL-IP') continue;
    const list = isOwn ? own : elsewhere;
    if (!list.some((other) => sameAddress(other.address, address.address))) list.push(address);
  }
  return {
    own,
    elsewhere: elsewhere.filter(({ address }) => !own.some((each) => sameAddress(each.address, address))),
    complete: own.some(({ source }) => source === 'hostname -I' || source === 'podIP' || source === 'kubectl get pods'),
  };
}

const NONE: AddressesOfFile = { own: [], complete: false, elsewhere: [] };

function read({ address: text, source, line }: AddressFacts): AddressOfFile | undefined {
  const [plain = '', length] = text.split('/', 2);
  const address = parseAddress(plain);
  return (
    address && { address, prefixLength: length === undefined ? undefined : Number(length), source, line: line.index }
  );
}

interface AddressOwner {
  /** Of the pod or node; undefined where the file shows its addresses only. */
  readonly name: string | undefined;
}

/** The pod or node that commands name, or the only one. */
function chosen(
  facts: readonly AddressFacts[],
  of: 'pod' | 'node',
  words: ReadonlySet<string>,
  onlyNamed: boolean,
): AddressOwner | undefined {
  const ofKind = facts.filter((fact) => fact.of === of);
  const named = ofKind.find(({ name }) => name !== undefined && words.has(name));
  if (named) return { name: named.name };
  if (onlyNamed) return undefined;
  const names = new Set(ofKind.map(({ name }) => name));
  if (names.size !== 1) return undefined;
  // Without names several addresses of one family are those of several pods.
  const [name] = names;
  const families = ofKind.map(({ address }) => address.includes(':'));
  return name !== undefined || new Set(families).size === families.length ? { name } : undefined;
}

function isOf({ name }: AddressFacts, group: AddressOwner | undefined): boolean {
  return group?.name === name;
}

/**
 * The words before the programs of the file's command lines: prompts with the name of a machine, `kubectl exec POD
 * -c …`.
 */
function wordsOfCommands(file: SourceFile): ReadonlySet<string> {
  const words = new Set<string>();
  const note = (text: string, start: number): void => {
    const program = findProgram(text, start, text.length);
    if (program && (isTables(program.name) || program.name.includes('tables-')))
      for (const word of text.slice(start, program.start).split(/[^\w.-]+/)) words.add(word);
  };
  for (const line of file.lines)
    for (const each of line.embedded ?? [line])
      if (each.shape === Shape.Echo || each.shape === Shape.ProgramCommand) note(each.text, each.contentStart);
  return words;
}

/** Chains of a program that works in the network of the node. */
function hasNodeChains(file: SourceFile): boolean {
  return file.sections.some(
    (section) =>
      section.kind === 'rules' &&
      section.lines.some(
        ({ text, contentStart }) =>
          text.startsWith(`:${NODE_CHAIN}`, contentStart) || text.startsWith(`-N ${NODE_CHAIN}`, contentStart),
      ),
  );
}
