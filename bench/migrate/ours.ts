import * as E from "fp-ts/lib/Either.js"
import { migrateCodec, parseArguments } from "../../src/qemu/index.js"
import type { Contender } from "./contender.js"

/** The programs that the compared arguments run: the peers ask no policy. */
const commands = [
  ["/usr/bin/nc", "10.0.0.9", "49152"],
  ["/bin/true"],
  ["/bin/sh", "-c", "cat > /tmp/x"],
  ["/", ""],
  ["/a", "ü", "😀", "\n"],
]

const { decode, is } = migrateCodec({ policy: { exec: { commands } } })

export const ours: Contender = {
  name: "ours: migrateCodec().decode",
  gives: "copy",
  run: decode,
  accepts: (input) => E.isRight(decode(input)),
}

/** The verdict alone, on the caller's own object. */
export const oursVerdict: Contender = {
  name: "ours: migrateCodec().is",
  gives: "verdict",
  run: is,
  accepts: is,
}

/** From a text, under the default policy. */
export const parse = (text: string) => parseArguments(text)
