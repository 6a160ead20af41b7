import { CallError, ValidationErrors } from './call-error.ts';
import { createCallQueue, TooManyCalls } from './call-queue.ts';
import type { Dispatcher } from './dispatch.ts';
import { type Conversation, dataOf, isTooLong, type Wire } from './json-rpc.ts';
import type { Session } from './session.ts';

type Message = Readonly<Record<string, unknown>>;

/**
 * The older protocol at `/websocket`: connect, method, sub, unsub.
 * Source: truenas/middleware apps/websocket_app.py
 */
export function speakDdp(session: Session, wire: Wire, dispatcher: Dispatcher): Conversation {
  const queue = createCallQueue();
  let isConnected = false;

  const fail = (id: unknown, error: Error) => {
    const validation = error instanceof ValidationErrors;
    const busy = error instanceof TooManyCalls ? { error: 109, errname: 'ETOOMANYREFS' } : {};
    // EAGAIN for what fails validation, as the original does
    const again = validation ? { error: 11, errname: 'EAGAIN' } : {};
    const type = validation ? 'VALIDATION' : null;
    wire.send({ msg: 'result', id, error: { ...dataOf(error), type, ...busy, ...again } });
  };

  async function carryOut({ id, method, params }: Message): Promise<void> {
    try {
      const ask = { session, method: String(method), params: (params ?? []) as unknown[] };
      const result = await queue.run(() => dispatcher.call({ ...ask, messageId: id }));
      wire.send({ id, msg: 'result', result: result ?? null });
    } catch (error) {
      fail(id, error as Error);
    }
  }

  function connect({ version }: Message): void {
    isConnected = version === '1';
    if (isConnected) wire.send({ msg: 'connected', session: session.id });
    else wire.send({ msg: 'failed', version: '1' });
  }

  function subscribe({ id, name }: Message): void {
    if (session.credentials) {
      session.subscriptions.set(String(id), String(name));
      wire.send({ msg: 'ready', subs: [id] });
    } else {
      fail(id, new CallError('Not authorized', 'EACCES'));
    }
  }

  function call(message: Message): void {
    if (Array.isArray(message['params'] ?? [])) void carryOut(message);
    else fail(message['id'], new CallError('`params` must be a list.', 'EINVAL'));
  }

  function hear(message: Message): void {
    const { msg, id } = message;
    if (msg === 'connect') connect(message);
    else if (!isConnected) wire.send({ msg: 'failed', version: '1' });
    else if (msg === 'method') call(message);
    else if (msg === 'sub') subscribe(message);
    else if (msg === 'unsub') session.subscriptions.delete(String(id));
    else if (msg === 'ping') wire.send({ msg: 'pong', id });
  }

  return {
    receive(text, isBinary) {
      if (isBinary || isTooLong(text, session, wire)) return;
      const message = parse(text);
      if (message) hear(message);
      else wire.close(1007, 'Invalid message');
    },
  };
}

function parse(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as Message) : undefined;
  } catch {
    // whoever does not send JSON speaks another protocol
    return undefined;
  }
}
