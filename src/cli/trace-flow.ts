import type { Flow } from '../model/flow.ts';
import { canonicalAddress, familyOf } from '../model/prefix.ts';

/**
 * Reads a flow as it is typed: `10.0.0.197->10.0.0.210:2049/tcp`, `10.0.0.210/icmp`,
 * `[fd00::1]->[fd00::2]:443/tcp`. Without a protocol it is TCP where there is a port, else ICMP.
 *
 * @throws {SyntaxError} If it is no flow.
 */
export function parseFlow(text: string): Flow {
  const [, ends = '', protocol] = /^(.*?)(?:\/(tcp|udp|icmp))?$/.exec(text.trim()) ?? [];
  const [left, right, ...more] = ends.split(/\s*(?:->|→)\s*/);
  if (left === undefined || more.length > 0) throw notAFlow(text);
  const source = right === undefined ? undefined : endOf(left, text);
  const destination = endOf(right ?? left, text);
  if (source && familyOf(source.address) !== familyOf(destination.address)) throw notAFlow(text);
  const flow: Flow = {
    protocol: protocolOf(protocol, destination.port),
    destination: destination.address,
  };
  if (source) flow.source = source.address;
  if (source?.port !== undefined) flow.sourcePort = source.port;
  if (destination.port !== undefined) flow.destinationPort = destination.port;
  if (flow.protocol === 'icmp' && (source?.port ?? destination.port) !== undefined) {
    throw notAFlow(text);
  }
  return flow;
}

function protocolOf(protocol: string | undefined, port: number | undefined): Flow['protocol'] {
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp') return protocol;
  return port === undefined ? 'icmp' : 'tcp';
}

interface End {
  readonly address: string;
  readonly port: number | undefined;
}

/** `10.0.0.1`, `10.0.0.1:80`, `fd00::1`, `[fd00::1]`, `[fd00::1]:80`. */
function endOf(text: string, whole: string): End {
  const match =
    /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ??
    /^([\d.]+):(\d{1,5})$/.exec(text) ??
    /^([\d.]+|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.exec(text);
  const [, address, port] = match ?? [];
  if (address === undefined) throw notAFlow(whole);
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && number > 65_535) throw notAFlow(whole);
  try {
    return { address: canonicalAddress(address), port: number };
  } catch (error) {
    if (error instanceof SyntaxError) throw notAFlow(whole);
    throw error;
  }
}

function notAFlow(text: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the flow "${text}": expected [SOURCE->]DESTINATION[:PORT][/tcp|udp|icmp], for instance 10.0.0.197->10.0.0.210:2049/tcp`,
  );
}
