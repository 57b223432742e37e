import type { Layout } from "../layout/language.js"
import { display } from "./display.js"
import { inputs } from "./inputs.js"
import { main } from "./main.js"
import type { Channel } from "./receiver.js"
import { smartcard } from "./smartcard.js"
import { spicevmc } from "./spicevmc.js"

/** Every format, under its name. */
export const formats = { main, display, inputs, spicevmc, smartcard } as const satisfies Record<string, Layout>

export type Format = keyof typeof formats

/** Which format the blobs of a channel have. */
export const formatOf: Readonly<Record<Channel, Format>> = {
  main: "main",
  display: "display",
  inputs: "inputs",
  usbredir: "spicevmc",
  port: "spicevmc",
  webdav: "spicevmc",
  spicevmc: "spicevmc",
  smartcard: "smartcard",
}
