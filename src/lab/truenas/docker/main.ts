import { spawn } from 'node:child_process';
import { nasPhotos, nasTailscale } from '../../topology/homelab.ts';
import { type Container, createContainer } from '../container.ts';
import { containerCommand } from '../container-exec.ts';
import { CONTAINER_NAME, PHOTOS_CONTAINER_NAME, TAILSCALE_IMAGE } from '../tailscale-app.ts';

interface Listed {
  readonly name: string;
  readonly container: Container;
}

const CONTAINERS: readonly Listed[] = [
  { name: CONTAINER_NAME, container: createContainer(nasTailscale) },
  { name: PHOTOS_CONTAINER_NAME, container: createContainer(nasPhotos) },
];

/** The program `docker` on the NAS: `ps` and `exec`, for root. */
export async function dockerMain([verb = '', ...argv]: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) {
    return fail(
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    );
  }
  if (verb === 'ps' || (verb === 'container' && argv[0] === 'ls')) return listContainers(argv);
  if (verb === 'exec') return await execIn(argv);
  if (verb === 'restart') return await restart(argv);
  fail(`docker: '${verb}' is not a docker command of this lab.\nSee 'docker --help'`);
}

/** `-q`, `--no-trunc` and `--format` with the fields people ask for. */
function listContainers(argv: readonly string[]): void {
  const format = optionOf(argv, '--format');
  const isWhole = argv.includes('--no-trunc');
  const rows = CONTAINERS.flatMap(({ name, container }) => {
    const id = container.id();
    if (id === undefined) return [];
    const shown = isWhole ? id : id.slice(0, 12);
    return [{ ID: shown, Image: TAILSCALE_IMAGE, Names: name, Status: 'Up', State: 'running' }];
  });
  const lines = rows.map((row) => {
    if (argv.includes('-q') || argv.includes('--quiet')) return row.ID;
    if (format === undefined) return `${row.ID}   ${row.Image}   ${row.Status}   ${row.Names}`;
    return Object.entries(row).reduce(
      (text, [field, value]) => text.replaceAll(`{{.${field}}}`, value),
      format.replaceAll('\\t', '\t'),
    );
  });
  const isBare = format !== undefined || argv.includes('-q') || argv.includes('--quiet');
  const head = isBare ? [] : ['CONTAINER ID   IMAGE   STATUS   NAMES'];
  process.stdout.write([...head, ...lines].map((line) => `${line}\n`).join(''));
}

async function execIn(argv: readonly string[]): Promise<void> {
  const at = argv.findIndex((word, index) => !word.startsWith('-') && !takesValue(argv[index - 1]));
  const wanted = argv[at] ?? '';
  const options = argv.slice(0, Math.max(at, 0));
  const found = containerNamed(wanted);
  if (!found) return;
  if (options.some((word) => /^-i?t/.test(word) || word === '--tty') && !process.stdin.isTTY) {
    return fail('the input device is not a TTY');
  }
  const { argv: command, refusal } = containerCommand(found.container, argv.slice(at + 1));
  if (refusal !== undefined) return fail(refusal, refusal.includes('$PATH') ? 127 : 126);
  const [program = '', ...rest] = command;
  const isOpen = options.some((word) => /^-t?i/.test(word) || word === '--interactive');
  const child = spawn(program, rest, {
    stdio: [isOpen ? 'inherit' : 'ignore', 'inherit', 'inherit'],
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 137));
  });
}

async function restart(argv: readonly string[]): Promise<void> {
  const wanted = argv.at(-1) ?? '';
  const found = containerNamed(wanted);
  if (!found) return;
  await found.container.stop();
  await found.container.start();
  process.stdout.write(`${wanted}\n`);
}

/** By name or the beginning of its id; says so if there is none. */
function containerNamed(wanted: string): Listed | undefined {
  const found = CONTAINERS.find(
    ({ name, container }) =>
      name === wanted || (wanted.length > 5 && container.id()?.startsWith(wanted)),
  );
  if (!found) fail(`Error response from daemon: No such container: ${wanted}`);
  return found;
}

function takesValue(word: string | undefined): boolean {
  return ['-u', '--user', '-e', '--env', '-w', '--workdir'].includes(word ?? '');
}

function optionOf(argv: readonly string[], name: string): string | undefined {
  const joined = argv.find((word) => word.startsWith(`${name}=`));
  return joined?.slice(name.length + 1) ?? argv.find((_, index) => argv[index - 1] === name);
}

function fail(text: string, exitCode = 1): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
