import * as E from "fp-ts/lib/Either.js"
import { migrateCodec, parseMigrateArguments } from "../../src/qemu/index.js"
import type { Contender } from "./contender.js"

const { decode } = migrateCodec()

export const ours: Contender = {
  name: "ours: migrateCodec().decode",
  gives: "copy",
  run: decode,
  accepts: (input) => E.isRight(decode(input)),
}

/** From a text, under the default policy. */
export const parse = (text: string) => parseMigrateArguments(text)
