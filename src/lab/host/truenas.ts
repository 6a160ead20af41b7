import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import type { DaemonMode } from '../protocol.ts';
import { nasTailscale } from '../topology/homelab.ts';
import type { TruenasRelease } from '../topology/topology.ts';
import { renderEnvironment } from '../truenas/app-values.ts';
import { type Container, createContainer } from '../truenas/container.ts';
import { runInitScripts } from '../truenas/init-scripts.ts';
import type { Nas } from '../truenas/method.ts';
import { allMethods } from '../truenas/methods/index.ts';
import { createNas } from '../truenas/nas.ts';
import { openDatabase } from '../truenas/nas-database.ts';
import { RELEASES } from '../truenas/release.ts';
import { createNasServer } from '../truenas/server.ts';
import type { DaemonFactory } from './daemon.ts';
import { LAB_ONLY_CERTIFICATE, LAB_ONLY_KEY } from './lab-only-certificate.ts';
import { createListener } from './listener.ts';
import { nfsService } from './nfs-service.ts';

const DATABASE = `${LAB_DIR_ON_HOST}/hosts/nas/truenas.json`;
const USUAL_RELEASE: TruenasRelease = '25.04';

/** TrueNAS' web server, over TLS and plain. */
export const createTruenas: DaemonFactory = () => {
  let mode: DaemonMode = 'serving';
  const nas = createNas(openDatabase(DATABASE), USUAL_RELEASE);
  const container = createContainer(nasTailscale);
  container.configure(renderEnvironment(nas.database.data.app.values));
  if (nas.database.isOld) void runInitScripts(nas.database.data.initScripts);
  let toldSeq = 0;
  const server = createNasServer(nas, allMethods(container, nfsService), container);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (mode !== 'silent') server.answer(request, response);
  };
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (mode !== 'silent') server.upgrade(request, socket, head);
  };
  const certificate = { cert: LAB_ONLY_CERTIFICATE, key: LAB_ONLY_KEY };
  const listeners = [
    createListener(createServer(answer).on('upgrade', upgrade), 80),
    createListener(createTlsServer(certificate, answer).on('upgrade', upgrade), 443),
  ];
  return {
    async become(state) {
      mode = state.mode;
      nas.release = RELEASES[state.release ?? USUAL_RELEASE];
      nas.trouble = state.trouble;
      if (state.acceptRoutes && state.acceptRoutes.seq !== toldSeq) {
        toldSeq = state.acceptRoutes.seq;
        tickAcceptRoutes(nas, container, state.acceptRoutes.is);
      }
      await Promise.all(listeners.map((l) => (mode === 'closed' ? l.shut() : l.open())));
    },
  };
};

/** What a fault says of the app's form, as if the container had been made with it. */
function tickAcceptRoutes({ database }: Nas, container: Container, accept_routes: boolean): void {
  const { app } = database.data;
  const tailscale = { ...app.values.tailscale, accept_routes };
  const values = { ...app.values, tailscale };
  database.change({ app: { ...app, values } });
  container.configure(renderEnvironment(values));
}
