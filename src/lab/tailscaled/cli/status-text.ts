import { CliError } from './local-client.ts';

interface Status {
  readonly BackendState: string;
  readonly Self: Node;
  readonly Peer: Readonly<Record<string, Node>> | null;
  readonly Health: readonly string[] | null;
}

interface Node {
  readonly HostName: string;
  readonly TailscaleIPs: readonly string[] | null;
  readonly OS: string;
  readonly Online: boolean;
  readonly ExitNode?: boolean;
  readonly ExitNodeOption?: boolean;
  readonly Tags?: readonly string[];
}

/** `tailscale status` for people. @throws {CliError} As the real one exits 1 when it is not up. */
export function statusText(status: Status): string {
  if (status.BackendState === 'Stopped') throw new CliError('Tailscale is stopped.');
  if (status.BackendState === 'NeedsLogin') throw new CliError('Logged out.');
  const nodes = [status.Self, ...Object.values(status.Peer ?? {})];
  const health = status.Health ?? [];
  const warning =
    health.length > 0
      ? ['', '# Health check:', ...health.map((text) => `#     - ${text}`), '']
      : [];
  return `${[...nodes.map(nodeLine), ...warning].join('\n')}\n`;
}

function nodeLine({ HostName, TailscaleIPs, OS, Online, Tags, ...exit }: Node): string {
  const owner = Tags ? 'tagged-devices' : 'owner@';
  const how = exit.ExitNode
    ? 'active; exit node'
    : exit.ExitNodeOption
      ? 'idle; offers exit node'
      : '-';
  const [address = '-'] = TailscaleIPs ?? [];
  const words = [address.padEnd(15), HostName.padEnd(24), owner.padEnd(14), OS.padEnd(7)];
  return [...words, Online ? how : 'offline'].join(' ');
}
