import type { DebugProtocol } from '@vscode/debugprotocol';

/** The request of a response. */
export interface Asked {
  readonly seq: number;
  readonly command: string;
}

/** Sends responses and events, which it numbers. */
export class Client {
  private sequence = 0;

  constructor(private readonly send: (message: DebugProtocol.ProtocolMessage) => void) {}

  respond(asked: Asked, body: unknown): void {
    this.post('response', { ...answered(asked, true), ...(body !== undefined && { body }) });
  }

  /** `text`: why, for the client or, with `showUser`, for the user. */
  refuse(asked: Asked, text: string, showUser: boolean): void {
    // Braces would name variables of the message.
    const format = text.replaceAll('{', '(').replaceAll('}', ')');
    this.post('response', { ...answered(asked, false), message: text, body: { error: { id: 1, format, showUser } } });
  }

  event(event: string, body: unknown): void {
    this.post('event', { event, ...(body !== undefined && { body }) });
  }

  private post(type: 'response' | 'event', message: object): void {
    this.send({ seq: ++this.sequence, type, ...message });
  }
}

function answered({ seq, command }: Asked, success: boolean): object {
  return { request_seq: seq, command, success };
}
