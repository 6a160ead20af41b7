/** A vantage inside a cluster, taken apart. */
export type KubeVantageUrl =
  | { readonly scheme: 'node'; readonly node: string }
  | {
      readonly scheme: 'pod';
      readonly namespace: string;
      readonly pod: string;
      readonly container: string | undefined;
    };

// RFC 1123 names, as the API holds them: nothing in them needs escaping
const NAME = '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?';
const NODE = new RegExp(`^node://(${NAME})/?$`);
const POD = new RegExp(`^pod://(${NAME})/(${NAME})(?:/(${NAME}))?/?$`);

/** Whether a vantage URL is one of a cluster, well-formed or not. */
export function isKubeVantage(url: string): boolean {
  return /^(?:node|pod):/.test(url);
}

/**
 * Takes `node://NAME` and `pod://NAMESPACE/NAME[/CONTAINER]` apart.
 *
 * @throws {SyntaxError} If it is neither.
 */
export function parseKubeVantageUrl(url: string): KubeVantageUrl {
  const node = NODE.exec(url)?.[1];
  if (node !== undefined) return { scheme: 'node', node };
  const [, namespace, pod, container] = POD.exec(url) ?? [];
  if (namespace !== undefined && pod !== undefined) {
    return { scheme: 'pod', namespace, pod, container };
  }
  throw new SyntaxError(
    `Cannot use a vantage as its URL must be node://NAME or pod://NAMESPACE/NAME[/CONTAINER]: current value is "${url}"`,
  );
}
