import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { place, runCli, temporaryFolder } from "../../test/cli/harness.js"
import { isFound } from "../../test/support/found.js"
import { snippetIn } from "../../test/support/snippets.js"

/** The recipe for Ansible in docs/sealing.md, followed on this machine, in a folder that stands for the controller and the host. */

const { PATH = "" } = process.env
const canFollow = isFound("ansible-playbook")
if (!canFollow) process.stderr.write("lab: the recipe for Ansible is not followed, there is no ansible-playbook\n")

const makeKeys = snippetIn("docs/sealing.md", "sh", "ansible-vault")
const play = snippetIn("docs/sealing.md", "yaml", "hosts: guards")

/** A controller whose one guard is this machine; whatever systemctl is told, it writes to a file. */
const controller = () => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder, name)
  const program = (name: string, text: string): void =>
    chmodSync(place(at(`bin/${name}`), `#!/bin/sh\n${text}\n`), 0o755)
  const ours = [
    process.execPath,
    "--import",
    join(root, "node_modules/tsx/dist/loader.mjs"),
    join(root, "src/cli/main.ts"),
  ]
  program("migration-guard", `${ours.join(" ")} "$@" && cp keys made`)
  program("systemctl", `echo "$@" >>${at("told")}`)
  place(at("inventory"), "[guards]\nlocalhost ansible_connection=local ansible_become=false\n")
  place(at("password"), "a password of the vault's\n")
  mkdirSync(at("group_vars"))
  mkdirSync(at("etc"))
  const onThisHost = play
    .replace("/etc/migration-guard/", `${at("etc")}/`)
    .replace("migration-guard\n", `${userInfo().username}\n`)
  place(at("guards.yml"), onThisHost)
  const environment = {
    ...process.env,
    PATH: `${at("bin")}:${PATH}`,
    HOME: folder,
    ANSIBLE_VAULT_PASSWORD_FILE: at("password"),
    ANSIBLE_NOCOLOR: "1",
  }
  const inFolder = { cwd: folder, env: environment, encoding: "utf8" } as const
  return {
    at,
    prepare: () => execFileSync("sh", ["-ec", makeKeys], { ...inFolder, stdio: ["ignore", "pipe", "ignore"] }),
    run: (...options: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(
        "ansible-playbook",
        ["-i", "inventory", ...options, "guards.yml"],
        inFolder,
      )
      return { status, changed: Number(/changed=(\d+)/.exec(stdout)?.[1]), said: stdout + stderr }
    },
  }
}

describe.skipIf(!canFollow)("the recipe for Ansible", () => {
  test("gives the hosts the keys and reloads their guards, once, and shows no digit of a key", async () => {
    const { at, prepare, run } = controller()
    prepare()
    const keys = readFileSync(at("made"), "utf8")
    const [, digits = ""] = / ([0-9a-f]{64})\n$/.exec(keys) ?? []
    expect(digits).toHaveLength(64)
    expect(existsSync(at("keys"))).toBe(false)
    expect(readFileSync(at("group_vars/guards.yml"), "utf8")).toMatch(/^seal_keys: !vault \|\n *\$ANSIBLE_VAULT;/)

    const tried = run("--check", "--diff", "-vvv")
    expect(tried).toMatchObject({ status: 0, changed: 1 })
    expect(existsSync(at("etc/keys"))).toBe(false)

    const done = run("--diff", "-vvv")
    expect(done).toMatchObject({ status: 0, changed: 2 })
    expect(readFileSync(at("etc/keys"), "utf8")).toBe(keys)
    expect(statSync(at("etc/keys")).mode & 0o777).toBe(0o600)

    expect(run()).toMatchObject({ status: 0, changed: 0 })
    expect(readFileSync(at("told"), "utf8")).toBe("reload migration-guard-relay@*.service\n")
    for (const { said } of [tried, done]) expect(said).not.toContain(digits)

    const listener = '[[listeners]]\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:1"\n'
    const configuration = place(at("relay.toml"), `${listener}seal = { keys = "${at("etc/keys")}", vm = "vm1" }\n`)
    expect(await runCli(["relay", "--config", configuration, "--check-config"])).toMatchObject({ code: 0, err: "" })
  })
})
