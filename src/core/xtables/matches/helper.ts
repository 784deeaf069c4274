import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { option } from '../option';
import { missing } from '../shown';
import { keep, type Inverted } from '../values/inverted';
import { savedString, text } from '../values/savedString';

const helperName = option(
  '--helper',
  text('name', 29, 'thing'),
  'Name of the helper, `ftp` or `ftp-2121`; empty for any.',
  { invertible: true, required: true },
);

/**
 * `-m helper`: the connection was expected by a helper of this name, as the data connection of an FTP session is.
 * Source: iptables-extensions(8) "helper", net/netfilter/xt_helper.c helper_mt. The connection that the helper itself
 * watches does not match.
 */
export const helper = defineMatch<Inverted<string>>({
  kind: 'match',
  name: 'helper',
  families: [4, 6],
  options: [helperName],
  needsConntrack: true,
  documentation: {
    summary: 'Matches connections that a helper expected, such as the data connection of FTP.',
    details:
      'The helper of the master connection is compared. Packets of other connections, or of none, do not ' +
      'match; with ! they do.',
    source: 'iptables-extensions(8), helper; net/netfilter/xt_helper.c',
  },
  build: (options) => keep(options.get(helperName)),
  print: ({ value, inverted }) => `${inverted ? ' !' : ''} --helper${savedString(value)}`,
  conditions: ({ value, inverted }) => [
    {
      text: `${inverted ? '! ' : ''}--helper${savedString(value)}`,
      test: ({ conntrack }): Answer =>
        conntrack?.entry?.master === undefined
          ? inverted
          : unknown('the helper of the master connection is not in the file'),
      actual: ({ conntrack }) =>
        conntrack?.entry?.master === undefined ? missing('not expected by a helper') : 'expected by another connection',
    },
  ],
});
