const STEP_MS = 10;

/** Waits until something has become true, at most 5 s. */
export async function until(isTrue: () => boolean, limitMs = 5000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('Cannot wait any longer: it did not become true');
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
