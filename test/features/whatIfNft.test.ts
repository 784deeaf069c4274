import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../../src/features/fileModel';
import { withEdits } from '../../src/features/whatIf/withEdits';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { copyOf } from '../../src/features/whatIf/copyOf';
import { groundOf, type Ground } from '../../src/features/whatIf/ground';
import { splitTyped } from '../../src/features/whatIf/splitTyped';

const LISTING = `table inet filter {
	set friends {
		type ipv4_addr
		elements = { 192.0.2.7 }
	}
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		tcp dport 22 accept # handle 4
		ip saddr @friends accept
		jump guard
	}
	chain guard {
		udp dport 53 accept
	}
}
`;
const SCRIPT = `nft add table inet filter
nft add chain inet filter input '{ type filter hook input priority 0 ; policy drop ; }'
nft add rule inet filter input tcp dport 22 accept
nft add rule inet filter input udp dport 53 accept
`;
const VARIABLES = LISTING.replace('table inet', 'define ssh = 22\ntable inet').replace('dport 22', 'dport $ssh');
const MIXED = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT

$ nft list ruleset
${LISTING}`;

function modelFor(
  text: string,
  fileName = text === MIXED ? 'notes.md' : 'rules.nft',
): { readonly model: FileModel; readonly dump: Dump } {
  const model = modelOf(parseSourceFile(text, { fileName }));
  if (!model.defaultDump) throw new Error('there are no rules');
  return { model, dump: model.defaultDump };
}

function tried(text: string, typed: string): Ground {
  const { model, dump } = modelFor(text);
  return groundOf(model, dump, splitTyped(typed, model.file));
}

function badge({ model, dump }: Pick<Ground, 'model' | 'dump'>, expression: string): string {
  const { input } = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  return [...new Set((input?.traced.outcomes ?? []).map((walked) => badgeOf(walked).text))].join(' or ');
}

const SSH = 'in eth0 tcp 203.0.113.9 > :22 own';
const SSH6 = 'in eth0 tcp [2001:db8::9] > [2001:db8::5]:22 own';
const DNS = 'in eth0 udp 203.0.113.9 > :53 own';
const WEB = 'in eth0 tcp 203.0.113.9 > :80 own';
const FRIEND = 'in eth0 tcp 192.0.2.7 > :80 own';

describe('what comes of a change to rules of nft', () => {
  test.each<[string, string, string, string, string]>([
    ['as it is', LISTING, '', SSH, 'DELIVERED :22'],
    ['a rule is off', LISTING, 'line 9 off', SSH, 'DROPPED'],
    ['for IPv6 as well', LISTING, 'line 9 off', SSH6, 'DROPPED'],
    ['a jump is off', LISTING, 'line 11 off', DNS, 'DROPPED'],
    ['a command of a script is off', SCRIPT, 'line 3 off', SSH, 'DROPPED'],
    ['the rules of nft beside others', MIXED, 'line 16 off', SSH, 'DROPPED'],
    ['a rule at the end', LISTING, 'nft add rule inet filter input tcp dport 80 accept', WEB, 'DELIVERED :80'],
    ['a rule at the top', LISTING, 'sudo nft insert rule inet filter input drop', SSH, 'DROPPED'],
    [
      'a rule in the place of another',
      LISTING,
      'nft replace rule inet filter input handle 4 tcp dport 80 accept',
      SSH,
      'DROPPED',
    ],
    ['a rule by its handle', LISTING, 'nft delete rule inet filter input handle 4', SSH, 'DROPPED'],
    ['a rule after another', LISTING, 'nft add rule inet filter input index 0 tcp dport 22 drop', SSH, 'DROPPED'],
    ['a policy', LISTING, 'nft add chain inet filter input { policy accept \\; }', WEB, 'DELIVERED :80'],
    ['a chain without its rules', LISTING, 'nft flush chain inet filter guard', DNS, 'DROPPED'],
    ['a member of a set', LISTING, 'nft add element inet filter friends { 203.0.113.9 }', WEB, 'DELIVERED :80'],
    ['a member less', LISTING, 'nft delete element inet filter friends { 192.0.2.7 }', FRIEND, 'DROPPED'],
    ['no rules at all', LISTING, 'nft flush ruleset', WEB, 'DELIVERED :80'],
    [
      'a table of its own, asked first',
      LISTING,
      "nft add table inet own\nnft add chain inet own in '{ type filter hook input priority -5 ; }'\nnft add rule inet own in tcp dport 22 drop",
      SSH,
      'DROPPED',
    ],
    [
      'commands one after the other',
      LISTING,
      'nft insert rule inet filter input drop\nnft flush chain inet filter input\nnft add rule inet filter input accept',
      WEB,
      'DELIVERED :80',
    ],
  ])('%s', (_, text, typed, packet, expected) => {
    const ground = tried(text, typed);
    expect(ground.made.flatMap(({ problems }) => problems)).toEqual([]);
    expect(badge(ground, packet)).toBe(expected);
    // The file stays as it is.
    expect(badge(modelFor(text), SSH)).toBe('DELIVERED :22');
  });

  test.each([
    ['nft add rule inet filter nope drop', 'table inet filter has no chain nope'],
    ['nft add rule ip filter input drop', 'there is no table ip filter'],
    [
      'nft delete rule inet filter input handle 9',
      'no rule of chain input is known to have the handle 9: `nft -a list ruleset` shows them',
    ],
    ['nft delete rule inet filter input', 'it needs the handle of a rule: `nft -a list ruleset` shows them'],
    ['nft insert rule inet filter input index 9 drop', 'chain input has no rule 9'],
    ['nft delete table inet nope', 'there is no table inet nope'],
    ['nft create table inet filter', 'there is a table inet filter already'],
    ['nft create chain inet filter input', 'there is a chain input already'],
    ['nft delete chain inet filter nope', 'table inet filter has no chain nope'],
    ['nft add element inet filter nope { 1.2.3.4 }', 'table inet filter has no set nope'],
    ['iptables -I INPUT -j DROP', 'The file has no IPv4 rules that this could change.'],
  ])('%s is refused, and says why', (typed, message) => {
    expect(tried(LISTING, typed).made.flatMap(({ problems }) => problems.map((each) => each.message))).toEqual([
      message,
    ]);
  });

  test('nft has no rules in a file of iptables', () => {
    const [made] = tried('*filter\n:INPUT ACCEPT\nCOMMIT\n', 'nft add rule inet filter input drop').made;
    expect(made?.problems.map(({ message }) => message)).toEqual([
      'The file has no rules of nft that this could change.',
    ]);
  });

  test.each(LISTING.split('\n').flatMap((line, i) => (/accept|jump/.test(line) ? [[i, line.trim()] as const] : [])))(
    'line %i off, `%s`: the same as in a copy without it',
    (line) => {
      const { model, dump } = modelFor(LISTING);
      const ground = groundOf(model, dump, splitTyped(`line ${line + 1} off`, model.file));
      const copy = withEdits(LISTING, copyOf(ground, model).edits) ?? '';
      expect(copy.split('\n')).toEqual(LISTING.split('\n').filter((_, i) => i !== line));
      for (const packet of [SSH, SSH6, DNS, WEB, FRIEND])
        expect(badge(ground, packet)).toBe(badge(modelFor(copy), packet));
    },
  );

  test.each<[string, string, string, readonly (readonly [number, string | undefined])[]]>([
    ['at the end of a chain', LISTING, 'nft add rule inet filter input accept', [[11, '\t\taccept']]],
    [
      'before another',
      LISTING,
      'nft insert rule inet filter input index 1 tcp dport 22 drop',
      [[8, '\t\ttcp dport 22 drop']],
    ],
    [
      'before the first, in the order in which the kernel would have them',
      LISTING,
      'nft insert rule inet filter guard tcp dport 80 accept\nnft insert rule inet filter guard tcp dport 80 drop',
      [
        [13, '\t\ttcp dport 80 accept'],
        [13, '\t\ttcp dport 80 drop'],
      ],
    ],
    [
      'in the place of another',
      LISTING,
      'nft replace rule inet filter input handle 4 tcp dport 80 accept',
      [
        [8, undefined],
        [9, '\t\ttcp dport 80 accept'],
      ],
    ],
    [
      'before one with a variable',
      VARIABLES,
      'nft insert rule inet filter input index 1 tcp dport 22 drop',
      [[9, '\t\ttcp dport 22 drop']],
    ],
    ['behind one with a variable', VARIABLES, 'nft add rule inet filter input accept', [[12, '\t\taccept']]],
    ['off beside a variable', VARIABLES, 'line 12 off', [[11, undefined]]],
    ['away', LISTING, 'nft delete rule inet filter input handle 4', [[8, undefined]]],
    [
      'in a chain without rules',
      LISTING.replace('\t\tudp dport 53 accept\n', ''),
      'nft add rule inet filter guard udp dport 53 drop',
      [[13, '\t\tudp dport 53 drop']],
    ],
    ['beside rules of iptables', MIXED, 'nft add rule inet filter input accept', [[18, '\t\taccept']]],
    [
      'at the end of a script',
      SCRIPT,
      'nft insert rule inet filter input tcp dport 22 drop',
      [[4, 'nft insert rule inet filter input tcp dport 22 drop']],
    ],
    [
      'before and behind at once',
      LISTING,
      'nft insert rule inet filter guard tcp dport 80 accept\nnft add rule inet filter guard tcp dport 80 drop',
      [
        [14, '\t\ttcp dport 80 drop'],
        [13, '\t\ttcp dport 80 accept'],
      ],
    ],
    [
      'away, and the line with another one off',
      LISTING,
      'line 11 off\nnft delete rule inet filter input handle 4',
      [
        [10, undefined],
        [8, undefined],
      ],
    ],
    [
      'in a script with blanks before its lines',
      SCRIPT.replace(/^/gm, '  ').trimEnd(),
      'sudo nft add rule inet filter input tcp dport 80 accept',
      [[4, '  sudo nft add rule inet filter input tcp dport 80 accept']],
    ],
    ['by sudo', LISTING, 'sudo  nft add rule inet filter guard accept', [[14, '\t\taccept']]],
    [
      'beside a comment',
      LISTING.replace('53 accept', '53 accept # names'),
      'nft insert rule inet filter guard drop',
      [[13, '\t\tdrop']],
    ],
    // A list shows what came of these, and not the commands.
    ['a chain that is emptied', LISTING, 'nft flush chain inet filter guard', []],
    ['a rule and an element', LISTING, 'nft add rule inet filter guard accept\nnft flush set inet filter friends', []],
    [
      'behind rules on one line',
      LISTING.replace('udp dport 53 accept', 'udp dport 53 accept; udp dport 54 accept'),
      'nft add rule inet filter guard accept',
      [],
    ],
    [
      'before rules on one line',
      LISTING.replace('udp dport 53 accept', 'udp dport 53 accept; udp dport 54 accept'),
      'nft insert rule inet filter guard accept',
      [],
    ],
    [
      'where the block ends with another',
      LISTING.replace('accept\n\t}\n}', 'accept\n}}'),
      'nft add rule inet filter guard accept',
      [],
    ],
    ['an element', LISTING, 'nft add element inet filter friends { 203.0.113.9 }', []],
    ['a policy', LISTING, "nft add chain inet filter input '{ policy accept ; }'", []],
    ['rules on one line', LISTING.replace(/\n\t\t/g, ' ; '), 'nft add rule inet filter input accept', []],
  ])('where a command puts a rule, a copy has it: %s', (_, text, typed, edits) => {
    const { model, dump } = modelFor(text);
    const changes = splitTyped(typed, model.file);
    const ground = groundOf(model, dump, changes);
    expect(ground.made.flatMap(({ problems }) => problems)).toEqual([]);
    const copy = copyOf(ground, model);
    expect(copy.edits.map(({ line, text: written }) => [line, written])).toEqual(edits);
    expect(copy.left).toEqual(edits.length > 0 ? [] : changes);
    const written = withEdits(text, copy.edits) ?? '';
    if (edits.length > 0)
      for (const packet of [SSH, SSH6, DNS, WEB, FRIEND])
        expect(badge(modelFor(written, text === MIXED ? 'notes.md' : undefined), packet)).toBe(badge(ground, packet));
  });
});
