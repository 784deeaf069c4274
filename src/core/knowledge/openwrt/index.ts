import type { ProgramPack } from '../pack';

export const openwrt: ProgramPack = {
  id: 'openwrt',
  name: 'OpenWrt',
  prefixes: ['MINIUPNPD'],
  families: [],
  chainTables: [[/^MINIUPNPD-POSTROUTING$|^(?:pre|post)routing_\w+_rule$/, ['nat']]],
};
