import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TruenasLogin } from '../../src/ports/truenas.ts';
import { describeWith } from '../support/needs.ts';
import {
  loginOf,
  never,
  open,
  openAny,
  problemOf,
  SECRETS,
  scratch,
  start,
  stopAll,
  withPassword,
} from '../support/truenas-client.ts';

describeWith(['openssl'], 'the certificate of a TrueNAS', () => {
  const other = () => {
    const [key, cert] = [scratch('key.pem'), scratch('cert.pem')];
    const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=other -keyout ${key} -out ${cert}`;
    execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };

  test('is shown once, and remembered for its owner alone', async () => {
    const asked: string[] = [];
    const trust: TruenasLogin['trust'] = ({ place, fingerprint }) => {
      asked.push(`${place} ${fingerprint}`);
      return Promise.resolve(true);
    };
    const fake = await start();
    await open(fake, { trust });
    await open(fake, { trust });
    expect(asked).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+ SHA256:([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    ]);
    const file = scratch('state/pins.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Object.values(JSON.parse(readFileSync(file, 'utf8')))).toHaveLength(1);
  });

  test.each([
    { when: 'nobody can be asked', trust: undefined, says: /nobody vouches for its certificate/ },
    { when: 'the user says no', trust: () => Promise.resolve(false), says: /was not accepted/ },
  ])('is refused when $when, before any log-in', async ({ trust, says }) => {
    const fake = await start();
    const { message } = await problemOf(open(fake, { trust }));
    expect(message).toMatch(says);
    expect(fake.calls).toEqual([]);
  });

  test('is accepted by the fingerprint that the user names, in any spelling', async () => {
    const fake = await start();
    const asked: string[] = [];
    const trust: TruenasLogin['trust'] = ({ fingerprint }) => {
      asked.push(fingerprint);
      return Promise.resolve(false);
    };
    await problemOf(open(fake, { trust }));
    const bare = (asked[0] ?? '').replace('SHA256:', '').replaceAll(':', '').toLowerCase();
    await open(fake, { trust, fingerprint: bare });
    await open(fake, { trust: undefined });
    expect(asked).toHaveLength(1);
  });

  test('that has changed is refused in clear words, and no key is sent', async () => {
    const first = await start();
    await open(first);
    const { port } = first;
    await stopAll();
    const second = await start({ port, certificate: other() });
    const problem = await problemOf(open(second));
    expect(problem.message).toMatch(/its certificate is SHA256:\S+, not SHA256:\S+, as it was/);
    expect(problem.next).toMatch(/do not go on/);
    expect(second.calls).toEqual([]);
  });

  test('that is another than the one named is refused', async () => {
    const fake = await start();
    const problem = await problemOf(open(fake, { fingerprint: `SHA256:${'00:'.repeat(31)}00` }));
    expect(problem.message).toMatch(/which --fingerprint names/);
    expect(fake.calls).toEqual([]);
  });

  test('is not trusted anew when the file of fingerprints is broken', async () => {
    const fake = await start();
    const pinFile = scratch('pins.json');
    writeFileSync(pinFile, '{"127.0.0.1:443": "half of a');
    const { message } = await problemOf(open(fake, { pinFile }));
    expect(message).toMatch(/it holds something else/);
  });
});

describe('a port without TLS', () => {
  test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', ''])(
    'that answers %j gets not one byte of key or password',
    async (reply) => {
      const heard: Buffer[] = [];
      const held = new Set<Socket>();
      const server = createServer((socket) => {
        held.add(socket);
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard.push(chunk);
          if (reply) socket.end(reply);
          else socket.destroy();
        });
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve());
      });
      const { port } = server.address() as { port: number };
      try {
        for (const how of [{}, withPassword]) await problemOf(open({ port }, how));
        const all = Buffer.concat(heard);
        // a TLS handshake (record type 22), and nothing else, ever
        expect(all[0]).toBe(22);
        for (const secret of SECRETS) {
          expect(all.includes(secret)).toBe(false);
          expect(all.includes(Buffer.from(secret).toString('base64'))).toBe(false);
        }
        for (const start of heard) expect(start.toString('latin1')).not.toMatch(/^(GET|POST)/);
      } finally {
        for (const socket of held) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  );

  test('has no URL of its own', async () => {
    for (const url of ['ws://nas', 'http://nas', 'truenas+http://nas']) {
      await expect(openAny(url, { truenas: loginOf() }, never)).rejects.toThrow(SyntaxError);
    }
  });
});
