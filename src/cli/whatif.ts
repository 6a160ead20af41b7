import { Command, Option } from 'commander';
import { isAddress } from '../model/address.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import { FAMILIES, type Family, type NetworkState } from '../model/network.ts';
import { canonicalAddress, familyOf } from '../model/prefix.ts';
import { type ChangedRange, type QuestionTemplate, whatIf } from '../routing/whatif.ts';
import type { WorldHost } from '../routing/world.ts';
import { changeHost } from '../routing/world-change.ts';
import { EXIT } from './exit-codes.ts';
import { seenWorld, type WorldOptions, withWorldOptions } from './seen-world.ts';
import { withChangeOptions } from './trace.ts';
import { type ChangeOptions, parseChanges } from './trace-change.ts';
import { namedHost } from './trace-host.ts';
import { changesText } from './whatif-text.ts';

interface Options extends ChangeOptions, WorldOptions {
  readonly at: string;
  readonly source?: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  readonly mark?: string;
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Says for which destinations one host would decide differently, exactly and all of them. With
--source it is about what the host sends from that address, replies above all; without, about what
a program sends that leaves the choice to the kernel.

Examples:
  returnpath whatif --at ssh://admin@10.0.0.210 --set tailscale.acceptRoutes=false
  returnpath whatif -f look.json --at nas --source 10.0.0.210 --set tailscale.acceptRoutes=false
  returnpath whatif -f look.json --at nas --add 'rule to 10.0.0.0/24 lookup main priority 2500'
  returnpath whatif -f look.json --at node --down eth0 -o json

Exit status: 0 done, 3 wrong usage or a change that the kernel would refuse, 4 something outside
failed.`;

export function whatifCommand(): Command {
  const command = new Command('whatif')
    .description('show which destinations a change would take to another way')
    .requiredOption('--at <host>', 'host that decides, by name or vantage')
    .option('--source <addr>', 'only what it sends from this address')
    .addOption(
      new Option('--protocol <name>', 'only this protocol').choices(['tcp', 'udp', 'icmp']),
    )
    .option('--mark <number>', 'firewall mark of the packets, e.g. 0x80000');
  return withChangeOptions(withWorldOptions(command), { on: false })
    .addOption(
      new Option('-o, --output <format>', 'form').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { world, at = options.at } = await seenWorld(options);
  const host = namedHost(world, at);
  const changes = parseChanges(options, host.state);
  if (changes.length === 0) {
    throw new SyntaxError(
      'Cannot tell what changes: give at least one of --set, --add, --del, --down',
    );
  }
  const after = changeHost(host, changes);
  checkSource(options.source, host.name, [host.state, after.state]);
  const ranges = familiesOf(options, host).flatMap((family) =>
    whatIf(host.state, after.state, templateOf(options, family)),
  );
  process.stdout.write(options.output === 'json' ? jsonOf(host, ranges) : changesText(ranges));
  process.exitCode = EXIT.ok;
}

/** From an address that is none of its own a host sends nothing, and would be said to have no route. */
function checkSource(
  source: string | undefined,
  name: string,
  states: readonly NetworkState[],
): void {
  if (source === undefined) return;
  if (!isAddress(source)) {
    throw new SyntaxError(`Cannot read --source "${source}": it is no address`);
  }
  const own = new Set(states.flatMap(({ addresses }) => addresses.map(({ local }) => local)));
  if (own.has(canonicalAddress(source))) return;
  throw new SyntaxError(
    `Cannot tell what ${name} sends from ${source}: it is no address of ${name}\n  try: --source with one of ${[...own].join(', ')}`,
  );
}

/** Those that were seen; with a source only its own. */
function familiesOf({ source }: Options, host: WorldHost): readonly Family[] {
  if (source !== undefined) return [familyOf(canonicalAddress(source))];
  return FAMILIES.filter((family) => host.missing[family].length === 0);
}

function templateOf({ source, protocol, mark }: Options, family: Family): QuestionTemplate {
  const number = mark === undefined ? undefined : Number(mark);
  if (number !== undefined && !(Number.isInteger(number) && number >= 0 && number <= 0xffffffff)) {
    throw new SyntaxError(`Cannot read the mark "${mark}": expected a number from 0 to 0xffffffff`);
  }
  const icmp = family === 'ipv4' ? PROTOCOL_NUMBER.icmp : PROTOCOL_NUMBER.icmp6;
  return {
    family,
    asker: source === undefined ? 'tcp-connect' : 'reply',
    source: source === undefined ? undefined : canonicalAddress(source),
    protocol: protocol === 'icmp' ? icmp : PROTOCOL_NUMBER[protocol ?? 'tcp'],
    mark: number,
  };
}

function jsonOf(host: WorldHost, ranges: readonly ChangedRange[]): string {
  return `${JSON.stringify({ host: host.id, changed: ranges }, null, 2)}\n`;
}
