import { runTailscale } from './run.ts';

/** The program `tailscale` in a container of the lab. */
export async function tailscaleMain(argv: readonly string[]): Promise<void> {
  const { stdout, stderr, exitCode } = await runTailscale(argv);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
}
