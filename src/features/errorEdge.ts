import { framesOf, internalErrorOf } from './internalError';

/** Where internal errors of the extension are reported. */
export interface ErrorSink {
  /** Writes lines into the log. */
  log(text: string): void;
  /** Notifies the user, once and without blocking. */
  notify(text: string): void;
}

/**
 * The edge between the editor and us. Whatever the editor calls goes through it: what fails inside is logged with what
 * to report, the editor gets nothing instead, and everything else goes on. Nothing of a file is logged.
 */
export class ErrorEdge {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly version: string,
    private readonly sink: ErrorSink,
  ) {}

  /** What `work` gives; where it fails, now or later, what `instead` gives. `feature`: in the words of the user. */
  run<T>(feature: string, work: () => T, instead: () => T): T {
    try {
      const result = work();
      if (!isPromise(result)) return result;
      return result.then(undefined, (error: unknown) => {
        this.failed(feature, error);
        return instead();
      }) as T;
    } catch (error) {
      this.failed(feature, error);
      return instead();
    }
  }

  /** A listener that fails by itself alone. */
  event<A extends readonly unknown[]>(feature: string, listener: (...args: A) => unknown): (...args: A) => void {
    return (...args) =>
      void this.run<unknown>(
        feature,
        () => listener(...args),
        () => undefined,
      );
  }

  /** What a command does. A person waits for it, so that a failure is said. */
  command<A extends readonly unknown[]>(title: string, work: (...args: A) => unknown): (...args: A) => unknown {
    return (...args) =>
      this.run<unknown>(
        title,
        () => work(...args),
        () => this.sink.notify(`${title} failed because of an error in iptables Lens. The log says what to report.`),
      );
  }

  /**
   * A provider of the editor: each of its methods that provides or resolves something gives undefined where it fails,
   * and where the editor has cancelled its request, before or meanwhile.
   */
  provider<T extends object>(feature: string, provider: T): T {
    const guarded = Object.entries(provider).map(([name, member]: [string, unknown]) => [
      name,
      typeof member === 'function' && /^(provide|resolve)/.test(name)
        ? this.request(feature, member.bind(provider) as Request)
        : member,
    ]);
    return Object.fromEntries(guarded) as T;
  }

  private request(feature: string, ask: Request): Request {
    return (...args) => {
      const token = args.find(isToken);
      if (token?.isCancellationRequested) return undefined;
      const result = this.run(
        feature,
        () => ask(...args),
        () => undefined,
      );
      return token?.isCancellationRequested ? undefined : result;
    };
  }

  private failed(feature: string, error: unknown): void {
    const { name, message, place } = internalErrorOf(error);
    if (name === 'Canceled' || name === 'CancellationError') return;
    const known = `${feature} ${name} ${place ?? message}`;
    const count = (this.counts.get(known) ?? 0) + 1;
    this.counts.set(known, count);
    // A hover that fails at every move of the mouse would bury everything else.
    if (count > 1) {
      if (Number.isInteger(Math.log10(count))) this.sink.log(`${feature}: the same error, ${count} times by now`);
      return;
    }
    // The messages of the engine say what was wrong with a value; others may quote the file.
    const described = OF_THE_ENGINE.has(name) ? `${name}: ${message}` : name;
    this.sink.log(
      `${feature} failed: ${described}\niptables Lens ${this.version}. This is a bug: please report it with ` +
        `these lines and what you did; nothing of your file is in them.\n${framesOf(error)}`,
    );
  }
}

type Request = (...args: readonly unknown[]) => unknown;

const OF_THE_ENGINE: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError']);

function isToken(value: unknown): value is { readonly isCancellationRequested: boolean } {
  return typeof value === 'object' && value !== null && 'isCancellationRequested' in value;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
