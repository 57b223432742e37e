import { createReadStream } from "node:fs"
import { parse, TomlError } from "smol-toml"

/** A policy or a configuration is its operator's own file; the limit only keeps a wrong file from being read for long. */
export const mostConfigBytes = 0x100000

/** The bytes of a file; throws where it has more than the limit, naming what it should have been. */
export const readConfig = async (file: string, what: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of createReadStream(file, { end: mostConfigBytes })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length > mostConfigBytes) throw new Error(`${what} has at most ${mostConfigBytes} bytes`)
  return bytes
}

/** What a text in TOML says; throws where it is none, naming the place. */
export const fromToml = (text: Uint8Array): unknown => {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(text))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new Error(`line ${error.line}, column ${error.column}: ${error.message.split("\n", 1)[0]}`, { cause: error })
  }
}
