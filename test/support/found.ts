import { spawnSync } from "node:child_process"

/** Whether a program is installed. */
export const isFound = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined
