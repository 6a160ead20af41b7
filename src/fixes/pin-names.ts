/** What tells one pin from another; what makes it last is named by that. */
export interface PinNames {
  readonly prefix: string;
  readonly priority: number;
  /** By this a pin's boot script is found again, and nobody else's is touched. */
  readonly comment: string;
  /** File name without its suffix. */
  readonly stem: string;
}

/** @param command The `ip rule add` line that sets it. */
export function pinNames(command: string): PinNames {
  const [, prefix, number] = /to (\S+) lookup main priority (\d+)/.exec(command) ?? [];
  if (prefix === undefined) throw new TypeError(`Cannot name the pin of "${command}"`);
  return {
    prefix,
    priority: Number(number),
    comment: `returnpath: pin ${prefix} at ${number} before the VPN`,
    stem: `returnpath-pin-lan-${prefix.replace(/[^\w]+/g, '-')}-${number}`,
  };
}
