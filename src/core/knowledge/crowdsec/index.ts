import type { ProgramPack } from '../pack';

export const crowdsec: ProgramPack = {
  id: 'crowdsec',
  name: 'CrowdSec',
  prefixes: ['CROWDSEC_'],
  families: [],
  chainTables: [[/^CROWDSEC_CHAIN$/, ['filter']]],
};
