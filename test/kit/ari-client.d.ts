/** The parts of npm's ari-client 2.2.0 that the tests use; it brings no types. */
declare module "ari-client" {
  import type { EventEmitter } from "node:events";

  interface Channel {
    id: string;
    name: string;
  }

  export interface Client extends EventEmitter {
    start(apps: string | string[], subscribeAll?: boolean): Promise<void>;
    stop(): void;
    channels: { list(): Promise<Channel[]>; hangup(parameters: { channelId: string }): Promise<void> };
  }

  export function connect(url: string, user: string, password: string): Promise<Client>;
}
