import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { newPasteTag } from '../collect/paste/paste-line.ts';
import { pasteVantage } from '../collect/paste/paste-vantage.ts';
import { isAddress } from '../model/address.ts';
import type { Vantage } from '../ports/vantage.ts';
import { readPaste } from '../readers/paste.ts';
import { nasQuestion } from '../session/nas-question.ts';
import { load, save } from './render.ts';

/** A terminal hands over a paste in pieces, without pauses that a person would notice. */
const QUIET_MS = 300;

interface AskOptions {
  readonly client?: string[];
  readonly server?: string[];
  readonly sudo?: boolean;
  readonly answer?: string;
  readonly save: string;
}

const EXAMPLES = `
For a NAS that one can only reach by a browser: the line reads what a look over ssh would read, and
where the NAS would send its replies. It changes nothing and writes no file there.

  returnpath ask nas --client 10.0.0.197 --server 10.0.0.210
      prints the line; run it in System > Shell, and paste all that it prints back here
  returnpath ask nas --answer copied.txt
      checks an answer that was put into a file
  returnpath diagnose --from ssh://root@10.0.0.197 --to paste:nas.paste

With --sudo also the settings of tailscaled in its container are read; sudo asks there, in the NAS.
Run diagnose within a minute of the line, so that what it sees proves what the NAS said.`;

export function askCommand(): Command {
  const nas = new Command('nas')
    .description('print one read-only line for the shell of a NAS, and take back what it printed')
    .option('--client <addr>', 'a client that the NAS does not answer; repeat', more)
    .option('--server <addr>', 'the address of the NAS that clients use; repeat', more)
    .option('--sudo', 'run it by sudo there')
    .addOption(new Option('-f, --answer <file>', 'read an answer instead of asking; - is stdin'))
    .option('--save <file>', 'where the answer is kept', 'nas.paste')
    .addHelpText('after', EXAMPLES)
    .action(askNas);
  return new Command('ask').description('ask a person to look').addCommand(nas);
}

async function askNas(options: AskOptions): Promise<void> {
  if (options.answer !== undefined) {
    const text = await load(options.answer);
    const kept = options.answer === '-' ? options.save : options.answer;
    await tellAnswer(text, kept);
    if (options.answer === '-') await save(kept, text);
    return;
  }
  const tag = newPasteTag();
  const line = await nasQuestion({
    clients: addressesIn(options.client, '--client'),
    servers: addressesIn(options.server, '--server'),
    tag,
    sudo: options.sudo === true,
    issuedUnixMs: Date.now(),
  });
  console.error('In the NAS: System > Shell (or any shell of it). Run this one line:\n');
  console.log(line);
  console.error('');
  if (process.stdin.isTTY !== true) {
    console.error(`Then: returnpath ask nas --answer FILE, with all that it printed in FILE`);
    return;
  }
  console.error('Then paste here all that it printed. It ends by itself, or with Ctrl-D.');
  const text = await pasted(tag);
  await tellAnswer(text, options.save);
  await save(options.save, text);
}

/** Lines from the terminal until the answer is whole or the input ends. */
async function pasted(tag: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  let text = '';
  try {
    for await (const line of lines) {
      text += `${line}\n`;
      if (/^--- to here\s*$/.test(line) && readPaste(text, tag).is === 'whole') break;
    }
  } finally {
    lines.close();
  }
  await swallowRest();
  return text;
}

/** What was pasted after the answer (a prompt, say) must not be typed into the shell we came from. */
function swallowRest(): Promise<void> {
  const { stdin } = process;
  stdin.setRawMode(true);
  return new Promise((resolve) => {
    const end = () => {
      stdin.off('data', again).pause();
      stdin.setRawMode(false);
      resolve();
    };
    let quiet = setTimeout(end, QUIET_MS);
    const again = () => {
      clearTimeout(quiet);
      quiet = setTimeout(end, QUIET_MS);
    };
    stdin.on('data', again).resume();
  });
}

/** @throws {OutsideError} If the answer is not whole, with which part is missing. */
async function tellAnswer(text: string, file: string): Promise<void> {
  const vantage = await pasteVantage(text, {
    url: `paste:${file}`,
    hostId: 'nas',
    nowUnixMs: Date.now(),
  });
  const age = Math.round((Date.now() - readAtOf(vantage)) / 1000);
  console.error(
    `The answer is whole, ${age} s old. Now, with the other options as before: returnpath diagnose --to paste:${file}`,
  );
}

function readAtOf({ readAtUnixMs = Date.now() }: Vantage): number {
  return readAtUnixMs;
}

function addressesIn(given: readonly string[] | undefined, option: string): readonly string[] {
  const [wrong] = (given ?? []).filter((one) => !isAddress(one));
  if (wrong !== undefined) {
    throw new SyntaxError(`Cannot ask: ${option} must be an address: current value is "${wrong}"`);
  }
  if (!given) {
    throw new SyntaxError(
      `Cannot ask: ${option} is missing\n  try: --client 10.0.0.197 --server 10.0.0.210`,
    );
  }
  return given;
}

function more(value: string, before: string[] = []): string[] {
  return [...before, value];
}
