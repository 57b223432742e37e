import type { Rule } from "../violation/violation.js"

const source = "our own rule (SECURITY.md)"

const denial = (line: string, requirement: string): Required<Rule> => ({
  id: `policy/${line}`,
  code: "policy-denied",
  requirement: `${requirement} Denied by ${line} in the policy.`,
  consequence: "QEMU would do it.",
  source,
})

/** The denials, each under the name of the policy's line that it comes from. */
export const denials = {
  transports: denial("transports", "This kind of address must be allowed."),
  exec: {
    id: "policy/exec",
    code: "policy-denied",
    requirement:
      "Programs may be run only where the policy allows them: exec.programs lists programs, exec.commands whole argvs.",
    consequence: "QEMU would run it.",
    source,
  },
  programs: denial("exec.programs", "The program must be one of those allowed, without .. in its path."),
  shell: denial("exec.shell", "The program must not be a shell, nor env."),
  inetHosts: denial("inet.hosts", "The host must be one of those allowed."),
  inetPorts: denial("inet.ports", "The port must be one of those allowed, and each one up to that of to."),
  inetZones: denial("inet.zones", "The interface of a link-local address must be one of those allowed."),
  rdmaHosts: denial("rdma.hosts", "The host must be one of those allowed."),
  rdmaPorts: denial("rdma.ports", "The port must be one of those allowed."),
  rdmaZones: denial("rdma.zones", "The interface of a link-local address must be one of those allowed."),
  unixPaths: denial("unix.paths", "The path must be one of those allowed, or below one, without .. in it."),
  filePaths: denial("file.paths", "The path must be one of those allowed, or below one, without .. in it."),
  cids: denial("vsock.cids", "The cid must be one of those allowed."),
  vsockPorts: denial("vsock.ports", "The port must be one of those allowed."),
  names: denial("fd.names", "The name must be one of those allowed."),
  numbers: {
    id: "policy/fd.numbers",
    code: "policy-denied",
    requirement:
      'A descriptor by its number must be one that the policy lists, as numbers = [21] or ["16-31"] in its table fd.',
    consequence: "QEMU would use whatever it has open under that number.",
    source,
  },
  spiceHosts: denial("spice.hosts", "Clients must be sent to a host of those allowed."),
  spicePorts: denial("spice.ports", "Clients must be sent to a port of those allowed."),
  spiceZones: denial("spice.zones", "The interface of a link-local address must be one of those allowed."),
  spiceTickets: denial("spice.tickets", "Clients must not be sent to a proxy by a ticket."),
} as const satisfies Record<string, Required<Rule>>

const invalid = (id: string, requirement: string): Required<Rule> => ({
  id: `policy/${id}`,
  code: "wrong-type",
  requirement,
  consequence: "Not applied, it would allow what was meant to be denied.",
  source,
})

/** What is wrong with a policy itself. */
export const policyRules = {
  host: invalid("host", "A host of a policy must be an address, a network like 10.0.0.0/8, or a name."),
  range: invalid(
    "range",
    "This must be a number, or a range like 49152-49215 whose end is not below its beginning; of ports up to 65535, of vsock up to 4294967295.",
  ),
  descriptors: invalid(
    "descriptors",
    "A descriptor's number must be 3 to 2147483647, or a range of such: 0 to 2 are QEMU's own standard streams.",
  ),
  exec: invalid("exec-lists", "The table exec of a policy must list programs or commands, of which none may be."),
  path: invalid("path", "A path of a policy must be absolute, without .. in it."),
  socketPath: invalid(
    "socket-path",
    "A socket's path of a policy must be absolute, without .. in it, or begin with @ for abstract ones.",
  ),
} as const satisfies Record<string, Required<Rule>>
