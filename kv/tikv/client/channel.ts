import { Client, credentials, type ChannelCredentials, type ClientOptions } from '@grpc/grpc-js';
import type { TlsFiles } from '../tls.js';

export const credentialsOf = (tls: TlsFiles | null): ChannelCredentials =>
  tls === null ? credentials.createInsecure() : credentials.createSsl(tls.ca, tls.key, tls.cert);

/**
 * TiDB's keep-alive, only while something is under way: servers end connections that ping for nothing. The answer has more time than
 * TiDB's 3 s, since this thread may be busy when it comes. No bound on messages. A server that comes back is tried again soon: the back-off of
 * the requests is ours.
 */
const CHANNEL_OPTIONS: ClientOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc-node.flow_control_window': 4 << 20,
};

/** `http://host:port`, as PD names its members, or `host:port`. */
export function addressOf(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

export const openChannel = (address: string, creds: ChannelCredentials): Client =>
  new Client(addressOf(address), creds, CHANNEL_OPTIONS);
