import {
  type AppValues,
  type ContainerEnvironment,
  mergedValues,
  renderEnvironment,
} from '../app-values.ts';
import { CallError, invalid } from '../call-error.ts';
import type { Container } from '../container.ts';
import { filterList } from '../filter-list.ts';
import type { Call, Methods, Nas } from '../method.ts';
import { objectAt, textAt } from '../params.ts';
import { APP_NAME, appEntries, consoleChoices } from '../tailscale-app.ts';

/** The apps, of which one matters: its container is made anew by most of these. */
export function appMethods(container: Container): Methods {
  const entry = (nas: Nas, name: string, withConfig = false) => {
    const entries = appEntries(nas.database.data.app, container, { withConfig });
    const found = entries.find((app) => app['name'] === name);
    if (!found) throw invalid(null, `App '${name}' does not exist`, 'ENOENT');
    return found;
  };
  const ours = ({ nas, params }: Call): void => {
    const name = textAt(params, 0, 'app_name');
    entry(nas, name);
    if (name !== APP_NAME) throw new CallError(`App '${name}' cannot be changed in this lab`);
  };
  return {
    'app.query': {
      params: ['filters?', 'options?'],
      role: 'APPS_READ',
      call({ nas, params: [filters, options] }) {
        const extra = objectAt([objectAt([options], 0, 'options')['extra']], 0, 'extra');
        const withConfig = extra['retrieve_config'] === true;
        const entries = appEntries(nas.database.data.app, container, { withConfig });
        return filterList(entries, filters, options);
      },
    },
    'app.get_instance': {
      params: ['id', 'options?'],
      role: 'APPS_READ',
      call: ({ nas, params }) => entry(nas, textAt(params, 0, 'id')),
    },
    'app.config': {
      params: ['app_name'],
      role: 'APPS_READ',
      call({ nas, params }) {
        const { name } = entry(nas, textAt(params, 0, 'app_name'));
        return name === APP_NAME ? nas.database.data.app.values : { ix_custom: true };
      },
    },
    'app.container_console_choices': {
      params: ['app_name'],
      role: 'APPS_READ',
      call({ nas, params }) {
        const { name } = entry(nas, textAt(params, 0, 'app_name'));
        return name === APP_NAME ? consoleChoices(container) : {};
      },
    },
    'app.update': {
      ...changing('Updating'),
      params: ['app_name', 'update?'],
      shown: ([name]) => [name, { values: '********' }],
      async call(call) {
        ours(call);
        await updateApp(call, container);
        return entry(call.nas, APP_NAME);
      },
    },
    'app.redeploy': {
      ...changing('Redeploying'),
      params: ['app_name'],
      async call(call) {
        ours(call);
        call.progress(20, 'Updating docker resources');
        await recreate(container, rendered(call.nas.database.data.app.values));
        call.nas.database.change({ app: { ...call.nas.database.data.app, stopped: false } });
        return entry(call.nas, APP_NAME);
      },
    },
    'app.start': {
      ...changing('Starting'),
      params: ['app_name'],
      async call(call) {
        ours(call);
        const { app } = call.nas.database.data;
        if (app.stopped) {
          container.configure(rendered(app.values));
          await container.start();
        }
        call.nas.database.change({ app: { ...app, stopped: false } });
        return null;
      },
    },
    'app.stop': {
      ...changing('Stopping'),
      params: ['app_name'],
      async call(call) {
        ours(call);
        await container.stop();
        call.nas.database.change({ app: { ...call.nas.database.data.app, stopped: true } });
        return null;
      },
    },
  };
}

function changing(doing: string) {
  return {
    role: 'APPS_WRITE',
    job: true,
    audit: ([name]: readonly unknown[]) => `App: ${doing} ${String(name)}`,
  };
}

/**
 * Validates, stores, renders and recreates, in that order: what fails late leaves the new values
 * behind with the old container.
 * Source: middleware plugins/apps/crud.py, update_internal()
 */
async function updateApp({ nas, params, progress }: Call, container: Container): Promise<void> {
  const { database, trouble } = nas;
  const sent = objectAt([objectAt(params, 1, 'update')['values']], 0, 'app_update.values');
  const before = database.data.app;
  const values = mergedValues(before.values, sent);
  progress(20, 'Initial validation completed');
  if (trouble === 'job-fails') throw upFailed();
  const environment = rendered(values);
  database.change({ app: { ...before, values } });
  progress(60, 'Configuration updated');
  if (trouble === 'job-fails-late') throw upFailed();
  if (before.stopped) return;
  progress(80, 'Updating docker resources');
  await recreate(container, environment);
  progress(100, `Update completed for '${APP_NAME}'`);
}

async function recreate(container: Container, environment: ContainerEnvironment): Promise<void> {
  await container.stop();
  container.configure(environment);
  await container.start();
}

function rendered(values: AppValues): ContainerEnvironment {
  try {
    return renderEnvironment(values);
  } catch (error) {
    throw new CallError(
      `Failed to render compose templates: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function upFailed(): CallError {
  return new CallError(
    `Failed 'up' action for '${APP_NAME}' app. Please check /var/log/app_lifecycle.log for more details`,
  );
}
