import { openVantageIn } from '../../src/platform/open-vantage.ts';

// Opens the vantage of the first argument, starts something slow there, says so, and waits to be killed.
const [, , url = '', agentPath = ''] = process.argv;
const open = openVantageIn({
  interactive: false,
  agentPath,
  locateLabHost: async (labId, host) => ({
    labId: labId ?? '',
    host,
    enter: ['unshare', '-n'],
    enterNetwork: ['unshare', '-n'],
    addresses: [],
  }),
});
const signal = AbortSignal.timeout(20_000);
const vantage = await open(url, {}, signal);
const ask = { probe: 'tcp', address: '127.0.0.1', port: 9, timeoutMs: 20_000 } as const;
if (vantage.probe) await vantage.probe(ask, signal);
else void vantage.sh('sleep 20', { signal, limitBytes: 1000 });
process.stdout.write('open\n');
setTimeout(() => {}, 20_000);
