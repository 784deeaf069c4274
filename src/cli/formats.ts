import { isTheme, PICTURE_THEMES, type PictureTheme } from '../features/share/colours';
import { traceHtml } from '../features/share/html';
import { traceMermaid } from '../features/share/mermaid';
import type { SharedTrace } from '../features/share/sharedTrace';
import { traceSvg } from '../features/share/svg';
import { traceMarkdown, traceText } from '../features/traceReport/traceText';
import { UsageError, type Arguments } from './arguments';

/** Forms of one packet for others than this terminal. */
export const FORMATS: Readonly<Record<string, (shared: SharedTrace, theme: PictureTheme) => string>> = {
  text: ({ input, assumed }) => traceText(input, assumed),
  markdown: ({ input, assumed }) => traceMarkdown(input, assumed),
  mermaid: traceMermaid,
  svg: (shared, theme) => traceSvg(shared, theme).svg,
  html: traceHtml,
};

/** Whether the options go with each other. */
export function checkFormat({ values: { format, capture, iface, theme, ...values }, flags, lists }: Arguments): void {
  if (lists['what-if'] && (capture ?? values['kernel-trace']) !== undefined)
    throw new UsageError('--what-if goes with a packet and with --ways, not with --capture and --kernel-trace');
  if (capture !== undefined && (values.packet ?? values.scenario ?? values['kernel-trace']) !== undefined)
    throw new UsageError('--capture has the packets: --packet, --scenario and --kernel-trace do not go with it');
  if (
    flags.has('ways') &&
    (values.packet ?? values.scenario ?? values['kernel-trace'] ?? values.chain ?? capture) !== undefined
  )
    throw new UsageError(
      '--ways has the packets: --packet, --scenario, --chain, --capture and --kernel-trace do not go with it',
    );
  if (iface !== undefined && capture === undefined) throw new UsageError('--iface goes with --capture');
  if (theme !== undefined && format !== 'svg') throw new UsageError('--theme goes with --format svg');
  if (theme !== undefined && !isTheme(theme))
    throw new UsageError(`--theme ${theme}: there are ${PICTURE_THEMES.join(', ')}`);
  if (format === undefined) return;
  if (!Object.hasOwn(FORMATS, format))
    throw new UsageError(`--format ${format}: there are ${Object.keys(FORMATS).join(', ')}`);
  if (flags.has('json') || flags.has('reply') || capture !== undefined || values['kernel-trace'] !== undefined)
    throw new UsageError('--format does not go with --json, --reply, --capture and --kernel-trace');
  if (flags.has('journey') && format !== 'html' && format !== 'mermaid')
    throw new UsageError(`--journey goes with --format html and mermaid: ${format} shows one packet`);
}
