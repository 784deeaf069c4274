import type { ExpressionProblem } from '../../core/net/packetExpression';
import { isInputProblem, problemAt, withoutZone, type FirstPacket, type Piece } from './firstPacket';
import type { CommandContext } from './commandContext';
import { readOptions, setOf, type OptionSpec } from './options';
import { isExcepted, proxyPlace, proxyVariable, unusedProxies } from './proxy';
import { readUrl } from './url';

/** The options of GNU wget 1.21 and of BusyBox, by their `--help`. */
const OPTIONS: OptionSpec = {
  program: 'wget',
  withValue: 'eoaiBtOTwQPUlARDIXnY',
  flags: 'VhbdqvFcNS46xEprkKmHL',
  getopt: true,
  longWithValue: setOf(`
    execute output-file append-output report-speed input-file base config rejected-log tries retry-on-http-error
    output-document start-pos progress timeout dns-timeout connect-timeout read-timeout wait waitretry quota
    bind-address limit-rate restrict-file-names prefer-family user password use-askpass local-encoding remote-encoding
    directory-prefix cut-dirs http-user http-password default-page header compression max-redirect proxy-user
    proxy-password referer user-agent load-cookies save-cookies post-data post-file method body-data body-file
    secure-protocol certificate certificate-type private-key private-key-type ca-certificate ca-directory crl-file
    pinnedpubkey ciphers hsts-file ftp-user ftp-password warc-file warc-header warc-max-size warc-dedup warc-tempdir
    level backups accept reject accept-regex reject-regex regex-type domains exclude-domains follow-tags ignore-tags
    include-directories exclude-directories proxy dns-servers`),
  longFlags: setOf(`
    version help background debug quiet verbose no-verbose force-html no-config retry-connrefused retry-on-host-error
    no-clobber no-netrc continue show-progress timestamping no-if-modified-since no-use-server-timestamps
    server-response spider random-wait no-proxy no-dns-cache ignore-case inet4-only inet6-only ask-password no-iri
    unlink xattr no-directories force-directories no-host-directories protocol-directories no-cache adjust-extension
    ignore-length save-headers no-http-keep-alive no-cookies keep-session-cookies content-disposition content-on-error
    auth-no-challenge https-only no-check-certificate no-hsts no-remove-listing no-glob no-passive-ftp
    preserve-permissions retr-symlinks ftps-implicit ftps-resume-ssl ftps-clear-data-connection ftps-fallback-to-ftp
    warc-cdx no-warc-compression no-warc-digests no-warc-keep-log recursive delete-after convert-links
    convert-file-only backup-converted mirror page-requisites strict-comments follow-ftp span-hosts relative
    trust-server-names no-parent`),
};

/**
 * The first packet of a wget command: to the host of its first URL, or to a proxy of the environment. Source: wget(1).
 */
export function readWget(
  words: readonly Piece[],
  program: Piece,
  { environment }: CommandContext,
): FirstPacket | ExpressionProblem {
  const read = readOptions(words, OPTIONS);
  if ('message' in read) return read;
  const given = new Set(read.options.map(({ name }) => name));
  const [url] = read.operands;
  if (!url) return problemAt(program, 'this wget command has no URL');
  const place = readUrl(url, 'http');
  if (isInputProblem(place)) return place;
  const bound = read.options.findLast(({ name }) => name === 'bind-address')?.value;
  const notes = [
    ...(read.operands.length > 1 ? [`Only the first of ${read.operands.length} URLs is traced.`] : []),
    ...['e', 'execute'].filter((name) => given.has(name)).map(() => 'The settings of --execute are ignored.'),
  ];
  const off = given.has('no-proxy');
  const variables = [`${place.scheme}_proxy`];
  const proxy = off ? undefined : proxyVariable(variables, environment);
  if (!off) notes.push(...unusedProxies(variables, environment));
  const list = environment.set.get('no_proxy')?.text ?? '';
  const reached =
    proxy && !isExcepted(withoutZone(place.host.text), list) ? proxyPlace(proxy, place, 80, notes) : place;
  if (isInputProblem(reached)) return reached;
  return {
    from: 'a wget command',
    protocol: place.protocol,
    to: reached.host,
    port: reached.port,
    family: given.has('6') || given.has('inet6-only') ? 6 : given.has('4') || given.has('inet4-only') ? 4 : undefined,
    source: bound && { address: bound },
    notes,
  };
}
