import { Command, Option } from 'commander';
import type { Flow } from '../model/flow.ts';
import { traceThereAndBack } from '../routing/trace.ts';
import type { World } from '../routing/world.ts';
import { changeHost, worldWith } from '../routing/world-change.ts';
import { EXIT } from './exit-codes.ts';
import { seenWorld, type WorldOptions, withWorldOptions } from './seen-world.ts';
import { type ChangeOptions, parseChanges } from './trace-change.ts';
import { parseFlow } from './trace-flow.ts';
import { namedHost } from './trace-host.ts';
import { legsText } from './trace-text.ts';

interface Options extends ChangeOptions, WorldOptions {
  readonly on?: string;
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
A flow is [SOURCE->]DESTINATION[:PORT][/tcp|udp|icmp]. A source that is no address of the host is a
pod behind it. Changes are applied in the order --set, --del, --add, --down before tracing.

Examples:
  returnpath trace --at ssh://root@node1 --look ssh://admin@10.0.0.210 10.0.0.210:2049
  returnpath trace -f look.json --at node '10.0.0.197->10.0.0.210:2049/tcp'
  returnpath trace -f look.json --at node 10.0.0.210:2049 --on nas --set tailscale.acceptRoutes=false
  returnpath trace -f look.json --at nas '10.0.0.210->10.0.0.197/icmp' \\
      --add 'rule to 10.0.0.0/24 lookup main priority 2500'

Exit status: 0 both legs arrive, 1 one does not, 2 cannot tell, 3 wrong usage, 4 something outside
failed.`;

export function traceCommand(): Command {
  const command = new Command('trace')
    .description('follow a flow there and back, rule by rule')
    .argument('<flow>', 'for instance 10.0.0.197->10.0.0.210:2049/tcp')
    .option('--at <host>', 'host that sends it, by name or vantage (default: owner of the source)');
  return withChangeOptions(withWorldOptions(command))
    .addOption(
      new Option('-o, --output <format>', 'form').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(run);
}

/** Options for changes that are made to a host before anything is asked. */
export function withChangeOptions(command: Command, { on } = { on: true }): Command {
  if (on)
    command.option('--on <host>', 'host that the changes are made on (default: that of --at)');
  return command
    .option('--set <key=value>', 'tailscale.acceptRoutes=false; repeat', more)
    .option('--add <what>', "'rule …', 'route …' or 'address …' as ip takes them; repeat", more)
    .option('--del <what>', "'rule …' or 'route …'; repeat", more)
    .option('--down <device>', 'take a device down; repeat', more);
}

function more(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function run(text: string, options: Options): Promise<void> {
  const flow = parseFlow(text);
  const { world: seen, at } = await seenWorld(options);
  const client = clientOf(seen, flow, at);
  const world = changedWorld(seen, { ...options, at: at ?? client });
  const legs = traceThereAndBack(world, flow, client);
  process.stdout.write(
    options.output === 'json' ? `${JSON.stringify(legs, null, 2)}\n` : legsText(world, legs),
  );
  const outcomes = [legs.forward.outcome, legs.back?.outcome];
  if (outcomes.every((outcome) => outcome === 'delivered')) process.exitCode = EXIT.ok;
  else process.exitCode = outcomes.includes('cannot-tell') ? EXIT.cannotTell : EXIT.causeFound;
}

function clientOf(world: World, { source }: Flow, at: string | undefined): string {
  const name = at ?? source;
  if (name === undefined) {
    throw new SyntaxError('Cannot trace: say where the flow starts, with --at HOST or a source');
  }
  return namedHost(world, name).id;
}

/** The world after the changes, or as it is when there are none. */
export function changedWorld(
  world: World,
  options: ChangeOptions & Pick<Options, 'at' | 'on'>,
): World {
  const { set, add, del, down, on, at } = options;
  if (![set, add, del, down].some((list) => (list?.length ?? 0) > 0)) return world;
  const host = namedHost(world, on ?? at ?? '');
  return worldWith(world, changeHost(host, parseChanges(options, host.state)));
}
