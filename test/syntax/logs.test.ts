import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRules, defaultRulesSection } from './defaultRules';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { rules, summary } from './summary';

const folder = join(import.meta.dirname, 'fixtures');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const expected: Record<string, { sections: string[]; first: string; v6?: string }> = {
  'sidecar-1.2.log': {
    sections: [
      '1-5 environment ENVOY_PORT= ISTIO_INBOUND_INTERCEPTION_MODE= ISTIO_INBOUND_PORTS=',
      '7-11 variables PROXY_PORT=15001 PROXY_UID=1337 INBOUND_PORTS_INCLUDE=*',
      '13-21 commands input v4 noflush 4 commands',
      '18-22 commands input v6 noflush 2 commands',
      '19-19 policy-rules 4: fwmark 1337 lookup 133',
      '20-20 routes added 4: local default dev lo table 133',
      '24-31 save saved-state v4 legacy 1.6.1 2 commands "iptables-save"',
    ],
    first: 'save saved-state v4 legacy 1.6.1 2 commands "iptables-save"',
    v6: 'commands input v6 noflush 2 commands',
  },
  'sidecar-1.6.log': {
    sections: [
      '1-4 environment ENVOY_PORT= ISTIO_SERVICE_CIDR=',
      '6-10 variables PROXY_PORT=15001 PROXY_GID=1337 DNS_SERVERS=[],[]',
      '13-17 restore input v4 noflush 3 commands "Writing following contents to rules file"',
      '21-23 restore input v6 noflush 1 commands "Writing following contents to rules file"',
      '27-34 save saved-state v4 legacy 1.6.1 2 commands "iptables-save"',
    ],
    first: 'save saved-state v4 legacy 1.6.1 2 commands "iptables-save"',
    v6: 'restore input v6 noflush 1 commands "Writing following contents to rules file"',
  },
  'cni-1.18.log': {
    sections: [
      '1-3 variables PROXY_PORT=15001 HOST_NSENTER_EXEC=false',
      '6-9 restore input v4 noflush 2 commands "Restore input"',
      '16-23 save saved-state v4 nft 1.8.7 1 commands "Command output"',
    ],
    first: 'save saved-state v4 nft 1.8.7 1 commands "Command output"',
  },
  'sidecar-1.22.log': {
    sections: [
      '1-3 variables PROXY_PORT=15001 DUAL_STACK=true',
      '6-9 restore input v4 noflush 2 commands "Restore input"',
      '12-15 restore input v6 noflush 2 commands "Restore input"',
      '18-24 save saved-state v4 legacy 1.8.9 1 commands "Command output"',
      '27-33 save saved-state v6 legacy 1.8.9 1 commands "Command output"',
    ],
    first: 'save saved-state v4 legacy 1.8.9 1 commands "Command output"',
    v6: 'save saved-state v6 legacy 1.8.9 1 commands "Command output"',
  },
  'sidecar-1.27.log': {
    sections: [
      '1-3 config PROXY_PORT=15001 NATIVE_NFTABLES=false',
      '7-11 save saved-state v4 1 commands "Final iptables state (IPv4)"',
      '13-17 save saved-state v6 1 commands "Final iptables state (IPv6)"',
    ],
    first: 'save saved-state v4 1 commands "Final iptables state (IPv4)"',
    v6: 'save saved-state v6 1 commands "Final iptables state (IPv6)"',
  },
  'json.log': {
    sections: [
      '1-1 variables PROXY_PORT=15001 PROXY_UID=1337',
      '2-2 restore input v4 noflush 2 commands "Restore input"',
      '4-4 save saved-state v4 legacy 1.8.9 1 commands "Command output"',
    ],
    first: 'save saved-state v4 legacy 1.8.9 1 commands "Command output"',
  },
  'cri.log': {
    sections: ['2-7 save saved-state v4 legacy 1.8.9 1 commands "Command output"'],
    first: 'save saved-state v4 legacy 1.8.9 1 commands "Command output"',
  },
  'prefixes.log': {
    sections: [
      '1-2 variables PROXY_PORT=15001',
      '5-8 restore input v4 noflush 2 commands "Restore input"',
      '10-14 save saved-state v4 1 commands "Final iptables state (IPv4)"',
      '16-19 save saved-state v? 1 commands',
      '21-24 save saved-state v? 1 commands',
    ],
    first: '',
  },
};

