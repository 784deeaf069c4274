import { BUILTIN_CHAINS } from '../../../src/core/ruleset/ruleSet';
import { allExtensions } from '../../../src/core/xtables/registry';
import type { Option } from '../../../src/core/xtables/option';
import type { TableName } from '../../../src/core/xtables/view';
import type { CheckCase } from './checkCase';
import { body, goodOptions, loadPart, oneRule, placeOf, type Extension } from './rules';
import { valuesFor } from './values';

/**
 * Every extension with each of its options at the edges, alone and in pairs, and in places where it does not belong.
 */
export function extensionCases(): CheckCase[] {
  const cases: CheckCase[] = [];
  for (const extension of allExtensions()) {
    for (const family of [4, 6] as const) {
      const add = (text: string): void => void cases.push({ family, text, about: extension.name });
      if (!extension.families.includes(family)) {
        add(goodElsewhere(extension, family));
        continue;
      }
      const { table, chain } = placeOf(extension);
      const rule = (options: string): void => add(oneRule(table, chain, body(extension, options)));
      const good = goodOptions(extension, family);
      rule(good);
      rule('');
      rule(`${good} ${loadPart(extension)} ${good}`);
      rule(`${loadPart(extension)} ${good}`);
      rule(`${good} stray`);
      rule(`${good} --nosuchoption 5`);
      // Options that both families read alike are asked of one of them at every edge, and of the other at every fifth.
      const thin = extension.families.length === 2 && family === 6 && !readsAddresses(extension) ? 5 : 1;
      for (const option of extension.options)
        for (const [i, options] of optionVariants(extension, option, family).entries())
          if (i % thin === 0) rule(options);
      if (thin === 1) for (const options of pairs(extension, family)) rule(options);
      if (extension.options.length > 0 && thin === 1) for (const options of positions(good)) rule(options);
      for (const text of places(extension, family)) add(text);
      for (const text of protocols(extension, family)) add(text);
    }
  }
  return cases;
}

function goodElsewhere(extension: Extension, family: 4 | 6): string {
  const { table, chain } = placeOf(extension);
  return oneRule(table, chain, body(extension, goodOptions(extension, family === 4 ? 6 : 4)));
}

function readsAddresses(extension: Extension): boolean {
  return extension.options.some(({ type }) => /address|prefix|mask/.test(type?.metavariable ?? ''));
}

/** The other options of the good rule, so that nothing but this one decides. */
function around(extension: Extension, option: Option, family: 4 | 6): string {
  const groups = optionGroups(goodOptions(extension, family));
  const names = [option.name, ...option.aliases];
  return groups
    .filter(
      (group) =>
        !names.includes(group.replace(/^! /, '').split(' ')[0] ?? '') &&
        !option.excludes.includes(group.split(' ')[0] ?? ''),
    )
    .join(' ');
}

/** `--a 1 ! --b` as `--a 1`, `! --b`. */
function optionGroups(options: string): readonly string[] {
  return options === ''
    ? []
    : options
        .split(/ (?=! --|--)/)
        .flatMap((group, i, all) => (group === '!' ? [] : [all[i - 1] === '!' ? `! ${group}` : group]));
}

/** The value that the good rule gives to an option, or the first that its type suggests. */
function goodValue(extension: Extension, option: Option, family: 4 | 6): string {
  if (option.words === 0 || option.optionalWord) return '';
  const group = optionGroups(goodOptions(extension, family)).find((each) => each.startsWith(`${option.name} `));
  if (group) return group.slice(option.name.length + 1);
  return (option.words === 1 ? option.type?.completions?.[0] : undefined) ?? valuesFor(option)[0] ?? '5';
}

function optionVariants(extension: Extension, option: Option, family: 4 | 6): readonly string[] {
  const rest = around(extension, option, family);
  const join = (own: string): readonly string[] => (rest === '' ? [own] : [`${rest} ${own}`]);
  const value = goodValue(extension, option, family);
  const withValue = (name: string): string => (value === '' ? name : `${name} ${value}`);
  const { name } = option;
  const variants = [
    withValue(name),
    name,
    `! ${withValue(name)}`,
    `${name} ! ${value}`,
    `! ${name} ! ${value}`,
    `! ! ${withValue(name)}`,
    `${name}=${value}`,
    `${name}=`,
    `! ${name}=${value}`,
    `${withValue(name)} ${withValue(name)}`,
    `${withValue(name)} !`,
    `! ${name}`,
    withValue(name.toUpperCase()),
    withValue(name.slice(1)),
    withValue(`${name}x`),
    ...option.aliases.flatMap((alias) => [
      withValue(alias),
      `! ${withValue(alias)}`,
      `${withValue(alias)} ${withValue(name)}`,
      withValue(alias.slice(0, -1)),
    ]),
    ...abbreviations(name).map(withValue),
  ];
  const values = option.type ? valuesFor(option) : [];
  const special = values.flatMap((each, i) => [
    `${name} ${each}`,
    ...(option.invertible && i % 3 === 0 ? [`! ${name} ${each}`] : []),
  ]);
  return [...variants, ...special].flatMap(join);
}

function abbreviations(name: string): readonly string[] {
  const lengths = [3, 4, 5, 6, 8, 10, name.length - 2, name.length - 1].filter((length) => length < name.length);
  return [...new Set(lengths)].map((length) => name.slice(0, length));
}

