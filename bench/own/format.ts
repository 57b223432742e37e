import { createRequire } from "node:module"
import { compileFunction } from "node:vm"
import { transformSync } from "esbuild"
import * as emitted from "../../src/layout/emitted.js"
import * as L from "../../src/layout/index.js"

/** A format of nobody's in particular, as a user would declare it: messages of type, length and value. */
export const tlv = L.layout("tlv", {
  title: "Messages",
  doc: "Messages behind one another.",
  limit: 1 << 20,
  fields: {
    messages: L.list(
      L.struct("A message.", {
        type: L.tagOf("value", "What it is."),
        length: L.lengthOf("value", "How long it is.", L.u16be),
        value: L.union({
          ping: [1, L.struct("A ping.", { id: L.u64be("Its number.") })],
          text: [2, L.struct("A text.", { urgent: L.boolean("Whether it hurries."), text: L.run("Its bytes.") })],
        }),
      }),
    ),
  },
})

export type Tlv = L.State<typeof tlv>
export type Message = Tlv["messages"][number]["value"]

interface Emitted {
  readonly decodeTlv: (bytes: Uint8Array, alias: boolean) => Tlv | L.Violation
  readonly checkTlv: (bytes: Uint8Array) => L.Violation | undefined
}

/** What `emitTypeScript` writes, compiled as a user's build would. */
export const { decodeTlv, checkTlv } = ((): Emitted => {
  const text = L.emitTypeScript(tlv, {
    decoder: { name: "decodeTlv", state: "Tlv", from: "./format.js" },
    check: "checkTlv",
    origin: "Emitted for the benchmark.",
  })
  const { code } = transformSync(text, { loader: "ts", format: "cjs" })
  const module = { exports: {} as Emitted }
  compileFunction(code, ["module", "require"])(module, (name: string) =>
    name === "migration-guard/layout" ? emitted : createRequire(import.meta.url)(name),
  )
  return module.exports
})()

/** So many messages, a ping and a text in turn. */
export const withMessages = (count: number): Uint8Array => {
  const values = Array.from(
    { length: count },
    (_, index): Message =>
      index % 2 === 0
        ? { kind: "ping", value: { id: BigInt(index) << 40n } }
        : { kind: "text", value: { urgent: index % 3 === 0, text: new Uint8Array(index % 64).fill(65) } },
  )
  const bytes = L.encode(tlv, { messages: values.map((value) => ({ value })) })
  if (bytes instanceof L.Violation) throw new Error(bytes.message)
  return bytes
}
