import { defineMatch } from '../extension';
import { option, type ValueType } from '../option';
import { savedString, text } from '../values/savedString';

/** The kernel has room for 256 bytes with a zero at the end. */
const note: ValueType<string> = { ...text('text', 255), certain: ['"[ !#-\\[\\]-~]{0,255}"', '\\w[\\w./:-]{0,254}'] };
const commentOption = option('--comment', note, 'The comment, up to 255 bytes; more is cut off.', { required: true });

/** `-m comment`: a note; matches every packet. Source: iptables-extensions(8) "comment", net/netfilter/xt_comment.c. */
export const comment = defineMatch<string>({
  kind: 'match',
  name: 'comment',
  families: [4, 6],
  options: [commentOption],
  documentation: {
    summary: 'A note for people; it matches every packet.',
    source: 'iptables-extensions(8), comment; net/netfilter/xt_comment.c',
  },
  build: (options) => options.get(commentOption).value,
  print: (value) => ` --comment${savedString(value)}`,
  conditions: () => [],
});