/** Each option beside each other one, in both orders, and one of them negated. */
function pairs(extension: Extension, family: 4 | 6): readonly string[] {
  const found: string[] = [];
  const spell = (option: Option): string => `${option.name} ${goodValue(extension, option, family)}`.trim();
  for (const [i, first] of extension.options.entries()) {
    for (const second of extension.options.slice(i + 1)) {
      const required = extension.options
        .filter((each) => each.required && each !== first && each !== second)
        .map(spell)
        .join(' ');
      const add = (text: string): void => void found.push(required === '' ? text : `${required} ${text}`);
      add(`${spell(first)} ${spell(second)}`);
      add(`${spell(second)} ${spell(first)}`);
      add(`! ${spell(first)} ${spell(second)}`);
      const rest = around(extension, first, family);
      if (rest !== '') found.push(`${rest} ${spell(first)} ${spell(second)}`);
    }
  }
  return found;
}

/** Negations, the match and the target in unusual order. */
function positions(good: string): readonly string[] {
  return [
    `! ${good}`,
    `${good} -i eth0`,
    `-v ${good}`,
    `${good} -m comment --comment x`,
    `-m mark --mark 1 ${good}`,
    `${good} -m mark --mark 1`,
    `${good} -- `,
    `${good} -`,
  ];
}

/** The good rule in every chain of every table, directly and through chains of its own. */
function places(extension: Extension, family: 4 | 6): readonly string[] {
  const found: string[] = [];
  const rule = body(extension, goodOptions(extension, family));
  for (const table of Object.keys(BUILTIN_CHAINS) as TableName[]) {
    for (const hook of BUILTIN_CHAINS[table]) {
      found.push(oneRule(table, hook, rule));
      if (extension.hooks || extension.tables)
        found.push(
          `*${table}\n:OWN - [0:0]\n:DEEP - [0:0]\n-A ${hook} -j OWN\n-A OWN -g DEEP\n-A DEEP ${rule}\nCOMMIT\n`,
        );
    }
    found.push(`*${table}\n:OWN - [0:0]\n-A OWN ${rule}\nCOMMIT\n`);
    if (extension.hooks)
      found.push(
        `*${table}\n:OWN - [0:0]\n${BUILTIN_CHAINS[table].map((hook) => `-A ${hook} -j OWN\n`).join('')}-A OWN ${rule}\nCOMMIT\n`,
      );
  }
  return found;
}

function protocols(extension: Extension, family: 4 | 6): readonly string[] {
  const { table, chain } = placeOf(extension);
  const rule = `${loadPart(extension)} ${goodOptions(extension, family)}`;
  const list = [
    '-p tcp',
    '-p udp',
    '-p 6',
    '! -p tcp',
    '-p all',
    '-p 0',
    '-p icmp',
    '-p icmpv6',
    '-p ipv6-icmp',
    '-p sctp',
    '-p dccp',
    '-p esp',
    '-p 255',
    '! -p udp',
    '-p 17',
    '-p udplite',
    '-p ah',
    '-p 135',
    '-p ipcomp',
    '! -p sctp',
  ];
  const some =
    extension.protocols ||
    [
      'multiport',
      'DNAT',
      'SNAT',
      'REDIRECT',
      'MASQUERADE',
      'REJECT',
      'SYNPROXY',
      'TPROXY',
      'HMARK',
      'ecn',
      'NETMAP',
      'TCPMSS',
      'conntrack',
      'ECN',
      'CT',
    ].includes(extension.name)
      ? list
      : list.slice(0, 3);
  const found = some.map((protocol) => oneRule(table, chain, `${protocol} ${rule}`));
  if (some === list) {
    found.push(oneRule(table, chain, `${rule} -p tcp`), oneRule(table, chain, `${rule} -p udp`));
    // The match comes by itself with the protocol.
    for (const protocol of list) found.push(oneRule(table, chain, `${protocol} ${goodOptions(extension, family)}`));
    for (const ports of [
      '--to-ports 80',
      '--to-destination :80',
      '--to-source 10.0.0.1:80',
      '--to-ports 80-90 --random',
      '--random',
      '--random-fully',
      '--to-ports 0',
    ]) {
      if (['DNAT', 'SNAT', 'REDIRECT', 'MASQUERADE'].includes(extension.name))
        for (const protocol of list) found.push(oneRule(table, chain, `${protocol} ${loadPart(extension)} ${ports}`));
    }
    if (extension.name === 'REJECT')
      for (const type of ['tcp-reset', 'icmp-port-unreachable', 'icmp6-port-unreachable'])
        for (const protocol of ['', ...list])
          found.push(oneRule(table, chain, `${protocol} ${loadPart(extension)} --reject-with ${type}`));
    if (extension.name === 'TCPMSS')
      for (const syn of [
        '-p tcp',
        '-p tcp --syn',
        '-p tcp ! --syn',
        '-p tcp --tcp-flags SYN SYN',
        '-p tcp --tcp-flags SYN,RST SYN',
        '-p tcp --tcp-flags ALL SYN',
        '-p tcp -m tcp --dport 80',
        '! -p tcp',
      ]) {
        for (const options of ['--set-mss 500', '--clamp-mss-to-pmtu'])
          for (const [where, hook] of [
            ['mangle', 'FORWARD'],
            ['mangle', 'PREROUTING'],
            ['mangle', 'INPUT'],
            ['filter', 'OUTPUT'],
            ['mangle', 'POSTROUTING'],
          ] as const)
            found.push(oneRule(where, hook, `${syn} -j TCPMSS ${options}`));
      }
    if (extension.name === 'SYNPROXY')
      for (const flags of ['-p tcp', '-p tcp --syn', '-p tcp -m state --state INVALID', '-p udp', '', '! -p tcp'])
        found.push(oneRule('filter', 'INPUT', `${flags} -j SYNPROXY --mss 1460`));
  }
  return found;
}
