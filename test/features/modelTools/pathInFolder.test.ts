import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathInFolder } from '../../../src/features/modelTools/pathInFolder';

test.each<[string, string, string | undefined]>([
  ['/ws', 'node1.rules', '/ws/node1.rules'],
  ['/ws', './dumps//node1.rules', '/ws/dumps/node1.rules'],
  ['/ws', 'dumps/../node1.rules', '/ws/node1.rules'],
  ['/ws', '/ws/node1.rules', '/ws/node1.rules'],
  ['/ws', '/ws/dumps/../node1.rules', '/ws/node1.rules'],
  ['/ws/', 'node1.rules', '/ws/node1.rules'],
  ['/', 'etc/iptables/rules.v4', '/etc/iptables/rules.v4'],
  ['/ws', '..', undefined],
  ['/ws', '.', undefined],
  ['/ws', '', undefined],
  ['/ws', '../secret', undefined],
  ['/ws', '../ws2/secret', undefined],
  ['/ws', 'dumps/../../etc/passwd', undefined],
  ['/ws', '/ws/../etc/passwd', undefined],
  ['/ws', '/ws/../ws2/secret', undefined],
  ['/ws', '../../../../etc/passwd', undefined],
  ['/ws', '..\\secret', undefined],
  // Where it is no path in the folder, it is one from there.
  ['/ws', '/etc/passwd', '/ws/etc/passwd'],
  ['/ws', '/ws2/secret', '/ws/ws2/secret'],
  ['/c:/repo', 'C:\\repo\\node1.rules', '/c:/repo/node1.rules'],
  ['/c:/repo', 'dumps\\node1.rules', '/c:/repo/dumps/node1.rules'],
  ['/c:/repo', 'c:/repo/../secret', undefined],
])('%s, %s', (folder, written, path) => {
  expect(pathInFolder(folder, written)).toBe(path);
});

test('nothing leads out of the folder', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '/', '\\', 'ws', '/ws', 'c:', '/c:/repo', '%2e%2e');
  fc.assert(
    fc.property(fc.constantFrom('/ws', '/c:/repo', '/a/ws/'), fc.array(part, { maxLength: 8 }), (folder, parts) => {
      for (const written of [parts.join('/'), parts.join('')]) {
        const path = pathInFolder(folder, written);
        if (path === undefined) continue;
        expect(path.startsWith(`${folder.replace(/\/$/, '')}/`)).toBe(true);
        expect(path).not.toMatch(/\/\.{0,2}(?:\/|$)/);
      }
    }),
  );
});
