import { expect, test } from 'vitest';
import { runWithLab } from '../support/lab-script.ts';
import { describeWith } from '../support/needs.ts';

// Machines that lack something, each made from this one in a mount namespace of its own.

describeWith(['namespaces', 'root', 'ip', 'ping'], 'lab on a machine without nft', () => {
  test('breaks and mends as elsewhere, only pods have no way out', async () => {
    const said = await runWithLab({
      id: 'no-nft',
      before: 'mount --bind /bin/false "$(command -v nft)"',
      body: `
        const ping = async (host, ...args) =>
          (await lab.exec(host, ['ping', '-c1', '-W1', ...args])).exitCode === 0;
        say({ nft: (await lab.exec('nas', ['nft', 'list', 'ruleset'])).exitCode });
        say({ node: await ping('node', '10.0.0.210'), pod: await ping('pod', '10.0.0.210') });
        await lab.break('accept-routes');
        say({ node: await ping('node', '10.0.0.210') });
        say({ unbound: await ping('nas', '10.0.0.197'), router: await ping('nas', '10.0.0.1') });
        say({ bound: await ping('nas', '-I', '10.0.0.210', '10.0.0.197') });
        await lab.mend('accept-routes');
        say({ node: await ping('node', '10.0.0.210') });`,
    });
    expect(said).toEqual([
      { nft: 1 },
      { node: true, pod: false },
      { node: false },
      { unbound: true, router: true },
      { bound: false },
      { node: true },
    ]);
  });
});

describeWith(['namespaces', 'root', 'ip'], 'lab on a machine without a machine-id', () => {
  test('gives its hosts one each, and leaves the rest of /etc as it is', async () => {
    const said = await runWithLab({
      id: 'no-machine-id',
      before:
        'mkdir /run/etc && cp -a /etc/. /run/etc/ && rm /run/etc/machine-id && mount --rbind /run/etc /etc',
      body: `
        const { existsSync } = await import('node:fs');
        say({ machine: existsSync('/etc/machine-id') });
        for (const host of ['nas', 'node', 'connector']) {
          const { stdout } = await lab.exec(host, ['cat', '/etc/machine-id']);
          say({ [host]: stdout.trim() });
        }
        say({ passwd: (await lab.exec('nas', ['grep', '-c', '^root:', '/etc/passwd'])).stdout.trim() });`,
    });
    expect(said).toEqual([
      { machine: false },
      { nas: '5f0f8d1c3a5e4b61a4a9c70000000210' },
      { node: '5f0f8d1c3a5e4b61a4a9c70000000197' },
      { connector: '5f0f8d1c3a5e4b61a4a9c70000000197' },
      { passwd: '1' },
    ]);
  });
});

describeWith(['namespaces', 'root', 'ip'], 'lab on a machine without another', () => {
  test('is found without its name', async () => {
    const said = await runWithLab({
      id: 'only',
      alone: true,
      body: `
        const { labId, addresses } = await locateLabHost(undefined, 'nas');
        say({ labId, address: addresses[0] });`,
    });
    expect(said).toEqual([{ labId: 'only', address: '10.0.0.210' }]);
  });
});
