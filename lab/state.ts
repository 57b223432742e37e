/** A refusal that comes from what QEMU finds around it: the same arguments may be taken elsewhere or later. */
interface State {
  /** What QEMU says then. */
  readonly says: RegExp
  /** Why it is no fault of the arguments. */
  readonly reason: string
}

/** The refusals that depend on QEMU's state or on its host, under the names that the fixture has for them. */
export const states = {
  "no-descriptor": {
    says: /^File descriptor named '.*' has not been found$/s,
    reason: "No descriptor of that name was handed over by getfd.",
  },
  "not-a-socket": {
    says: /^(?:fd: migration to a file is not supported\. Use file: instead\.|File descriptor '.*' is not a socket)$/s,
    reason: "The descriptor of that number is none of a socket or a pipe.",
  },
  "no-descriptor-sent": {
    says: /^No file descriptor supplied via SCM_RIGHTS$/,
    reason: "No descriptor came with the command.",
  },
  "no-name": {
    says: /^address resolution failed for .*: (?:Name or service not known|Temporary failure in name resolution|Servname not supported for ai_socktype)$/s,
    reason: "The host's resolver knows no such host, or no such service, or has nobody to ask.",
  },
  "no-address": {
    says: /^Failed to bind socket: Cannot assign requested address$/,
    reason: "No interface of the host has that address.",
  },
  "no-socket": {
    says: /^Failed to (?:bind|unlink) socket .*: (?:No such file or directory|Not a directory|Is a directory)$/s,
    reason: "The folder of the socket is not there, or the path is a folder.",
  },
  "no-vsock": {
    says: /^Failed to create socket: Address family not supported by protocol$/,
    reason: "The host has no vsock.",
  },
  "no-rdma": {
    says: /^RDMA ERROR: could not create (?:CM channel|rdma event channel)$/,
    reason: "The host has no RDMA device.",
  },
  "no-program": {
    says: /^Failed to execute child process .* \((?:No such file or directory|Not a directory|Permission denied)\)$/s,
    reason: "The host has no such program, or it may not be run.",
  },
  "no-file": {
    says: /^Could not (?:open|create) '.*': (?:No such file or directory|Not a directory|Is a directory|File name too long)$/s,
    reason: "The file cannot be opened, or not be created where it would be.",
  },
  "no-stream": {
    says: /^(?:Not a migration stream|load of migration failed: .*)$/s,
    reason: "What there is to be read is no migration, or it ends too early.",
  },
  "file-size": {
    says: /^failed to truncate migration file to offset (?:[0-7][0-9a-f]{15}|[0-9a-f]{1,15}): File too large$/,
    reason: "The file system, or the limit of the process, has no room for a file of that size.",
  },
  "not-paused": {
    says: /^Migrate recover can only be run when postcopy is paused\.$/,
    reason: "No post-copy migration is paused.",
  },
  "no-device": {
    says: /^Cannot find device='.*' nor node-name='.*'$|^(?:Bitmap|iothread) .* not found$|^No TLS credentials .*$/s,
    reason: "QEMU has no device, credentials, bitmap or thread of that name.",
  },
  "no-memory": {
    says: /^dump: no guest memory to dump$/,
    reason: "The machine has no memory.",
  },
  "no-format": {
    says: /^(?:kdump-(?:lzo|snappy) is not available now|win-dump: .*)$/,
    reason: "QEMU was built without that compression, or the guest is no Windows.",
  },
  "no-kernel": {
    says: /^(?:Background-snapshot is not supported by host kernel|dirty-limit requires KVM .*)$/,
    reason: "The host's kernel lacks what the capability needs.",
  },
  "other-capabilities": {
    says: /^(?:Capability '.*' requires .*|Postcopy preempt requires .*|Zero copy only .*|Postcopy is not yet .*|.* (?:is not compatible|is incompatible|conflicts) with .*)$/,
    reason:
      "The capability needs another one, or cannot be on with it. QEMU looks at all that commands have set so far.",
  },
  "other-parameters": {
    says: /^(?:Parameter|Option) '?max.cpu.throttle'? expects an integer in the range of cpu.throttle.initial to 99$/,
    reason: "The parameter is bounded by another one, which an earlier command may have set.",
  },
  "nothing-to-resume": {
    says: /^Cannot resume if there is no paused migration$/,
    reason: "No migration is paused that could go on.",
  },
} as const satisfies Record<string, State>

export type StateName = keyof typeof states

/** Whether a name of the fixture is one of those. */
export const isStateName = (name: string): name is StateName => Object.hasOwn(states, name)

/** The state that a refusal comes from, by what QEMU says; undefined for one that comes from the arguments. */
export const stateOf = (message: string): StateName | undefined =>
  Object.keys(states)
    .filter(isStateName)
    .find((name) => states[name].says.test(message))
