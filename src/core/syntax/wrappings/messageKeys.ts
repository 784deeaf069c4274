/**
 * The keys under which JSON logs have their message: those of zap, Stackdriver and Cloud Logging, container runtimes,
 * journald.
 */
export const MESSAGE_KEYS: ReadonlySet<string> = new Set(['msg', 'message', 'log', 'MESSAGE', 'textPayload']);
