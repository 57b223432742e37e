export type { Layout } from "../layout/types.js"
export { type Drawn, fromFuzzerBytes, toFuzzerBytes } from "./bridge.js"
export type { Mutation } from "./edits.js"
export { addressArbitraryOf } from "./qemu/addresses.js"
export { type ArgumentsOptions, argumentsArbitraryOf } from "./qemu/arguments.js"
export { argumentsMutationsOf } from "./qemu/mutations.js"
export { policyAllowing } from "./qemu/policy.js"
export { uriArbitraryOf, type WrittenAddress } from "./qemu/uris.js"
export { type ArgumentsWitness, argumentsWitnessesOf } from "./qemu/witnesses.js"
export type { Setting } from "./setting.js"
export {
  arbitraryOf,
  attacksOf,
  blobsOf,
  layouts,
  mutationsOf,
  type ReceiverSetting,
  type SpiceWitness,
  settingOf,
  type Witness,
  witnessesOf,
} from "./spice.js"
