import { describe, expect, it } from 'vitest';
import { saysOmitted } from '../../src/core/text/omission';

const SAYS = [
  ...[
    '...',
    '..',
    '.....',
    '. . .',
    '.',
    '…',
    '⋮',
    '⋯',
    '···',
    '...etc',
    '... many KUBE-SVC chains ...',
    '…(30 rules)',
  ],
  ...['[...]', '(...)', '<...>', '{...}', '[ ... ]', '[…]', '(... 30 more rules ...)', '[... 12 lines ...]'],
  ...['<snip>', '[snip]', '(snip)', '{snip}', '-- snip --', '--- snipped ---', '...snip...', '...<snipped>...', 'snip'],
  ...['---- 8< ----', '-- >8 --', '✂', '--'],
  ...[
    '[output truncated]',
    'output truncated',
    '[30 lines omitted]',
    '(rest omitted)',
    '<omitted>',
    '[cut]',
    'truncated',
  ],
  ...[
    '30 more rules',
    'and 30 more lines',
    'some other rules',
    '<several ACCEPT rules>',
    '<more rules>',
    'etc',
    '(etc.)',
  ],
  ...['# ...', '#...', '# … omitted', '# rules omitted for brevity', '# other rules omitted', ';...', '# [snip]'],
  ...['// ...', '// many more lines here', '/* ... */', '<!-- ... -->', '/* rules omitted */'],
  ...['(中略)', '省略', '... 생략 ...', '생략', 'usw.', 'и т. д.'],
];
const SAYS_NOTHING = [
  ...[
    '',
    ' ',
    '-',
    '---',
    '***',
    '===',
    '#',
    '# ',
    '//',
    'COMMIT',
    ':INPUT ACCEPT [0:0]',
    '-A INPUT -j DROP',
    '--dport 80',
  ],
  ...['# other rules', '# some rules for ssh', '# skipped', '# more', '# Allow etc', '# Rules for web servers'],
  ...['# Removed the drop rule because it broke dns', '# redirected output to the proxy', '# --- 8080 ---', '# cut'],
  ...[
    'I cut the cable',
    'echo ...',
    'remove this',
    'removed',
    'cut -d: -f1',
    'rest of the world',
    'other users',
    'snipe',
  ],
  ...['[Interface]', '<pre>', '<http://x.y/z>', '(eth0)', 'wait...', 'v1.8.9', '10.0.0.1', '.bashrc', '.gitignore'],
  `${'. '.repeat(100)}`,
];

describe('whether a line says that others were omitted', () => {
  it.each(SAYS)('%s', (line) => {
    expect(saysOmitted(line)).toBe(true);
    expect(saysOmitted(`   ${line}  `)).toBe(true);
  });
  it.each(SAYS_NOTHING)('not: %s', (line) => {
    expect(saysOmitted(line)).toBe(false);
  });
});
