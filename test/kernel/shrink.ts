import type { KernelCase, PacketJson } from './case';

/**
 * The smallest case that still fails: packets, tables, chains, rules, words of rules, sets, connections, listeners,
 * topology and packet fields are omitted one by one as long as `fails` says that both still disagree.
 */
export async function shrink(
  question: KernelCase,
  fails: (question: KernelCase) => Promise<boolean>,
): Promise<KernelCase> {
  let best = question;
  let smaller = true;
  while (smaller) {
    smaller = false;
    for (const candidate of candidates(best)) {
      if (!(await fails(candidate))) continue;
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

function* candidates(question: KernelCase): Iterable<KernelCase> {
  const { packets, conntrack, listeners, sets, topology } = question;
  if (packets.length > 1) {
    for (const packet of packets) yield { ...question, packets: [packet] };
    for (let i = packets.length - 1; i >= 0; i--) yield { ...question, packets: packets.filter((_, j) => j !== i) };
  }
  for (const key of ['rules', 'rules6'] as const) {
    const text = question[key];
    if (text !== undefined) for (const less of lessRules(text)) yield { ...question, [key]: less };
  }
  if (conntrack)
    for (let i = 0; i < conntrack.length; i++) yield { ...question, conntrack: conntrack.filter((_, j) => j !== i) };
  if (listeners)
    for (let i = 0; i < listeners.length; i++) yield { ...question, listeners: listeners.filter((_, j) => j !== i) };
  if (sets !== undefined) {
    yield without(question, 'sets');
    const lines = sets.split('\n');
    for (let i = 0; i < lines.length; i++)
      if (lines[i]?.startsWith('add')) yield { ...question, sets: lines.filter((_, j) => j !== i).join('\n') };
  }
  for (const key of ['sysctls', 'ipRules', 'conntrack'] as const)
    if (topology?.[key] !== undefined) yield { ...question, topology: without(topology, key) };
  for (const [i, packet] of packets.entries()) {
    for (const less of lessPacket(packet))
      yield { ...question, packets: packets.map((each, j) => (j === i ? less : each)) };
  }
}

function* lessRules(text: string): Iterable<string> {
  for (const table of text.match(/^\*[\s\S]*?^COMMIT\n/gm) ?? []) if (text !== table) yield text.replace(table, '');
  const lines = text.split('\n');
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] as string;
    if (!line.startsWith('-A')) continue;
    yield lines.filter((_, j) => j !== i).join('\n');
  }
  for (const [i, line] of lines.entries()) {
    if (line.startsWith(':') && line.includes(' DROP '))
      yield lines.map((each, j) => (j === i ? each.replace(' DROP ', ' ACCEPT ') : each)).join('\n');
    if (line.startsWith(':') && / - \[/.test(line) && !text.includes(` ${line.slice(1).split(' ')[0] as string}`))
      yield lines.filter((_, j) => j !== i).join('\n');
    if (!line.startsWith('-A')) continue;
    for (const less of lessWords(line)) yield lines.map((each, j) => (j === i ? less : each)).join('\n');
  }
}

/** One option with its values omitted at a time; a `-m` with all that follows, too. */
function* lessWords(line: string): Iterable<string> {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const starts = words.flatMap((word, i) =>
    i >= 2 && word.startsWith('-') && !/^-\d/.test(word) ? [words[i - 1] === '!' ? i - 1 : i] : [],
  );
  for (const [n, start] of starts.entries()) {
    const isMatch = words[start] === '-m';
    if (isMatch) {
      const next = starts.slice(n + 1).find((each) => ['-m', '-j', '-g', '-p'].includes(words[each] as string));
      yield [...words.slice(0, start), ...words.slice(next ?? words.length)].join(' ');
    }
    yield [...words.slice(0, start), ...words.slice(starts[n + 1] ?? words.length)].join(' ');
    if (words[start] === '!') yield [...words.slice(0, start), ...words.slice(start + 1)].join(' ');
  }
}

function* lessPacket(packet: PacketJson): Iterable<PacketJson> {
  for (const key of Object.keys(packet)) if (!['dir', 'src', 'dst', 'iface'].includes(key)) yield without(packet, key);
}

function without<T extends object>(from: T, key: string): T {
  return Object.fromEntries(Object.entries(from).filter(([each]) => each !== key)) as T;
}