describe('istio-init and CNI logs', () => {
  it('has an expectation for each fixture', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.log'))
        .sort(),
    ).toEqual(Object.keys(expected).sort());
  });

  for (const [name, want] of Object.entries(expected)) {
    it(name, () => {
      const file = parseSourceFile(read(name), { fileName: name });
      expect(summary(file)).toEqual(want.sections);
      const first = defaultRulesSection(file);
      if (want.first !== '') expect(first && rules(first)).toBe(want.first);
      const { v6 } = defaultRules(file);
      if (want.first !== '') expect(v6 && rules(v6)).toBe(want.v6);
      expect(file.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
      expect(printSourceFile(file)).toBe(read(name));
    });

    it(`${name} with CRLF, quoted and indented`, () => {
      const crlf = parseSourceFile(read(name).replaceAll('\n', '\r\n'));
      expect(summary(crlf)).toEqual(want.sections);
      if (name !== 'prefixes.log') {
        expect(summary(parseSourceFile(read(name).replace(/^/gm, '> ')))).toEqual(want.sections);
        expect(summary(parseSourceFile(read(name).replace(/^/gm, '    ')))).toEqual(want.sections);
        expect(summary(parseSourceFile(read(name).replaceAll('\t', '     ')))).toEqual(want.sections);
        expect(summary(parseSourceFile(read(name).replace(/^/gm, '2024-05-02T08:00:00.100000001Z stdout F ')))).toEqual(
          want.sections,
        );
        expect(summary(parseSourceFile(read(name).replace(/^/gm, '[pod/server-1/istio-init] ')))).toEqual(
          want.sections,
        );
      }
    });
  }
});

describe('rules within JSON strings', () => {
  it('maps the columns of embedded lines to the line of the file', () => {
    const file = parseSourceFile(read('json.log'));
    const outer = file.lines[1];
    const rule = outer?.embedded?.[3];
    expect(rule?.text).toBe(
      '-A ISTIO_REDIRECT -p tcp -m comment --comment "to \\"Envoy\\"" -j REDIRECT --to-ports 15001',
    );
    if (!outer || rule?.node.kind !== 'command') throw new Error('no rule');
    const comment = rule.node.words.find((word) => word.text === 'to "Envoy"');
    const target = rule.node.words.at(-3);
    if (!comment || !target) throw new Error('no words');
    expect(outer.text.slice(rule.toOuter(comment.start), rule.toOuter(comment.end))).toBe(
      '\\"to \\\\\\"Envoy\\\\\\"\\"',
    );
    expect(outer.text.slice(rule.toOuter(target.start), rule.toOuter(target.end))).toBe('REDIRECT');
    expect(rule.index).toBe(1);
  });

  it.each([
    ['{"msg":"-A X -j Y\\u000aCOMMIT"}', ['-A X -j Y', 'COMMIT']],
    ['{"a":{"msg":"no"},"msg":"a\\tb"}', ['a\tb']],
    ['{"a":"\\"msg\\":","message":"x"}', ['x']],
    ['{"msg":"cut off here -A X\\n-A Y -j', ['cut off here -A X', '-A Y -j']],
    ['{"msg":"bad \\x \\u12"}', ['bad \\x \\u12']],
    ['{"msg":""}', ['']],
  ])('%s', (text, lines) => {
    expect(parseSourceFile(text).lines[0]?.embedded?.map((line) => line.text)).toEqual(lines);
  });

  it.each(['{"msg":1}', '{"level":"info"}', '{ not json', '{}'])('%s has none', (text) => {
    expect(parseSourceFile(text).lines[0]?.embedded).toBeUndefined();
  });
});
