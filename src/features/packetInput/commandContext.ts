import type { Resolvers } from './dnsQuery';
import type { Environment } from './environment';

/** What a command depends on besides its own words. */
export interface CommandContext {
  readonly resolvers: Resolvers;
  readonly environment: Environment;
}
