export type { Columns } from "./layout/types.js"
export { stateFromJson } from "./report/state-from-json.js"
export { type StateJson, stateToJson } from "./report/state-json.js"
export { displayCodec, inputsCodec, mainCodec, smartcardCodec, spicevmcCodec } from "./spice/codecs.js"
export type { DisplayState } from "./spice/display.js"
export type { InputsState } from "./spice/inputs.js"
export type { MainState } from "./spice/main.js"
export {
  checkMigrateData,
  type DecodeOptions,
  decodeMigrateData,
  encodeMigrateData,
  type MigrateData,
} from "./spice/migrate-data.js"
export { type Channel, channels, defaultReceiver, type ReceiverState, type Unverifiable } from "./spice/receiver.js"
export type { SmartcardState } from "./spice/smartcard.js"
export type { SpicevmcState } from "./spice/spicevmc.js"
export { type Region, type Surface, surfacesOf } from "./spice/surfaces.js"
export type { Checked } from "./violation/checked.js"
export type { Codec } from "./violation/codec.js"
export {
  formatViolation,
  type Rule,
  type Violation,
  type ViolationCode,
  violationCodes,
} from "./violation/violation.js"
