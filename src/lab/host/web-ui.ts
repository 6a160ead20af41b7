import { createServer } from 'node:http';
import type { DaemonFactory } from './daemon.ts';
import { createListener } from './listener.ts';

/** The router's page: something on the LAN that answers TCP and HTTP. */
export const createWebUi: DaemonFactory = () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Router</title><p>Sign in to manage this network.</p>\n');
  });
  const listener = createListener(server, 80);
  return { become: ({ mode }) => (mode === 'closed' ? listener.shut() : listener.open()) };
};
