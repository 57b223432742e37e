export type { Clock } from "./clock.js"
export {
  type LimitsConfiguration,
  type ListenerConfiguration,
  type LogConfiguration,
  type Mode,
  type Reaction,
  type RelayConfiguration,
  relayConfigurationCodec,
  type SealConfiguration,
} from "./config/configuration.js"
export type { ReceiverConfiguration } from "./config/receiver.js"
export type { Failure } from "./failure.js"
export type { Log, LogFields } from "./operate/log.js"
export { type Relay, type RelayOptions, startRelay } from "./relay.js"
