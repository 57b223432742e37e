import { execFileSync } from "node:child_process"
import { chmodSync, chownSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { readKeyring, withKeyFile } from "../../../src/relay/config/key-file.js"
import { temporaryFolder } from "../../cli/harness.js"
import { digits } from "../../seal/scene.js"

let folder = ""
let file = ""
const at = (name: string): string => join(folder, name)
const text = `1 active ${digits("a1")}\n`

beforeEach(() => {
  folder = temporaryFolder()
  file = at("keys")
  writeFileSync(file, text, { mode: 0o600 })
})

describe("a key file", () => {
  test.each(["600", "400"])("of the mode 0%s is read", (mode) => {
    chmodSync(file, mode)
    expect(readKeyring(file).active.id).toBe(1)
  })

  test.each(["640", "604", "602", "660", "644", "444"])("of the mode 0%s is refused: others have it", (mode) => {
    chmodSync(file, mode)
    expect(() => readKeyring(file)).toThrow("must be owned by root or this user, and have the mode 0600")
  })

  test("is what a link leads to, whoever changes the link meanwhile", () => {
    writeFileSync(at("others"), `2 active ${digits("b2")}\n`, { mode: 0o644 })
    symlinkSync(file, at("link"))
    symlinkSync(at("others"), at("other-link"))
    const swapped = withKeyFile(at("link"), (bytes) => {
      renameSync(at("other-link"), at("link"))
      return Buffer.from(bytes).toString()
    })
    expect(swapped).toBe(text)
    expect(() => readKeyring(at("link"))).toThrow("mode 0600")
  })

  test("that is a pipe is refused, and not waited for", () => {
    execFileSync("mkfifo", ["-m", "600", at("pipe")])
    expect(() => readKeyring(at("pipe"))).toThrow("must be a regular file")
  })

  test("leaves nothing of it in memory that was lent", () => {
    const lent = withKeyFile(file, (bytes) => bytes)
    expect(lent).toHaveLength(text.length)
    expect(lent.every((byte) => byte === 0)).toBe(true)
  })

  test("that is too large is refused", () => {
    writeFileSync(file, `${text}${"#".repeat(0x10000)}\n`)
    expect(() => readKeyring(file)).toThrow("at most 65536 bytes")
  })

  test.runIf(process.getuid?.() === 0)("of somebody else is refused, and a credential of systemd's is read", () => {
    chmodSync(file, 0o440)
    expect(readKeyring(file).active.id).toBe(1)
    chownSync(file, 0, 4711)
    expect(() => readKeyring(file)).toThrow("mode 0600")
    chmodSync(file, 0o600)
    chownSync(file, 4711, 0)
    expect(() => readKeyring(file)).toThrow("must be owned by root or this user")
  })

  /** As pmxcfs.c and cfs-plug-memdb.c of pve-cluster answer below /etc/pve/priv: with www-data's group, which has no right. */
  test.runIf(process.getuid?.() === 0).each([
    ["with a quorum", 0o600],
    ["without one", 0o400],
  ])("of Proxmox VE's cluster file system, %s, is read", (_, mode) => {
    chownSync(file, 0, 33)
    chmodSync(file, mode)
    expect(readKeyring(file).active.id).toBe(1)
  })
})
