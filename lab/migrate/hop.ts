import { followMigration, type Migrated, type OnTheWay } from "../client/migration.js"
import { openSession, type Session, type SessionOptions } from "../client/session.js"
import type { Host, HostOptions } from "./host.js"

/** A machine moved from one host to another, with its client. */
export interface Hop extends Migrated {
  /** Whether the source said SPICE_MIGRATE_COMPLETED. */
  readonly completed: boolean
  /** What the target complained about. */
  readonly complaints: string
}

/** Two hosts for one machine: the second waits for it. */
export const startPair = (
  start: (options: HostOptions) => Promise<Host>,
  options: HostOptions,
): Promise<readonly [Host, Host]> => Promise.all([start(options), start({ ...options, isTarget: true })])

/** A pair of which the target refuses to take part in seamless migration: it allows several clients at once. */
export const startRefusingPair = (
  start: (options: HostOptions) => Promise<Host>,
  options: HostOptions,
): Promise<readonly [Host, Host]> => {
  const environment = { ...process.env, SPICE_DEBUG_ALLOW_MC: "1" }
  return Promise.all([start(options), start({ ...options, isTarget: true, environment })])
}

/** A new session of this project's client. */
export const sessionOn = ({ port, machine }: Host, options: Partial<SessionOptions> = {}): Promise<Session> =>
  openSession({
    address: { host: "127.0.0.1", port },
    ...(machine.password === undefined ? {} : { password: machine.password }),
    ...options,
  })

/** Tells the source where the client shall go. */
export const announce = (source: Host, port: number): Promise<unknown> =>
  source.ask("client_migrate_info", { protocol: "spice", hostname: "127.0.0.1", port })

/** Lets the target wait for the machine, and gives what moves it there. */
export const readyToMove = async (source: Host, target: Host): Promise<() => Promise<unknown>> => {
  await target.ask("migrate-incoming", { uri: target.incoming })
  return () => source.ask("migrate", { uri: target.incoming })
}

/** Moves a machine, and the client's session with it; the machine runs on the target afterwards. */
export const hop = async (source: Host, target: Host, session: Session, onTheWay: OnTheWay = {}): Promise<Hop> => {
  const following = followMigration(session, await readyToMove(source, target), onTheWay)
  const [migrated] = await Promise.all([following, announce(source, target.port)])
  const completed = await source.event("SPICE_MIGRATE_COMPLETED")
  if (!(await target.event("RESUME"))) throw new Error(`the target ended: ${target.complaints()}`)
  return { ...migrated, completed, complaints: target.complaints() }
}
