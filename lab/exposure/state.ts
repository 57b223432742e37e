import { createHash } from "node:crypto"
import { existsSync, mkdirSync, renameSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { withHosts } from "../migrate/host.js"
import { guestPorts, type Machine, machineOptions } from "../migrate/machine.js"

const folder = fileURLToPath(new URL("../../.lab/exposure/", import.meta.url))

/** The machine of every target. */
export const machine: Machine = { guest: true }

interface Migration {
  readonly status: string
}

/** Saves a machine whose guest has the agent's port open, without any client having been there. */
const save = (file: string): Promise<void> =>
  withHosts(async (start) => {
    const source = await start({ machine })
    await source.inGuest(`exec 3<>/dev/vport0p${guestPorts.agent}`)
    await source.ask("migrate", { uri: `exec:cat > '${file}'` })
    for (;;) {
      const { status } = (await source.ask("query-migrate")) as Migration
      if (status === "completed") return
      if (status === "failed") throw new Error("the machine could not be saved")
      await pause(50)
    }
  })

/**
 * The file of a saved machine, made once: a target that takes it does what it does after a migration from a source that
 * lives, in a second and without the source.
 */
export const savedState = async (): Promise<string> => {
  const hash = createHash("sha256")
    .update(machineOptions(machine, { control: "", splash: "" }).join(" "))
    .digest("hex")
    .slice(0, 16)
  const file = `${folder}state-${hash}`
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const unfinished = `${file}.${process.pid}`
  await save(unfinished)
  renameSync(unfinished, file)
  return file
}
