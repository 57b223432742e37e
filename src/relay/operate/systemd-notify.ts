import { execFile } from "node:child_process"

type Environment = Readonly<Record<string, string | undefined>>

const patience = 5_000

/**
 * Tells systemd how the service is, if it asked to be told (NOTIFY_SOCKET). Node has no unix datagrams, so
 * systemd-notify(1) says it: the unit needs NotifyAccess=all, for that is another process. Returns why it could not.
 */
export const notifySystemd = (
  state: "READY=1" | "STOPPING=1",
  environment: Environment,
): Promise<string | undefined> => {
  const { NOTIFY_SOCKET, PATH } = environment
  if (NOTIFY_SOCKET === undefined) return Promise.resolve(undefined)
  const env = { NOTIFY_SOCKET, ...(PATH === undefined ? {} : { PATH }) }
  return new Promise((resolve) => {
    execFile("systemd-notify", [state], { env, timeout: patience }, (error) =>
      resolve(error === null ? undefined : error.message),
    )
  })
}
