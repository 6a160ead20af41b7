import { expect, test } from 'vitest';
import { proxyFor } from './proxy.ts';

const PROXY = 'http://proxy.corp:3128';

test.each([
  { server: 'https://10.0.0.197:6443', env: {}, is: undefined },
  { server: 'https://10.0.0.197:6443', env: { HTTPS_PROXY: PROXY }, is: PROXY },
  { server: 'https://10.0.0.197:6443', env: { https_proxy: 'proxy:1' }, is: 'http://proxy:1' },
  { server: 'http://10.0.0.197:8001', env: { HTTPS_PROXY: PROXY }, is: undefined },
  { server: 'https://127.0.0.1:6443', env: { HTTPS_PROXY: PROXY }, is: undefined },
  {
    server: 'https://10.0.0.197:6443',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' },
    is: undefined,
  },
  {
    server: 'https://10.0.0.197:6443',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.197:443' },
    is: PROXY,
  },
  {
    server: 'https://10.0.0.197',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.197:443' },
    is: undefined,
  },
  {
    server: 'https://k8s.home.lan',
    env: { HTTPS_PROXY: PROXY, no_proxy: 'x, .home.lan' },
    is: undefined,
  },
  {
    server: 'https://k8s.home.lan',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: 'home.lan' },
    is: undefined,
  },
  {
    server: 'https://k8s.nothome.lan',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: 'home.lan' },
    is: PROXY,
  },
  {
    server: 'https://[fd00::1]:6443',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::/8' },
    is: undefined,
  },
  {
    server: 'https://[fd00::1]:6443',
    env: { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::1' },
    is: undefined,
  },
  { server: 'https://k8s', env: { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, is: undefined },
  { server: 'https://k8s', env: { HTTPS_PROXY: PROXY, NO_PROXY: 'k8s/nonsense' }, is: PROXY },
])('proxyFor() gives $is for $server with $env', ({ server, env, is }) => {
  expect(proxyFor(server, env)).toBe(is);
});
