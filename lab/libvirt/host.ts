import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { onTestFinished } from "vitest"
import { root } from "../../scripts/corpus.js"

/** Whether libvirtd.sh can start a libvirtd here. */
export const canLibvirt = process.getuid?.() === 0 && spawnSync("libvirtd", ["--version"]).status === 0

/** A libvirtd of a host of its own, with all of its files in a folder. */
export interface LibvirtHost {
  readonly uri: string
  readonly folder: string
  readonly virsh: (...parameters: readonly string[]) => string
}

/** Waits until something holds that has no event of its own. */
export const until = async (what: string, condition: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 20_000; !condition(); await delay(100))
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`)
}

/** Starts a libvirtd that ends with the test. */
export const startLibvirtHost = async (folder: string, uuid: string): Promise<LibvirtHost> => {
  const child = spawn("bash", [join(root, "lab/libvirt/libvirtd.sh"), folder, uuid], { stdio: "ignore" })
  onTestFinished(async () => {
    child.kill("SIGTERM")
    await once(child, "close")
  })
  const uri = `qemu+unix:///system?socket=${folder}/run/libvirt-sock`
  const virsh = (...parameters: readonly string[]): string =>
    execFileSync("virsh", ["-c", uri, ...parameters], { encoding: "utf8" })
  await until(`${folder} answers`, () => spawnSync("virsh", ["-c", uri, "list"]).status === 0)
  return { uri, folder, virsh }
}
