export type { Clock } from "./clock.js"
export {
  type LimitsConfiguration,
  type ListenerConfiguration,
  type LogConfiguration,
  type Mode,
  type Reaction,
  type RelayConfiguration,
  relayConfigurationCodec,
} from "./configuration.js"
export type { Failure } from "./failure.js"
export type { Fields, Log } from "./log.js"
export type { ReceiverConfiguration } from "./receiver.js"
export { type Relay, type RelayOptions, startRelay } from "./relay.js"
