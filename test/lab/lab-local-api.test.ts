import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { startTestLab } from '../support/lab.ts';
import { type LocalApiAnswer, localApi } from '../support/local-api.ts';
import { describeWith } from '../support/needs.ts';

const PREFS = '/localapi/v0/prefs';
const HOST = { host: 'local-tailscaled.sock' };

describeWith(['namespaces', 'ip', 'nft'], 'LocalAPI of the emulated tailscaled', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  const patch = (body: string, host?: string) =>
    localApi(lab, { method: 'PATCH', path: PREFS, body, ...(host ? { host } : {}) });
  const prefs = async () => fields(await localApi(lab, { path: PREFS }));
  const routes52 = async (family: string) => {
    const { stdout } = await lab.exec('nas', ['ip', family, 'route', 'show', 'table', '52']);
    return stdout;
  };

  test('GET prefs gives one field a line, so that people can grep it', async () => {
    const { status, headers, body } = await localApi(lab, { path: PREFS });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toMatch(/^\t"RouteAll": false,$/m);
    expect(fields({ status, headers, body })).toMatchObject({
      NetfilterMode: 2,
      WantRunning: true,
    });
  });

  test('every answer names the version and the capability', async () => {
    const { headers } = await localApi(lab, { path: PREFS });
    expect(headers['tailscale-version']).toMatch(/^1\.102\.3/);
    expect(headers['tailscale-cap']).toMatch(/^\d+$/);
  });

  describe('PATCH prefs', () => {
    test('of RouteAll changes table 52 of both families before it answers', async () => {
      const on = await patch('{"RouteAll":true,"RouteAllSet":true}');
      expect(fields(on)).toMatchObject({ RouteAll: true, Hostname: 'truenas' });
      expect(await routes52('-4')).toMatch(/^10\.0\.0\.197 dev tailscale0/m);
      expect(await routes52('-6')).toMatch(/^fd00:20::\/64 dev tailscale0/m);
      await patch('{"RouteAll":false,"RouteAllSet":true}');
      expect(await routes52('-4')).not.toContain('10.0.0.197');
      expect(await routes52('-4')).toContain('100.68.1.3 dev tailscale0');
      expect(await routes52('-6')).not.toContain('fd00:20::');
    });

    test('without a mask changes nothing', async () => {
      expect(fields(await patch('{"RouteAll":true}'))).toMatchObject({ RouteAll: false });
    });

    test('with a mask alone sets the zero value and leaves the rest', async () => {
      await patch('{"ShieldsUp":true,"ShieldsUpSet":true}');
      const after = fields(await patch('{"RouteAllSet":true}'));
      expect(after).toMatchObject({ RouteAll: false, ShieldsUp: true });
      await patch('{"ShieldsUpSet":true}');
    });

    test('passes over what it does not know', async () => {
      expect((await patch('{"Colour":"red","ColourSet":true}')).status).toBe(200);
    });

    test.each([
      { what: 'a wrong type', body: '{"RouteAll":"yes","RouteAllSet":true}', says: 'RouteAll' },
      { what: 'no JSON', body: '{', says: '' },
      { what: 'nothing', body: '', says: 'EOF' },
      { what: 'a list', body: '[]', says: 'cannot unmarshal array' },
    ])('refuses $what', async ({ body, says }) => {
      const answer = await patch(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toContain(says);
    });

    test('of a node with a configuration file is refused, in its words', async () => {
      const answer = await patch('{"RouteAll":true,"RouteAllSet":true}', 'connector');
      expect(answer.status).toBe(400);
      expect(answer.body).toBe(
        '{"Error":"can\'t reconfigure tailscaled when using a config file; config file is locked"}\n',
      );
    });

    test('of an exit node that does not exist blackholes by the default route', async () => {
      await patch('{"ExitNodeID":"nGone","ExitNodeIDSet":true}');
      expect(await routes52('-4')).toContain('default dev tailscale0');
      await patch('{"ExitNodeIDSet":true}');
      expect(await routes52('-4')).not.toContain('default');
    });

    test('of an exit node throws the LAN back to main once LAN access is allowed', async () => {
      const peers = Object.values(
        fields(await localApi(lab, { path: '/localapi/v0/status' }))['Peer'] as object,
      ) as { ID: string; ExitNodeOption: boolean }[];
      const exit = peers.find(({ ExitNodeOption }) => ExitNodeOption)?.ID;
      await patch(JSON.stringify({ ExitNodeID: exit, ExitNodeIDSet: true }));
      expect(await routes52('-4')).toMatch(/^10\.0\.0\.0\/24 dev tailscale0/m);
      await patch('{"ExitNodeAllowLANAccess":true,"ExitNodeAllowLANAccessSet":true}');
      expect(await routes52('-4')).toMatch(/^throw 10\.0\.0\.0\/24/m);
      await patch('{"ExitNodeIDSet":true,"ExitNodeAllowLANAccessSet":true}');
      expect(await routes52('-4')).not.toMatch(/10\.0\.0\.0\/24|default/);
    });

    test('works although somebody has removed a route by hand', async () => {
      await patch('{"RouteAll":true,"RouteAllSet":true}');
      await lab.exec('nas', ['ip', 'route', 'del', '10.0.0.197', 'table', '52']);
      expect((await patch('{"RouteAllSet":true}')).status).toBe(200);
      expect(await routes52('-4')).not.toMatch(/^10\.0\.0\./m);
    });

    test('that stops the node takes its routes and leaves its rules', async () => {
      await patch('{"WantRunning":false,"WantRunningSet":true}');
      expect((await routes52('-4')).trim()).toBe('');
      expect((await lab.exec('nas', ['ip', 'rule'])).stdout).toContain('5270:');
      await patch('{"WantRunning":true,"WantRunningSet":true}');
      expect(await routes52('-4')).toContain('100.68.1.3 dev tailscale0');
    });
  });

  describe('GET status', () => {
    test('names the peer whose AllowedIPs hold the address of the node', async () => {
      const status = fields(await localApi(lab, { path: '/localapi/v0/status' }));
      expect(status).toMatchObject({ BackendState: 'Running', TUN: true });
      expect(Object.values(status['Peer'] as object)).toContainEqual(
        expect.objectContaining({
          HostName: 'homelab-subnet-router',
          AllowedIPs: expect.arrayContaining(['100.68.1.3/32', '10.0.0.197/32']),
          PrimaryRoutes: ['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
        }),
      );
    });

    test.each(['false', '0'])('leaves the peers out with peers=%s', async (value) => {
      const path = `/localapi/v0/status?peers=${value}`;
      expect(fields(await localApi(lab, { path }))['Peer']).toBeNull();
    });

    test('says of another app that it runs in user space', async () => {
      const path = '/localapi/v0/status';
      const status = fields(await localApi(lab, { host: 'nas-photos', path }));
      expect(status).toMatchObject({ TUN: false, Self: { HostName: 'photos' } });
    });
  });

  describe('watch-ipn-bus', () => {
    test('begins with what the mask asks for', async () => {
      const { body } = await localApi(lab, { path: '/localapi/v0/watch-ipn-bus?mask=6', lines: 1 });
      expect(JSON.parse(body)).toMatchObject({ State: 6, Prefs: { RouteAll: false } });
    });

    test('tells of a change once the kernel obeys it', async () => {
      const watching = localApi(lab, { path: '/localapi/v0/watch-ipn-bus?mask=4', lines: 2 });
      let changes = 0;
      const change = async () => {
        changes += 1;
        await patch(`{"RouteAll":${changes % 2 === 1},"RouteAllSet":true}`);
        return changes;
      };
      const done = watching.then(({ body }) => body.trim().split('\n'));
      // the watcher may connect after the first change; then it sees the second
      await expect.poll(() => Promise.race([done, change().then(() => [])])).toHaveLength(2);
      const [first = '', second = ''] = await done;
      expect(JSON.parse(second)['Prefs']['RouteAll']).toBe(!JSON.parse(first)['Prefs']['RouteAll']);
      await patch('{"RouteAllSet":true}');
    });

    test.each([
      { mask: 'x', says: 'bad mask' },
      { mask: String(256 + 4096), says: 'mask' },
    ])('refuses mask $mask', async ({ mask, says }) => {
      const answer = await localApi(lab, { path: `/localapi/v0/watch-ipn-bus?mask=${mask}` });
      expect(answer.status).toBe(400);
      expect(answer.body).toContain(says);
    });
  });

  test.each([
    { what: 'another Host', headers: { host: 'localhost' }, status: 403 },
    { what: 'an Origin', headers: { ...HOST, origin: 'http://evil.example' }, status: 403 },
    { what: 'a Referer', headers: { ...HOST, referer: 'http://evil.example/' }, status: 403 },
    { what: 'only its own Host', headers: HOST, status: 200 },
  ])('answers $status to $what', async ({ headers, status }) => {
    const answer = await localApi(lab, { path: PREFS, headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toBe('invalid localapi request\n');
  });

  test.each([
    { path: '/localapi/v0/nonsense', status: 404, body: '404 page not found\n' },
    { path: '/localapi/v0/toString', status: 404, body: '404 page not found\n' },
    { path: '/', status: 200, body: 'tailscaled\n' },
  ])('answers $status to $path', async ({ path, status, body }) => {
    expect(await localApi(lab, { path })).toMatchObject({ status, body });
  });

  test('answers 405 to another method', async () => {
    const answer = await localApi(lab, { method: 'PUT', path: PREFS });
    expect(answer).toMatchObject({ status: 405, body: 'unsupported method\n' });
  });

  test.each([
    { body: '{"RouteAll":true}', status: 200, says: '{}\n' },
    { body: 'nonsense', status: 400, says: 'invalid JSON body\n' },
  ])('POST check-prefs of $body answers $status', async ({ body, status, says }) => {
    const answer = await localApi(lab, { method: 'POST', path: '/localapi/v0/check-prefs', body });
    expect(answer).toMatchObject({ status, body: says });
    expect(await prefs()).toMatchObject({ RouteAll: false });
  });

  describeWith(['root'], 'permissions', () => {
    const nobody = 65_534;

    test('another user may read', async () => {
      expect((await localApi(lab, { path: PREFS, uid: nobody })).status).toBe(200);
      expect((await localApi(lab, { path: '/localapi/v0/status', uid: nobody })).status).toBe(200);
    });

    test('another user may not write', async () => {
      const body = '{"RouteAll":true,"RouteAllSet":true}';
      const answer = await localApi(lab, { method: 'PATCH', path: PREFS, body, uid: nobody });
      expect(answer).toMatchObject({ status: 403, body: 'prefs write access denied\n' });
      expect(await prefs()).toMatchObject({ RouteAll: false });
    });

    test('another user may not check preferences either', async () => {
      const path = '/localapi/v0/check-prefs';
      const answer = await localApi(lab, { method: 'POST', path, body: '{}', uid: nobody });
      expect(answer).toMatchObject({ status: 403, body: 'checkprefs access denied\n' });
    });
  });
});

function fields({ body }: LocalApiAnswer): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

describeWith(['namespaces', 'ip', 'nft'], 'the emulated tailscaled on its host', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
  });

  const rules = async (family: string) => {
    const { stdout } = await lab.exec('cabin-router', ['ip', family, 'rule']);
    return stdout.match(/^52\d\d:/gm) ?? [];
  };

  test('puts a rule back that somebody deleted', async () => {
    await lab.exec('cabin-router', ['ip', 'rule', 'del', 'priority', '5270']);
    expect(await rules('-4')).toHaveLength(3);
    await expect.poll(() => rules('-4'), { timeout: 5_000 }).toHaveLength(4);
  });

  test('leaves foreign rules between its own alone', async () => {
    const rule = ['to', '10.20.0.0/24', 'lookup', 'main', 'priority', '5205'];
    await lab.exec('cabin-router', ['ip', 'rule', 'add', ...rule]);
    await lab.exec('cabin-router', ['ip', 'rule', 'del', 'priority', '5250']);
    await expect.poll(() => rules('-4'), { timeout: 5_000 }).toHaveLength(5);
    await lab.exec('cabin-router', ['ip', 'rule', 'del', ...rule]);
  });

  test('takes rules, routes, addresses and tables away when it is told to end', async () => {
    await lab.exec('cabin-router', ['pkill', '-TERM', '-x', 'tailscaled']);
    await expect.poll(() => rules('-4'), { timeout: 5_000 }).toEqual([]);
    await expect.poll(() => rules('-6'), { timeout: 5_000 }).toEqual([]);
    const script = 'ip addr show dev tailscale0; ip route show table 52 2>&1; nft list ruleset';
    const left = async () => (await lab.exec('cabin-router', ['sh', '-c', script])).stdout;
    await expect.poll(left, { timeout: 5_000 }).not.toMatch(/100\.|ts-input/);
  });

  test('leaves its rules behind when it is killed', async () => {
    await lab.exec('nas-tailscale', ['pkill', '-KILL', '-x', 'tailscaled']);
    const { stdout } = await lab.exec('nas', ['ip', 'rule']);
    expect(stdout.match(/^52\d\d:/gm)).toHaveLength(4);
    await lab.break('nfs-down');
  });
});
