import type { Container } from '../container.ts';
import type { Methods } from '../method.ts';
import { appMethods } from './app.ts';
import { authMethods } from './auth.ts';
import { automationMethods } from './automation.ts';
import { coreMethods } from './core.ts';
import { fileMethods } from './files.ts';
import { networkMethods } from './network.ts';
import { poolMethods } from './pool.ts';
import { type NfsService, serviceMethods } from './services.ts';
import { systemMethods } from './system.ts';

/** Every method of the API that the lab has. */
export function allMethods(container: Container, nfs: NfsService): Methods {
  return {
    ...authMethods,
    ...systemMethods,
    ...coreMethods,
    ...networkMethods,
    ...poolMethods,
    ...serviceMethods(nfs),
    ...appMethods(container),
    ...automationMethods,
    ...fileMethods,
  };
}
