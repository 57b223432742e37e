import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { runCli, temporaryFolder } from "../cli/harness.js"
import { digits } from "../seal/scene.js"
import { isFound } from "../support/found.js"
import { filesIn } from "../support/snippets.js"

/** The units of docs/examples and the drop-ins of docs/sealing.md, as systemd reads them, and the key that they lead to. */

const unit = "migration-guard-relay@vm1.service"
const units = "/etc/systemd/system"
const [keysFile, userFile, proxmoxFile] = ["keys", "user", "proxmox"].map(
  (name) => `${units}/migration-guard-relay@.service.d/${name}.conf`,
)
const shown = filesIn("docs/sealing.md")
const example = (name: string): string => readFileSync(join(root, "docs/examples", name), "utf8")

const shownAt = (path = ""): Readonly<Record<string, string>> => {
  const content = shown.get(path)
  if (content === undefined) throw new Error(`docs/sealing.md does not show ${path}`)
  return { [path]: content }
}

/** The drop-in that the example socket's comment shows. */
const portFile = (): Readonly<Record<string, string>> => {
  const [, path = "", content = ""] =
    /(\/etc\/\S+)\n((?:# {3}.*\n)+)/.exec(example("migration-guard-relay@.socket")) ?? []
  return { [path]: content.replace(/^# {3}/gm, "") }
}

/** What systemd says of the unit on a host that has nothing but these files, the programs and what every unit needs. */
const verify = (files: Readonly<Record<string, string>>) => {
  const host = temporaryFolder()
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(join(host, path)), { recursive: true })
    writeFileSync(join(host, path), content, { mode })
  }
  for (const program of ["migration-guard", "kill"]) put(`/usr/bin/${program}`, "#!/bin/sh\n", 0o755)
  for (const target of ["sysinit", "basic", "shutdown", "network", "sockets"])
    put(`/usr/lib/systemd/system/${target}.target`, "[Unit]\n")
  put("/usr/lib/systemd/system/pve-cluster.service", "[Service]\nExecStart=/usr/bin/kill\n")
  for (const name of ["migration-guard-relay@.service", "migration-guard-relay@.socket"])
    put(`${units}/${name}`, example(name))
  for (const [path, content] of Object.entries({ ...portFile(), ...files })) put(path, content)
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", `--root=${host}`, unit], {
    encoding: "utf8",
  })
  return { status, stderr: stderr.replaceAll(host, "") }
}

describe.skipIf(!isFound("systemd-analyze"))("systemd takes the example units", () => {
  const clean = { status: 0, stderr: "" }

  test.each([
    ["alone", {}],
    ["with a credential", shownAt(keysFile)],
    ["with a user", shownAt(userFile)],
    ["with a credential of Proxmox VE's", shownAt(proxmoxFile)],
  ])("%s", (_, files) => {
    expect(verify(files)).toEqual(clean)
  })

  test("and reads what is put beside them", () => {
    const [[path = "", content = ""] = []] = Object.entries(shownAt(keysFile))
    expect(verify({ [path]: content.replace("seal-keys", "seal/keys") }).stderr).toContain("seal/keys")
    expect(verify({ ...portFile(), [path]: content.replace("LoadCredential", "LoadCredentials") }).stderr).toContain(
      "LoadCredentials",
    )
  })
})

describe("a credential", () => {
  const folder = "/run/credentials"
  const document = readFileSync(join(root, "docs/sealing.md"), "utf8")
  const [, path = ""] = /`keys = "(\/run\/credentials\/[^"]+)"`/.exec(document) ?? []
  const text = `1 active ${digits("a1")}\n`
  let host = ""
  let file = ""

  /** As systemd leaves it: a folder that nobody can write to, and in it a file that nobody but its reader can read. */
  beforeEach(() => {
    host = temporaryFolder()
    file = path.replace(folder, host)
    mkdirSync(dirname(file))
    writeFileSync(file, text, { mode: 0o400 })
    chmodSync(dirname(file), 0o500)
  })

  afterEach(() => chmodSync(dirname(file), 0o700))

  const checked = async () => {
    const configuration = join(host, "vm1.toml")
    const seal = `seal = { keys = "${file}", vm = "vm1" }`
    writeFileSync(configuration, `[[listeners]]\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:1"\n${seal}\n`)
    return runCli(["relay", "--config", configuration, "--check-config"])
  }

  /** Does what only a folder that can be written to allows. */
  const change = (action: () => void): void => {
    chmodSync(dirname(file), 0o700)
    action()
    chmodSync(dirname(file), 0o500)
  }

  test("is where systemd puts those of the unit, under the name that the drop-in gives it", () => {
    const [content = ""] = Object.values(shownAt(keysFile))
    expect(path).toBe(`${folder}/${unit}/${/^LoadCredential=([^:]+):/m.exec(content)?.[1]}`)
    expect(Object.values(shownAt(proxmoxFile))[0]).toContain(`LoadCredential=${basename(path)}:`)
  })

  test("is a guard's key", async () => {
    expect(await checked()).toMatchObject({ code: 0, err: "" })
  })

  test.runIf(process.getuid?.() === 0)("is so too where an access control list lets the guard in", async () => {
    chmodSync(file, 0o440)
    expect(await checked()).toMatchObject({ code: 0, err: "" })
  })

  test("is one through a link", async () => {
    change(() => {
      renameSync(file, join(host, "elsewhere"))
      symlinkSync(join(host, "elsewhere"), file)
    })
    expect(await checked()).toMatchObject({ code: 0, err: "" })
  })

  test.each([
    ["is not there", () => undefined, /ENOENT/],
    ["is a link to nothing", () => symlinkSync("nothing", file), /ENOENT/],
    ["is a link to itself", () => symlinkSync(file, file), /ELOOP/],
    ["is a folder", () => mkdirSync(file), /must be a regular file/],
    ["can be read by all", () => writeFileSync(file, text, { mode: 0o444 }), /have the mode 0600/],
    ["is empty", () => writeFileSync(file, "", { mode: 0o400 }), /must have from 1 to 64 keys/],
  ])("that %s keeps a guard from starting, and is named", async (_, action, reason) => {
    change(() => {
      rmSync(file)
      action()
    })
    const { code, err } = await checked()
    expect(code).toBe(2)
    expect(err).toContain(file)
    expect(err).toMatch(reason)
  })
})
