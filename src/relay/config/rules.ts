import type { Rule } from "../../violation/violation.js"

const consequence = "The guard would let through, or keep out, what its operator did not mean."

const ours = "our own rule (docs/relay.md)"

const invalid = (id: string, code: Rule["code"], requirement: string, source = ours): Required<Rule> => ({
  id: `relay/${id}`,
  code,
  requirement,
  consequence,
  source,
})

/** What is wrong with the configuration of a relay. */
export const relayRules = {
  listen: invalid(
    "listen-address",
    "wrong-type",
    "This must be tcp://host:port, tls://host:port, unix:///path or fd://name; IPv6 addresses stand in brackets, and a path has at most 107 bytes.",
  ),
  target: invalid(
    "target-address",
    "wrong-type",
    "This must be tcp://host:port, tls://host:port or unix:///path, with a port from 1 on; IPv6 addresses stand in brackets, and a path has at most 107 bytes.",
  ),
  qmp: invalid(
    "qmp-address",
    "wrong-type",
    "This must be unix:///path, or tcp:// with a port from 1 on and an address of this host's loopback, such as 127.0.0.1: QMP has no TLS.",
  ),
  metrics: invalid(
    "metrics-address",
    "wrong-type",
    "This must be tcp://host:port, unix:///path of at most 107 bytes, or fd://name: metrics have no TLS.",
  ),
  log: invalid("log", "wrong-type", "This must be stdout, journald or the absolute path of a file, without .. in it."),
  name: invalid("name", "wrong-type", "A name must have from 1 to 64 letters, digits, dots, hyphens and underscores."),
  network: invalid("network", "wrong-type", "This must be an address or a network like 10.0.0.0/8."),
  path: invalid("path", "wrong-type", "The path of a file must be absolute, without .. in it."),
  number: invalid("number", "out-of-range", "This must be a whole number within its bounds."),
  subject: invalid(
    "subject",
    "wrong-type",
    "A subject must be like O=Example,CN=host, with a backslash before a comma or a backslash that a value has.",
  ),
  ciphers: invalid(
    "tls-ciphers",
    "wrong-type",
    "Ciphers must be names that this OpenSSL has, in capital letters and with colons between them, without its sets and operators.",
  ),
  ciphersOfVersion: invalid(
    "tls-ciphers-version",
    "inconsistent",
    "With TLSv1.3 for the oldest version there must be one of its ciphers, whose names begin with TLS_.",
  ),
  tlsNeeded: invalid("tls-certificate", "wrong-type", "A listener on tls:// must have tls.certificate and tls.key."),
  tlsUnused: invalid("tls-unused", "inconsistent", "Only a listener on tls:// or fd:// can have tls."),
  targetTlsUnused: invalid(
    "target-tls-unused",
    "inconsistent",
    "Only a listener with a target on tls:// can have targetTls.",
  ),
  awaitsAsked: invalid(
    "awaits-machine-asked",
    "inconsistent",
    "A listener with qmp must not have awaitsMachine: QEMU is asked.",
  ),
  socketMode: invalid("socket-mode", "wrong-type", 'The mode of a socket must be a text of octal digits like "0660".'),
  account: invalid("account", "wrong-type", "This must be the name of a user or group, or its number in a text."),
  socketUnused: invalid(
    "socket-unused",
    "inconsistent",
    "Only what listens on unix:// has a file whose mode, owner and group can be said.",
  ),
  allowUnused: invalid("allow-unused", "inconsistent", "What connects to unix:// has no address to be allowed."),
  listeners: invalid("listeners", "wrong-type", "There must be from 1 to 256 listeners."),
  listenTwice: invalid(
    "listen-once",
    "inconsistent",
    "Two listeners must not listen on the same address, however it is spelled; 0.0.0.0 and [::] have all of them.",
  ),
  metricsTwice: invalid("metrics-once", "inconsistent", "Metrics must not be served where a listener listens."),
  targetHere: invalid(
    "target-elsewhere",
    "inconsistent",
    "A target must not be where this relay listens or serves metrics: what it connects to would be itself.",
  ),
  fixedBuffer: invalid(
    "fixed-buffer",
    "limit-exceeded",
    "The server reads a message of main into 26624 bytes and one of inputs into 2048: no blob of theirs may be larger.",
    "spice-server 0.15.1, main-channel-client.cpp: MainChannelClient::alloc_recv_buf; inputs-channel-client.cpp: InputsChannelClient::alloc_recv_buf",
  ),
  nameTwice: invalid("name-once", "inconsistent", "Two listeners must not have the same name."),
  oneTarget: invalid(
    "one-target",
    "inconsistent",
    "Listeners of one target, however it is spelled, and of one server must have the same mode, onViolation, receiver, awaitsMachine, qmp, seal and sealFor: they share the state of its sessions.",
  ),
  sealVm: invalid("seal-vm", "wrong-type", "The name of a virtual machine must have from 1 to 256 bytes of UTF-8."),
  sealCredentials: invalid(
    "seal-credentials",
    "inconsistent",
    "A listener's seal must have either keys, or all of certificate, key, ca and subjects, with at least one subject.",
  ),
  sealFor: invalid(
    "seal-for",
    "wrong-type",
    "A destination must be host, host:port or [address]:port, with a port from 1 on, or * for all of them.",
  ),
  sealAs: invalid("seal-as", "wrong-type", "This must be host:port or [address]:port, with a port from 1 on."),
  sealForUnused: invalid("seal-for-unused", "inconsistent", "Only a listener with seal can have sealFor."),
  sealEnforced: invalid(
    "seal-enforced",
    "inconsistent",
    "A listener with seal must not have the mode monitor, which would pass envelopes on: an envelope crashes a server.",
  ),
  qmpOnce: invalid(
    "qmp-once",
    "inconsistent",
    "Listeners of two targets must not have the same qmp: a monitor of QEMU's speaks with one at a time.",
  ),
} as const satisfies Record<string, Required<Rule>>
