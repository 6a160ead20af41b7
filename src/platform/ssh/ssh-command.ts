/** Where to log in. */
export interface SshTarget {
  /** Name or address of the host, without a user. */
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

/**
 * Options that every call of ours has, whatever the user's configuration says: nothing is
 * forwarded, nothing but our command runs, and a connection that has died is noticed within 15 s.
 * What is said on the way (banners, new host keys) is kept out of the words of errors.
 */
const OWN_OPTIONS = {
  ClearAllForwardings: 'yes',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  RemoteCommand: 'none',
  RequestTTY: 'no',
  ServerAliveInterval: '5',
  ServerAliveCountMax: '3',
  LogLevel: 'ERROR',
};

/** Opens the connection that all others share, and tells `word` on standard output when it is up. */
export function masterCommand(
  target: SshTarget,
  {
    socket,
    word,
    interactive,
    timeoutMs,
  }: { socket: string; word: string; interactive: boolean; timeoutMs: number },
): readonly string[] {
  const options = {
    ...OWN_OPTIONS,
    ControlMaster: 'yes',
    ControlPath: socket,
    ControlPersist: 'no',
    BatchMode: interactive ? 'no' : 'yes',
    ConnectTimeout: String(Math.max(1, Math.ceil(timeoutMs / 1000))),
    // runs here, once we are logged in and the socket listens
    PermitLocalCommand: 'yes',
    LocalCommand: `echo ${word}`,
  };
  return ['ssh', '-N', '-T', ...optionWords(options), ...targetWords(target)];
}

/**
 * Runs one line by the login shell of the far side, over the shared connection and never over one
 * of its own: without the socket it would connect by the proxy command, which fails.
 */
export function sharedCommand(target: SshTarget, socket: string, line: string): readonly string[] {
  const options = {
    ...OWN_OPTIONS,
    ControlMaster: 'no',
    ControlPath: socket,
    BatchMode: 'yes',
    ProxyCommand: 'false',
  };
  return ['ssh', '-T', ...optionWords(options), ...targetWords(target), line];
}

function optionWords(options: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function targetWords({ host, user, port }: SshTarget): readonly string[] {
  const at = user === undefined ? [] : ['-l', user];
  return [...(port === undefined ? [] : ['-p', String(port)]), ...at, '--', host];
}
