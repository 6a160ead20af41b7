import { Command, InvalidArgumentError, Option } from 'commander';
import type { Checklist } from '../model/checklist.ts';
import { checklistMarkdown, checklistText } from '../report/checklist-text.ts';
import { verify } from '../session/verify.ts';
import { EXIT } from './exit-codes.ts';
import { untilInterrupted } from './interrupted.ts';
import { openedBeforehand } from './open-beforehand.ts';
import { type QuestionOptions, requestOf, withQuestionOptions } from './question-options.ts';
import { FORMATS, type Format, localOffsetMinutes } from './render.ts';
import { realSurroundings } from './surroundings.ts';

interface Options extends QuestionOptions {
  readonly hold: number;
  readonly within: number;
  readonly output: Format;
}

const EXAMPLES = `
Goes through what is checked after an outage: controllers whole, pods and claims not waiting, every
port from every client, the API within 5 s, the way back by the LAN, Accept Routes off in tailscaled
and in the app, nothing captured. Each line with what was read.

Examples:
  returnpath verify --from ssh://root@10.0.0.197 --to ssh://admin@10.0.0.210 --sudo
  kubectl returnpath verify --to truenas://10.0.0.210 --within 10m --hold 5m
  returnpath verify --to ssh://admin@10.0.0.210 --sudo --compare pod://media/jellyfin -o markdown

Exit status: 0 all is well (and stayed so for --hold), 1 something is not, 2 something could not be
seen, 3 wrong usage, 4 something outside failed, 130 interrupted (the last whole look is printed).`;

export function verifyCommand(): Command {
  return withQuestionOptions(new Command('verify'))
    .description('go through the checklist of the incident, each line with its evidence')
    .option('--within <time>', 'time to become well: 90s, 10m', duration, 0)
    .option('--hold <time>', 'time to stay well: 5m', duration, 0)
    .addOption(new Option('-o, --output <format>', 'form').choices(FORMATS).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const signal = untilInterrupted();
  const request = await requestOf(options);
  const urls = [request.from, request.to, ...request.compare].filter((url) => url !== undefined);
  const surroundings = await openedBeforehand(urls, realSurroundings(), {
    options: request.vantage,
    signal,
  });
  const { checklist, held } = await verify(request, surroundings, {
    withinMs: options.within,
    holdMs: options.hold,
    signal,
    onLook: process.stderr.isTTY ? (look) => console.error(firstLine(look)) : undefined,
  });
  if (signal.aborted) console.error('interrupted; the last look that was whole:');
  process.stdout.write(rendered(checklist, options.output));
  process.exitCode = signal.aborted ? EXIT.interrupted : codeOf(checklist, held);
}

function codeOf({ is }: Checklist, held: boolean): number {
  if (is === 'ok') return held ? EXIT.ok : EXIT.causeFound;
  return is === 'bad' ? EXIT.causeFound : EXIT.cannotTell;
}

function rendered(checklist: Checklist, format: Format): string {
  if (format === 'json') return `${JSON.stringify(checklist, null, 2)}\n`;
  if (format === 'text') return checklistText(checklist);
  return `${checklistMarkdown(checklist, localOffsetMinutes(checklist.atUnixMs))}\n`;
}

function firstLine(look: Checklist): string {
  return checklistText(look).split('\n')[0] ?? '';
}

/** Milliseconds; a number alone is seconds. */
function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? [];
  if (number === '') throw new InvalidArgumentError('a time like 90s, 5m or 1h');
  return Number(number) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
