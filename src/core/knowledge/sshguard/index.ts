import type { ProgramPack } from '../pack';

export const sshguard: ProgramPack = {
  id: 'sshguard',
  name: 'sshguard',
  prefixes: ['sshguard'],
  families: [],
  chainTables: [[/^sshguard$/, ['filter']]],
};
