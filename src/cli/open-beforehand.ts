import type { TruenasLogin } from '../ports/truenas.ts';
import type { OpenVantage, Vantage, VantageOptions } from '../ports/vantage.ts';
import type { Surroundings } from '../session/diagnose-session.ts';

/** Whoever is silent this long while nobody is asked anything is waited for later, with the rest. */
const QUIET_MS = 2000;

/**
 * Opens the vantages that may ask somebody something (a key, a code, whether to trust) one after
 * another, before the time for everything begins to run: who types is not slow, but awake at
 * three in the morning. What fails now fails again when it is used.
 */
export async function openedBeforehand<T extends Surroundings>(
  urls: readonly string[],
  surroundings: T,
  { options, signal }: { readonly options: VantageOptions; readonly signal: AbortSignal },
): Promise<T> {
  const opened = new Map<string, Promise<Vantage>>();
  for (const url of urls.filter((one) => one.startsWith('truenas://'))) {
    const asking = new Asking();
    const watched = { ...options, truenas: options.truenas && asking.watch(options.truenas) };
    const opening = surroundings.openVantage(url, watched, signal);
    opened.set(url, opening);
    const over = opening.then(
      () => {},
      () => {},
    );
    await Promise.race([over, asking.quiet]);
    asking.stop();
  }
  const openVantage: OpenVantage = (url, given, now) => {
    const ready = opened.get(url);
    opened.delete(url);
    return ready ?? surroundings.openVantage(url, given, now);
  };
  return { ...surroundings, openVantage };
}

/** Notices when nobody has been asked anything for a while. */
class Asking {
  readonly quiet: Promise<void>;
  #beQuiet: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #watches = true;

  constructor() {
    this.quiet = new Promise((resolve) => {
      this.#beQuiet = resolve;
    });
    this.#begin();
  }

  watch({ credential, oneTimeCode, trust, ...rest }: TruenasLogin): TruenasLogin {
    return {
      ...rest,
      credential: (place) => this.#while(() => credential(place)),
      ...(oneTimeCode ? { oneTimeCode: () => this.#while(oneTimeCode) } : {}),
      ...(trust ? { trust: (found) => this.#while(() => trust(found)) } : {}),
    };
  }

  stop(): void {
    this.#watches = false;
    clearTimeout(this.#timer);
  }

  async #while<T>(ask: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    try {
      return await ask();
    } finally {
      this.#begin();
    }
  }

  #begin(): void {
    clearTimeout(this.#timer);
    if (this.#watches) this.#timer = setTimeout(() => this.#beQuiet(), QUIET_MS);
  }
}
