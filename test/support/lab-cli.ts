import { labCommand } from '../../src/cli/lab.ts';

// The lab command alone, as a program: what is tested is not the rest of the command line.
await labCommand().parseAsync(process.argv);
