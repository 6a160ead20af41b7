import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from './redact.ts';

const KEY = '1-pLanTed0secret0value';

describe('redact()', () => {
  test.each([
    `Authorization: Bearer ${KEY}`,
    `{"headers":{"Authorization":"Bearer ${KEY}","Accept":"*/*"}}`,
    JSON.stringify({ error: JSON.stringify({ headers: { Authorization: `Bearer ${KEY}` } }) }),
    JSON.stringify(JSON.stringify({ a: JSON.stringify({ apiKey: KEY, x: 1 }) })),
    `{"apiKey":"${KEY}"}`,
    `apiKey: ${KEY}`,
    `  password: "${KEY}"`,
    `password='${KEY}'`,
    `https://truenas/api?api_key=${KEY}&x=1`,
    `ssh://root:${KEY}@10.0.0.210`,
    `node.session.auth.password = ${KEY}`,
    `Authorization: Basic ${Buffer.from(`root:${KEY}`).toString('base64')}`,
    `{"privateKey":"-----BEGIN OPENSSH PRIVATE KEY-----\\n${KEY}\\n-----END OPENSSH PRIVATE KEY-----"}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${KEY}`,
    `{"password":{"type":"Buffer","data":"${KEY}"}}`,
    `Cookie: session=${KEY}`,
    `x-api-key: ${KEY}`,
  ])('hides the secret in %s', (text) => {
    const clean = redact(text);
    expect(clean).not.toContain(KEY);
    expect(clean).not.toContain(Buffer.from(`root:${KEY}`).toString('base64'));
    expect(clean).toMatch(/redacted/);
  });

  test.each([
    'mount.nfs: Connection timed out',
    '{"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
    '{"errors":{},"responses":{"v2":{"statusText":"Unauthorized"}}}',
    'secret "democratic-csi-hdd-driver-config" not found',
    'Back-off restarting failed container external-provisioner in pod x',
  ])('leaves %s as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('hides a key however deep the JSON is nested', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.stringMatching(/^[a-zA-Z0-9]{12,40}$/),
        (depth, key) => {
          let text = JSON.stringify({
            headers: { Authorization: `Bearer ${key}` },
            auth: { password: key },
          });
          for (let at = 0; at < depth; at += 1) text = JSON.stringify({ message: text });
          expect(redact(text)).not.toContain(key);
        },
      ),
    );
  });

  test('is done with a long text in no time', () => {
    const started = performance.now();
    redact(`${'{"a":"'.repeat(50_000)}password`);
    redact(`password: ${'x'.repeat(200_000)}`);
    redact('\\'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
