/**
 * A SHA-256 fingerprint as people paste it (`SHA256:AB:CD…`, `sha256 Fingerprint=ab:cd…`, bare
 * hexadecimal) in the one form we print and compare: `SHA256:AB:CD:…`.
 *
 * @throws {SyntaxError} If it is none.
 */
export function fingerprint(text: string): string {
  const digits = text.replace(/^\s*sha-?256(?:\s+fingerprint)?\s*[:=]?/i, '').replace(/[\s:]/g, '');
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new SyntaxError(
      `Cannot use a fingerprint as it must be SHA256: and 64 hexadecimal digits: current value is "${text.slice(0, 120)}"`,
    );
  }
  const pairs = digits.toUpperCase().match(/../g) ?? [];
  return `SHA256:${pairs.join(':')}`;
}
