import type { OpenVantage } from '../ports/vantage.ts';

/**
 * Asks for a host's password once, however often a command logs in to it: to look, to act, and over
 * a new connection to prove that it still can.
 */
export function rememberingPasswords(openVantage: OpenVantage): OpenVantage {
  const asked = new Map<string, Promise<string>>();
  return (url, options, signal) => {
    const { sudoPassword } = options;
    if (!sudoPassword) return openVantage(url, options, signal);
    const once = () => {
      const answer = asked.get(url) ?? sudoPassword();
      asked.set(url, answer);
      return answer;
    };
    return openVantage(url, { ...options, sudoPassword: once }, signal);
  };
}
