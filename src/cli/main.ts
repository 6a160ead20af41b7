import { setMaxListeners } from 'node:events';
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { OutsideError } from '../model/outside-error.ts';
import { printable } from '../report/printable.ts';
import { EXIT } from './exit-codes.ts';
import { isInterrupted } from './interrupted.ts';

interface Entry {
  readonly load: () => Promise<Command>;
  /** Left out of the main help: for development and demonstration. */
  readonly hidden?: boolean;
}

/** Command → its file. Only the file of the command that runs is loaded. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  ask: { load: async () => (await import('./ask.ts')).askCommand() },
  diagnose: { load: async () => (await import('./diagnose.ts')).diagnoseCommand() },
  fix: { load: async () => (await import('./fix.ts')).fixCommand() },
  verify: { load: async () => (await import('./verify.ts')).verifyCommand() },
  runs: { load: async () => (await import('./runs.ts')).runsCommand() },
  undo: { load: async () => (await import('./undo.ts')).undoCommand() },
  resume: { load: async () => (await import('./resume.ts')).resumeCommand() },
  trace: { load: async () => (await import('./trace.ts')).traceCommand() },
  whatif: { load: async () => (await import('./whatif.ts')).whatifCommand() },
  rbac: { load: async () => (await import('./rbac.ts')).rbacCommand() },
  demo: { load: async () => (await import('./demo.ts')).demoCommand() },
  lab: { load: async () => (await import('./lab.ts')).labCommand(), hidden: true },
};

const EXAMPLES = `
Examples:
  kubectl returnpath diagnose                                    from a kubeconfig alone
  returnpath diagnose --from ssh://root@node1 --to ssh://admin@10.0.0.210 --control 10.0.0.1
  returnpath diagnose --from local: --to 10.0.0.210 --compare ssh://me@10.0.0.38
  returnpath diagnose -f snapshot.json -o markdown
  returnpath fix --to truenas://admin@10.0.0.210                 look, plan, show, ask
  returnpath demo

Exit status of diagnose: 0 healthy, 1 cause found, 2 cannot tell, 3 wrong usage, 4 something outside
failed; other commands tell theirs with --help.
More: https://github.com/returnpath/returnpath#readme`;

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('returnpath')
    .description(
      'Finds, proves and fixes what keeps a node from its storage, and takes the fix back.',
    )
    .version(packageJson.version)
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showHelpAfterError('  try: returnpath --help');
  for (const { load, hidden } of wantedBy(argv)) {
    program.addCommand(exiting(await load()), hidden ? { hidden } : {});
  }
  await program.parseAsync(argv, { from: 'user' });
}

/** The command that was asked for; all of them where help or an error has to list them. */
function wantedBy([first = '']: readonly string[]): readonly Entry[] {
  if (first === '--version' || first === '-V') return [];
  const asked = COMMANDS[first];
  return asked ? [asked] : Object.values(COMMANDS);
}

/** Makes a command and those beneath it throw instead of ending the process, and say where help is. */
function exiting(command: Command, calledBy = 'returnpath'): Command {
  const called = `${calledBy} ${command.name()}`;
  command.exitOverride().showHelpAfterError(`  try: ${called} --help`);
  for (const sub of command.commands) exiting(sub, called);
  return command;
}

/** Help of the command that was called. */
function helpOf(): string {
  const [first = ''] = process.argv.slice(2);
  return `returnpath ${Object.hasOwn(COMMANDS, first) ? `${first} ` : ''}--help`;
}

function report(error: unknown): number {
  if (isInterrupted(error)) {
    console.error('interrupted');
    return EXIT.interrupted;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof OutsideError) {
    console.error(error.message.split('\n').map(printable).join('\n'));
    if (error.next) console.error(`  try: ${error.next}`);
    return EXIT.outside;
  }
  if (error instanceof SyntaxError || error instanceof RangeError) {
    console.error(
      error.message.includes('\n  try: ') ? error.message : `${error.message}\n  try: ${helpOf()}`,
    );
    return EXIT.usage;
  }
  console.error(error);
  return EXIT.outside;
}

// One signal ends a whole session, so everything that waits in it listens there.
setMaxListeners(1000);

// A reader that went away (`returnpath fix --yes 2>&1 | head`) is no failure of ours, and must not end a
// run half way: what is said from then on is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}
