import { expect, test } from 'vitest';
import { checkVantages } from './check-vantages.ts';

const check = (url: string) => () =>
  checkVantages({ '--from': undefined, '--to': url, '--compare': [] });

test.each([
  ...['local:', 'lab://nas', 'ssh://admin@nas,100.68.1.2:22', 'truenas://10.0.0.210', '10.0.0.210'],
  ...['fd00::1', 'node://talos-1', 'pod://media/jellyfin', 'paste:nas.paste', 'paste:-'],
])('checkVantages() lets %s pass', (url) => {
  expect(check(url)).not.toThrow();
});

test.each([
  { url: 'nas', says: 'ssh://nas, or --to truenas://nas' },
  { url: 'admin@10.0.0.210', says: 'ssh://admin@10.0.0.210, or --to truenas://admin@10.0.0.210' },
  { url: 'https://10.0.0.210/', says: 'truenas://10.0.0.210' },
  { url: 'truenas:10.0.0.210', says: 'truenas://10.0.0.210' },
  { url: '10.0.0.300', says: 'FORMS' },
  { url: 'ssh://nas:0', says: 'FORMS' },
  { url: 'pod://jellyfin', says: 'FORMS' },
  { url: 'paste:', says: 'paste:FILE, with the answer to returnpath ask nas in FILE' },
  { url: '', says: 'FORMS' },
])('checkVantages() refuses "$url" and says what to type', ({ url, says }) => {
  const next = says === 'FORMS' ? 'local:, ssh://' : `--to ${says}`;
  expect(check(url)).toThrow(SyntaxError);
  expect(check(url)).toThrow(`Cannot use --to "${url}": `);
  expect(check(url)).toThrow(`\n  try: ${next}`);
});
