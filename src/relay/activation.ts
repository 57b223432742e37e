/** Sockets that systemd opened for this process, as sd_listen_fds(3) says. */
export interface Activation {
  /** The descriptor of a name, or of a number that was passed on. */
  readonly descriptorOf: (name: string) => number | undefined
}

/** The first descriptor that is passed on (SD_LISTEN_FDS_START). */
const first = 3

/** More than anybody passes on. */
const most = 1024

type Environment = Readonly<Record<string, string | undefined>>

const countOf = ({ LISTEN_PID: owner, LISTEN_FDS: count = "" }: Environment, pid: number): number =>
  owner === String(pid) && /^[1-9]\d{0,3}$/.test(count) && Number(count) <= most ? Number(count) : 0

/** What an environment passes on to the process of this id: nothing unless LISTEN_PID says that it is meant. */
export const activationOf = (environment: Environment, pid: number): Activation => {
  const { LISTEN_FDNAMES: text = "" } = environment
  const names = text.split(":")
  const descriptors = Array.from({ length: countOf(environment, pid) }, (_, index) => first + index)
  return {
    descriptorOf: (name) =>
      descriptors.find((_, index) => names[index] === name) ??
      descriptors.find((descriptor) => String(descriptor) === name),
  }
}
