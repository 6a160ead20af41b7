/**
 * A text without the secrets that drivers and proxies are known to print.
 *
 * democratic-csi serialises the whole answer of its HTTP client into an error when the API says no,
 * with the header `Authorization: Bearer <key>` in it, and that error travels into sidecar logs and
 * events. Source: democratic-csi src/utils/general.js, stringify; src/driver/freenas/http/api.js.
 */
export function redact(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

const HIDDEN = '[redacted]';
/**
 * Backslashes may stand before quotes, as many as the JSON is deep: 31 where it lies in strings of
 * strings of strings of strings of strings. Bounded, so that a text of backslashes costs nothing.
 */
const QUOTE = String.raw`\\{0,31}["']`;
const FIELDS = [
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api[-_]?key',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'access[-_]?token',
  'refresh[-_]?token',
  'id[-_]?token',
  'private[-_]?key',
  'client[-_]?secret',
  'chap\\w*(?:password|secret)',
  'node\\.session\\.auth\\.password(?:_in)?',
  'cookie',
  'set-cookie',
].join('|');

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // whole keys first, so that nothing of their text is left
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    '[redacted private key]',
  ],
  // "apiKey":"…", also inside strings of JSON
  [
    new RegExp(`(${QUOTE}(?:${FIELDS})${QUOTE}\\s*:\\s*${QUOTE})(?:(?!${QUOTE}).)*`, 'gi'),
    `$1${HIDDEN}`,
  ],
  // a number or a bare word as a value
  [
    new RegExp(`(${QUOTE}(?:${FIELDS})${QUOTE}\\s*:\\s*)(?![\\\\"'{[])[^,}\\s]+`, 'gi'),
    `$1${HIDDEN}`,
  ],
  // a list or a Buffer of bytes
  [new RegExp(`(${QUOTE}(?:${FIELDS})${QUOTE}\\s*:\\s*)[[{][^\\]}]*[\\]}]`, 'gi'), `$1${HIDDEN}`],
  // Bearer and Basic, wherever they stand
  [/\b(Bearer|Basic)(\s+|%20)(?!\[redacted\])[\w\-.~+/=%:]+/gi, `$1$2${HIDDEN}`],
  // header lines and YAML: `apiKey: 1-abc`, `password=hunter2`
  [
    new RegExp(
      `((?:^|[\\s,;&?(\\[{-])(?:${FIELDS})\\s*[:=]\\s*)(?!\\\\*["']?\\[redacted|Bearer|Basic)("[^"]*"|'[^']*'|[^\\s,;&)}\\]]+)`,
      'gim',
    ),
    `$1${HIDDEN}`,
  ],
  // user:password@host of a URL
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']+):[^\s@/"']+@/gi, `$1:${HIDDEN}@`],
  // a JSON Web Token without a name before it
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, HIDDEN],
];
