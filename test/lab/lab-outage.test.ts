import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { reach, routingState, startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

const PORTS = [80, 443, 2049] as const;

describeWith(['namespaces', 'ip', 'nft'], 'homelab', () => {
  let lab: Lab;
  const ask = async (host: string, command: string) => {
    const { stdout } = await lab.exec(host, ['sh', '-c', command]);
    return stdout.trim();
  };

  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  describe('healthy', () => {
    test.each(['node', 'utility', 'pod'])('%s reaches API and NFS of the NAS', async (host) => {
      for (const port of PORTS) {
        expect(await reach(lab, { host, to: '10.0.0.210', port })).toBe('answered');
      }
    });

    test('node reaches the NAS and the router over IPv6', async () => {
      expect(await reach(lab, { host: 'node', to: 'fd00:10::210', port: 2049 })).toBe('answered');
      expect(await reach(lab, { host: 'node', to: 'fd00:10::1', port: 80 })).toBe('answered');
    });

    test('pods leave the node under its address', async () => {
      // the open port of rpcbind: a connection without a question stays open
      const holding = lab.exec('pod', [process.execPath, '-e', HOLD_RPCBIND_FOR_ONE_SECOND]);
      const { stdout } = await lab.exec('nas', watch(111, 'established'));
      expect(stdout.trim()).toBe('10.0.0.197');
      await holding;
    });

    test('NAS replies to the node on its LAN', async () => {
      expect(await ask('nas', 'ip route get 10.0.0.197')).toContain('dev enp1s0 src 10.0.0.210');
    });

    test('every host has a name, a machine-id and processes of its own', async () => {
      expect(await ask('node', 'hostname; cat /etc/machine-id')).toMatch(/^talos-1\n\w{32}$/);
      expect(await ask('nas', 'hostname; cat /etc/machine-id')).toMatch(/^truenas\n\w{32}$/);
      expect(await ask('node', 'cat /etc/machine-id')).not.toBe(
        await ask('nas', 'cat /etc/machine-id'),
      );
      expect(await ask('utility', 'pgrep -x tailscaled')).toBe('');
    });

    test('one of the tailscaled on the NAS is in its network, that on the node is not', async () => {
      const inOwnNetwork =
        'for p in $(pgrep -x tailscaled); do [ /proc/$p/ns/net -ef /proc/self/ns/net ] && echo own || echo other; done';
      expect((await ask('nas', inOwnNetwork)).split('\n').toSorted()).toEqual(['other', 'own']);
      expect(await ask('node', inOwnNetwork)).toBe('other');
    });

    test('tailscaled of the NAS is asked before main, and its socket lies in its own mounts', async () => {
      expect(await ask('nas', 'ip rule')).toMatch(
        /5210:\tfrom all fwmark 0x80000\/0xff0000 lookup main\n5230:.*default.*\n5250:.*unreachable\n5270:\tfrom all lookup 52/,
      );
      expect(await ask('nas', 'ip -6 rule')).toContain('5270:\tfrom all lookup 52');
      expect(await ask('nas', 'ls /run/tailscale /var/run/tailscale 2>/dev/null')).toBe('');
    });
  });

  describe('with accept-routes', () => {
    let before: string;
    beforeAll(async () => {
      before = await routingState(lab);
      await lab.break('accept-routes');
    });
    afterAll(async () => {
      await lab.mend('accept-routes');
      expect(await routingState(lab)).toBe(before);
    });

    test('NAS looks the reply up in table 52', async () => {
      expect(await ask('nas', 'ip route get 10.0.0.197 from 10.0.0.210')).toContain(
        'dev tailscale0 table 52',
      );
      expect(await ask('nas', 'ip route get 10.0.0.197')).toContain(
        'dev tailscale0 table 52 src 100.68.1.2',
      );
    });

    test.each(['node', 'pod'])('%s times out on every port of the NAS', async (host) => {
      const results = PORTS.map((port) => reach(lab, { host, to: '10.0.0.210', port }));
      expect(await Promise.all(results)).toEqual(['timed-out', 'timed-out', 'timed-out']);
    });

    test('node still reaches the router, and the unadvertised host the NAS', async () => {
      expect(await reach(lab, { host: 'node', to: '10.0.0.1', port: 80 })).toBe('answered');
      expect(await reach(lab, { host: 'utility', to: '10.0.0.210', port: 443 })).toBe('answered');
    });

    test('NAS reaches the node unbound, through the tunnel, but not from its LAN address', async () => {
      const node = { host: 'nas', to: '10.0.0.197', port: 10_250 } as const;
      expect(await reach(lab, node)).toBe('refused');
      expect(await reach(lab, { ...node, from: '10.0.0.210' })).toBe('timed-out');
      expect(await reach(lab, { ...node, to: '10.0.0.38', from: '10.0.0.210' })).toBe('refused');
    });

    test('SYNs arrive and stay half open', async () => {
      const probing = reach(lab, { host: 'node', to: '10.0.0.210', port: 443, waitMs: 800 });
      const half = await lab.exec('nas', watch(443, 'syn-recv'));
      expect(half.stdout.trim()).toContain('10.0.0.197');
      expect(await probing).toBe('timed-out');
    });
  });

  // In a user namespace with one user, tcpdump cannot drop its privileges and gives up.
  describeWith(['tcpdump', 'root'], 'captures with accept-routes', () => {
    test('show the SYN on the LAN and the SYN-ACK in the tunnel', async () => {
      await lab.break('accept-routes');
      let isOver = false;
      const captures = Promise.all(
        [
          ['enp1s0', 'tcp-syn'],
          ['tailscale0', '(tcp-syn|tcp-ack)'],
        ].map(([dev = '', flags]) => {
          const filter = `tcp[tcpflags] & (tcp-syn|tcp-ack) == ${flags} and port 111`;
          return lab.exec('nas', ['timeout', '8', 'tcpdump', '-nlc1', '-i', dev, filter]);
        }),
      ).finally(() => {
        isOver = true;
      });
      const knock = () =>
        reach(lab, { host: 'node', to: '10.0.0.210', port: 111, waitMs: 300 }).then(() => isOver);
      await expect.poll(knock, { timeout: 10_000 }).toBe(true);
      const [lan, tunnel] = await captures;
      expect(lan?.stdout).toContain('> 10.0.0.210.111');
      expect(tunnel?.stdout).toMatch(/10\.0\.0\.210\.111 > 10\.0\.0\.197\.\d+: Flags \[S\.\]/);
      await lab.mend('accept-routes');
    });
  });
});

const HOLD_RPCBIND_FOR_ONE_SECOND = `
  const socket = require('node:net').connect(111, '10.0.0.210');
  setTimeout(() => socket.destroy(), 1_000);`;

/** Prints the address of the first socket of that state on a port of this host, within 2 s. */
function watch(port: number, state: 'syn-recv' | 'established'): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const code = state === 'syn-recv' ? '03' : '01';
  // /proc/net/tcp6: local, remote, state; an IPv4 peer is the last 8 digits, bytes reversed
  const script = `
    i=0
    while [ $i -lt 200 ]; do
      peer=$(sed -nE 's/^ *[0-9]+: [0-9A-F]{32}:${hex} [0-9A-F]{24}([0-9A-F]{8}):[0-9A-F]{4} ${code} .*/\\1/p' /proc/net/tcp6 | head -1)
      [ -n "$peer" ] && break
      i=$((i+1)); sleep 0.01
    done
    [ -z "$peer" ] || printf '%d.%d.%d.%d\\n' 0x$(echo $peer | cut -c7-8) 0x$(echo $peer | cut -c5-6) 0x$(echo $peer | cut -c3-4) 0x$(echo $peer | cut -c1-2)
  `;
  return ['sh', '-c', script];
}
