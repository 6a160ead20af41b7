import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type ProbeOrder, runProbes } from '../collect/probes/run-probes.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { type Lab, startLab } from '../lab/start.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Probe } from '../model/observation.ts';
import { OutsideError } from '../model/outside-error.ts';
import { runDiagnosis } from '../session/diagnose-session.ts';
import {
  DEFAULT_DEADLINE_MS,
  DEFAULT_PORTS,
  DEFAULT_PROBE_TIMEOUT_MS,
} from '../session/request.ts';
import { EXIT } from './exit-codes.ts';
import { render, save } from './render.ts';
import { readSnapshot } from './snapshot-file.ts';
import { Story } from './story.ts';
import { realSurroundings } from './surroundings.ts';

const FAULT = 'accept-routes';
const CAUSE = 'lan-route-captured-by-vpn';
const NAS = '10.0.0.210';
const ROUTER = '10.0.0.1';
const RECORDING = fileURLToPath(
  new URL('../recordings/accept-routes.snapshot.json', import.meta.url),
);

/** What the hosts of the lab call themselves. */
const HOST_NAMES: Readonly<Record<string, string>> = { node: 'talos-1', nas: 'truenas' };

/** Long enough to see that nothing comes, short enough to watch. */
const USER_PATIENCE_MS = 1000;

export function demoCommand(): Command {
  return new Command('demo')
    .description('break a homelab made of namespaces the way the outage did, and diagnose it')
    .option('--replay', 'judge a recorded look at the same outage instead of building the homelab')
    .option('--dir <folder>', 'where report.md and report.json go', '.')
    .action(run);
}

async function run({ replay, dir }: { replay?: boolean; dir: string }): Promise<void> {
  const story = new Story(process.stdout);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const lab = replay ? undefined : await build(story, interrupt.signal);
  try {
    const diagnosis = lab ? await live(lab, story, interrupt.signal) : await replayed(story);
    story.block(render(diagnosis, 'text', false));
    await save(`${dir}/report.md`, render(diagnosis, 'markdown', false));
    await save(`${dir}/report.json`, render(diagnosis, 'json', false));
    story.say('wrote report.md and report.json');
    process.exitCode = isAsPromised(diagnosis) ? EXIT.ok : EXIT.outside;
    if (process.exitCode !== EXIT.ok)
      story.say('this is not what the demo promises: please report it');
  } finally {
    await lab?.stop();
  }
}

/** A running homelab, or nothing where this machine has no namespaces for us. */
async function build(story: Story, signal: AbortSignal): Promise<Lab | undefined> {
  story.say('building a homelab from network namespaces on this kernel');
  try {
    const lab = await startLab({ signal, onStep: (step) => story.passing(step) });
    story.say('ready: talos-1 10.0.0.197, truenas 10.0.0.210, router 10.0.0.1, utility 10.0.0.38');
    return lab;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    story.say(error.message);
    return undefined;
  }
}

async function live(lab: Lab, story: Story, signal: AbortSignal): Promise<Diagnosis> {
  const before = await look(lab, signal);
  story.say(`before: ${render(before, 'text', false).split('\n')[0]}`);

  story.say('somebody ticks Accept Routes on the NAS:');
  story.block('truenas$ PATCH /localapi/v0/prefs {"RouteAll":true,"RouteAllSet":true}\n');
  await lab.break(FAULT);

  story.say('what its users see:');
  for (const probe of await userView(lab, signal)) story.block(`${seenLine(probe)}\n`);

  story.say(
    `returnpath diagnose --from lab://node --to lab://nas --control ${ROUTER} --compare lab://utility`,
  );
  return await look(lab, signal);
}

async function look(lab: Lab, signal: AbortSignal): Promise<Diagnosis> {
  const { diagnosis } = await runDiagnosis(
    {
      from: `lab://${lab.id}/node`,
      to: `lab://${lab.id}/nas`,
      addresses: [],
      ports: DEFAULT_PORTS,
      controls: [ROUTER],
      compare: [`lab://${lab.id}/utility`],
      deadlineMs: DEFAULT_DEADLINE_MS,
      probeTimeoutMs: DEFAULT_PROBE_TIMEOUT_MS,
      vantage: {},
    },
    realSurroundings(),
    { signal },
  );
  signal.throwIfAborted();
  return diagnosis;
}

/** What somebody who knows nothing of routes would try: the NAS and the router, from two hosts. */
async function userView(lab: Lab, signal: AbortSignal): Promise<readonly Probe[]> {
  const { openVantage, clock } = realSurroundings();
  const asks: readonly (readonly [string, ProbeOrder])[] = [
    ['node', { role: 'target', probe: 'tcp', address: NAS, port: 2049 }],
    [
      'node',
      { role: 'target', probe: 'http', address: NAS, port: 80, path: '/api/v2.0/system/version/' },
    ],
    ['node', { role: 'control', probe: 'tcp', address: ROUTER, port: 80 }],
    ['utility', { role: 'target', probe: 'tcp', address: NAS, port: 2049 }],
  ];
  const seen = await Promise.all(
    asks.map(async ([host, order]) => {
      const vantage = await openVantage(`lab://${lab.id}/${host}`, {}, signal);
      try {
        return await runProbes(vantage, [order], { clock, signal, timeoutMs: USER_PATIENCE_MS });
      } finally {
        await vantage.close();
      }
    }),
  );
  return seen.flat();
}

function seenLine({ host, command, outcome, elapsedMs, detail }: Probe): string {
  const said = outcome === 'timed-out' ? `timed out after ${Math.round(elapsedMs)} ms` : outcome;
  return `${HOST_NAMES[host] ?? host}$ ${command}  =>  ${[said, detail].filter(Boolean).join(', ')}`;
}

async function replayed(story: Story): Promise<Diagnosis> {
  story.say('replaying a recorded look at the same outage; nothing is measured on this machine');
  return diagnose(await readSnapshot(RECORDING));
}

function isAsPromised({ findings }: Diagnosis): boolean {
  return findings.some(({ cause, certainty }) => cause === CAUSE && certainty === 'proven');
}
