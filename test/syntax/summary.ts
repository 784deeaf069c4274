import type { RulesSection, Section, SourceFile } from '../../src/core/syntax/tree';

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
    case 'sockets':
      return `sockets ${section.sockets
        .map((s) => `${s.protocol} ${s.address}${s.iface === undefined ? '' : `%${s.iface}`} ${s.port}${s.process === undefined ? '' : ` ${s.process}/${s.pid}`}${s.uid === undefined ? '' : ` uid ${s.uid}`}`)
        .join(', ')}`;
    case 'interfaces':
      return `interfaces ${section.interfaces
        .map((i) => [i.name, i.mac, i.mtu, i.up === undefined ? undefined : i.up ? 'up' : 'down', ...i.addresses].filter((part) => part !== undefined).join(' '))
        .join(', ')}`;
    case 'routes':
      return `routes ${section.routes.map((r) => `${r.family}: ${r.words}`).join(', ')}`;
    case 'policy-rules':
      return `policy-rules ${section.rules.map((r) => `${r.family}: ${r.words}`).join(', ')}`;
    case 'sets':
      return `sets ${section.text.trimEnd().split('\n').join(', ')}`;
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
