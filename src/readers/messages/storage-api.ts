import { DRIVER, type MessageShape, PROVISION, SIDECARS, UNHEALTHY } from './shape.ts';

const SEEN = [SIDECARS, DRIVER, PROVISION, UNHEALTHY];

/**
 * What drivers say of the storage's API once it has answered, and of their own configuration.
 *
 * Source: democratic-csi src/driver/freenas/http/api.js (`errors` is filled when the transport
 * failed, `responses` when the API answered) and its issues; truenas-csi pkg/driver.
 */
export const STORAGE_API_SHAPES: readonly MessageShape[] = [
  {
    id: 'api-unauthorized',
    category: 'auth',
    pattern:
      /"statusText":"Unauthorized"|FREENAS HTTP (?:RESPONSE )?STATUS(?: CODE)?: 401|status code 401/,
    seenAt: SEEN,
    meaning: 'the storage API does not accept the key or password',
    proves: 'the path works in both directions and HTTP was answered with 401',
    provesNot:
      'that somebody changed the key: TrueNAS 25.04 revokes a key by itself once it is used without TLS',
    examples: [
      '{"errors":{},"responses":{"v2":{"statusText":"Unauthorized","status":401}}}',
      'FREENAS HTTP STATUS: 401',
      'FREENAS HTTP RESPONSE STATUS CODE: 401',
    ],
  },
  {
    id: 'api-forbidden',
    category: 'auth',
    pattern: /"statusText":"Forbidden"|status code 403/,
    seenAt: SEEN,
    meaning: 'the storage API knows the key and denies the request',
    proves: 'the path works in both directions and HTTP was answered with 403',
    provesNot: 'that the key is wrong: its role may be too small',
    examples: ['{"errors":{},"responses":{"v2":{"statusText":"Forbidden"}}}'],
  },
  {
    id: 'api-not-found',
    category: 'api-removed',
    pattern: /"statusText":"Not Found"|FREENAS HTTP (?:RESPONSE )?STATUS(?: CODE)?: 404/,
    seenAt: SEEN,
    meaning: 'the machine at that address has no such API',
    proves: 'the path works in both directions and HTTP was answered with 404',
    provesNot:
      'that the address is wrong: TrueNAS 26 has no REST API any more, and this driver knows no other',
    examples: ['{"errors":{},"responses":{"v2":{"statusText":"Not Found","status":404}}}'],
  },
  {
    id: 'api-server-error',
    category: 'api-error',
    pattern:
      /Request failed with status code 5\d\d|"statusText":"(?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)"/,
    seenAt: SEEN,
    meaning: "the storage's web server answered, the middleware behind it did not",
    proves: 'the path works in both directions; the storage itself is in trouble',
    provesNot: 'that a restart of anything in the cluster helps',
    examples: ['AxiosError: Request failed with status code 502'],
  },
  {
    id: 'api-contract',
    category: 'contract',
    pattern:
      /only availa(?:lbe|ble) with TrueNAS SCALE|code: 422 body:|Extra inputs are not permitted|Field was not expected/,
    seenAt: SEEN,
    meaning: "the driver and the storage's version do not fit each other",
    proves: 'the path works in both directions and the API was reached',
    provesNot: 'that the storage is not TrueNAS: any page answered with 200 counts as a version',
    examples: [
      'driver FreeNASApiDriver is only availalbe with TrueNAS SCALE',
      'driver FreeNASApiDriver is only available with TrueNAS SCALE',
      'FREENAS error creating dataset - code: 422 body: {"pool_dataset_create.x":[{"message":"Extra inputs are not permitted"}]}',
    ],
  },
  {
    id: 'config-host-missing',
    category: 'configuration',
    pattern:
      /"?url"?:\s*"https?:\/(?!\/)|Cannot read propert(?:y|ies) (?:'replace' of|of) undefined|invalid csi driver:/,
    seenAt: SEEN,
    meaning: "a value is missing in the driver's configuration",
    proves: 'the driver never tried to reach an address',
    provesNot: 'anything about the network',
    examples: [
      '{"url":"http:/api/v2.0/system/version/"}',
      "TypeError: Cannot read property 'replace' of undefined",
      'Error: invalid csi driver: undefined',
    ],
  },
  {
    id: 'truenas-csi-connection-failed',
    category: 'network-or-slow',
    pattern: /TrueNAS connection failed/,
    seenAt: SEEN,
    meaning: 'truenas-csi lost or never had its connection to the storage API',
    proves: 'the WebSocket to the API does not answer pings',
    provesNot: 'why: network, service and credentials look the same in this text',
    examples: ['rpc error: code = FailedPrecondition desc = TrueNAS connection failed: ping'],
  },
  {
    id: 'ssh-handshake-timeout',
    category: 'ssh',
    pattern: /Timed out while waiting for handshake/,
    seenAt: SEEN,
    meaning: 'the SSH server did not greet within 20 s',
    proves: 'no SSH greeting came',
    provesNot: 'that TCP failed: the connection may be open and the server hung',
    examples: ['rpc error: code = Internal desc = Error: Timed out while waiting for handshake'],
  },
  {
    id: 'ssh-login-refused',
    category: 'auth',
    pattern: /All configured authentication methods failed/,
    seenAt: SEEN,
    meaning: "the storage's SSH server refused the key or password",
    proves: 'the path to its SSH port works in both directions',
    provesNot: 'anything about the HTTP API',
    examples: ['Error: All configured authentication methods failed'],
  },
  {
    id: 'truenas-api-unavailable',
    category: 'driver-not-ready',
    pattern: /TrueNAS api is unavailable/,
    seenAt: SEEN,
    meaning: "democratic-csi's Probe could not read the version of the storage",
    proves: 'the request failed in one of the ways that the rest of the text names',
    provesNot: 'that the API is down: a refused key or a removed API is worded the same',
    examples: [
      'rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: Error: FreeNAS error getting system version info',
    ],
  },
];
