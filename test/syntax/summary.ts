import type { RulesSection, Section, SourceFile } from '../../src/core/syntax/sourceFile';

/** One line for each section, `FIRST-LAST what …`, lines counted from 1: what a test compares. */
export function summary(file: SourceFile): string[] {
  return file.sections.map((section) => `${place(section)} ${what(section)}`);
}

function place(section: Section): string {
  const first = section.lines[0];
  const last = section.lines.at(-1);
  return `${(first?.index ?? -1) + 1}-${(last?.index ?? -1) + 1}`;
}

function what(section: Section): string {
  switch (section.kind) {
    case 'rules':
      return rules(section);
    case 'nft':
      return `nft ${section.form} ${section.lines.length}`;
    case 'sockets':
      return `sockets ${section.partial ? 'some of ' : ''}${section.sockets
        .map(
          (s) =>
            `${s.protocol} ${s.address}${s.iface === undefined ? '' : `%${s.iface}`} ${s.port}${s.process === undefined ? '' : ` ${s.process}/${s.pid}`}${s.uid === undefined ? '' : ` uid ${s.uid}`}`,
        )
        .join(', ')}`;
    case 'interfaces':
      return `interfaces ${section.interfaces
        .map((i) =>
          [i.name, i.mac, i.mtu, i.up === undefined ? undefined : i.up ? 'up' : 'down', ...i.addresses]
            .filter((part) => part !== undefined)
            .join(' '),
        )
        .join(', ')}`;
    case 'routes':
      return `routes ${section.added ? 'added ' : ''}${section.routes.map((r) => `${r.family}: ${r.words}`).join(', ')}`;
    case 'policy-rules':
      return `policy-rules ${section.rules.map((r) => `${r.family}: ${r.words}`).join(', ')}`;
    case 'sets':
      return `sets ${section.text.trimEnd().split('\n').join(', ')}`;
    case 'sysctls':
      return `sysctls ${section.sysctls.map((s) => `${s.name}=${s.value}${s.origin === 'listed' ? '' : ` ${s.origin}`}`).join(', ')}`;
    case 'addresses':
      return `addresses ${section.addresses.map((a) => [a.of, a.name, a.address, a.node === undefined ? undefined : `on ${a.node}`, a.source].filter((part) => part !== undefined).join(' ')).join(', ')}`;
    case 'routing-tables':
      return `routing-tables ${section.tables.map((t) => `${t.number} ${t.name}`).join(', ')}`;
    case 'connections':
      return `connections ${section.connections.map((c) => c.text).join(', ')}`;
    case 'packets':
      return `packets ${section.packets.map((p) => p.text).join(', ')}`;
    case 'environment':
      return `${section.title} ${section.entries.map((entry) => `${entry.key}=${entry.value}`).join(' ')}`;
  }
}

export function rules(section: RulesSection): string {
  let commands = 0;
  for (const line of section.lines) if (line.node.kind === 'command') commands++;
  return [
    section.form,
    section.role,
    section.family === undefined ? 'v?' : `v${section.family}`,
    section.backend,
    section.version,
    section.noflush ? 'noflush' : undefined,
    section.defaultTable,
    `${commands} commands`,
    section.title === undefined ? undefined : `"${section.title}"`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}
