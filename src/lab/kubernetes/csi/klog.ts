/**
 * A line as Kubernetes programs log it: severity, date, time, process (1 in a container), place.
 *
 * Source: k8s.io/klog, header format `Lmmdd hh:mm:ss.uuuuuu threadid file:line]`.
 */
export function klogLine(
  severity: 'I' | 'W' | 'E' | 'F',
  place: string,
  { text, nowUnixMs }: { readonly text: string; readonly nowUnixMs: number },
): string {
  const [date = '', time = ''] = new Date(nowUnixMs).toISOString().split('T');
  const day = date.slice(5).replace('-', '');
  return `${severity}${day} ${time.slice(0, 12)}000       1 ${place}] ${text}`;
}
