/**
 * Reports whether an address, or a place that begins with one, only exists inside a tailnet:
 * 100.64.0.0/10 or fd7a:115c:a1e0::/48.
 */
export function isTailnetAddress(place: string): boolean {
  return /^\[?(?:100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|fd7a:115c:a1e0:)/i.test(place);
}
