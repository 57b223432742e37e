import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What tshark shows of one packet. */
export interface ShownField {
  readonly name: string
  readonly offset: number
  readonly length: number
  /** As tshark writes it: a number in decimal or hexadecimal, bytes in hexadecimal. */
  readonly value: string
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The link type of packets that are whatever the user says: LINKTYPE_USER0. */
const user0 = 147

/** A capture whose packets are blobs and nothing else. */
const captureOf = (blobs: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    ...[0xa1b2c3d4, 0x00040002, 0, 0, 0x40000, user0].map(number),
    ...blobs.flatMap((blob) => [...[0, 0, blob.length, blob.length].map(number), Buffer.from(blob)]),
  ])

const attribute = (tag: string, name: string): string => {
  const [, value = ""] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? []
  return value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
}

/** The fields of a protocol in each packet of tshark's PDML. */
export const fieldsIn = (pdml: string, protocol: string): readonly (readonly ShownField[])[] =>
  pdml
    .split("<packet>")
    .slice(1)
    .map((packet) =>
      [...packet.matchAll(/<field [^>]*>/g)].flatMap(([tag]) => {
        const name = attribute(tag, "name")
        if (!name.startsWith(`${protocol}.`)) return []
        const [offset, length] = [Number(attribute(tag, "pos")), Number(attribute(tag, "size"))]
        return [{ name: name.slice(protocol.length + 1), offset, length, value: attribute(tag, "show") }]
      }),
    )

/** Runs tshark on a file with some scripts. It must be installed: test/setup/packages.sh does it. */
export const tshark = (file: string, scripts: readonly string[], more: readonly string[] = []): string =>
  execFileSync(
    "tshark",
    ["-r", file, ...scripts.flatMap((script) => ["-X", `lua_script:${script}`]), ...more],
    // Nobody's own configuration or plugins.
    {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, HOME: "/nonexistent" },
    },
  )

/** What an emitted dissector shows of blobs, with some preferences. */
export const dissected = (
  script: string,
  protocol: string,
  blobs: readonly Uint8Array[],
  preferences: Readonly<Record<string, string>> = {},
): readonly (readonly ShownField[])[] => {
  const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
  try {
    const [lua, capture] = [join(folder, "dissector.lua"), join(folder, "blobs.pcap")]
    writeFileSync(lua, script)
    writeFileSync(capture, captureOf(blobs))
    const options = Object.entries(preferences).map(([name, value]) => `${protocol}.${name}:${value}`)
    const user = `uat:user_dlts:"User 0 (DLT=147)","${protocol}","0","","0",""`
    return fieldsIn(
      tshark(capture, [lua], ["-T", "pdml", ...[user, ...options].flatMap((option) => ["-o", option])]),
      protocol,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
