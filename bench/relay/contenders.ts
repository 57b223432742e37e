import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What a relay is told: where it listens and where it leads, and a folder for its configuration. */
export interface Task {
  readonly port: number
  readonly target: number
  readonly folder: string
  /** Certificate and key in one file, where clients come with TLS. */
  readonly certificate?: string
}

/** A relay of the benchmark: the command that starts it; undefined where it does not do what is asked. */
export interface Contender {
  readonly name: string
  readonly command: (task: Task) => readonly [string, ...string[]] | undefined
}

const built = (name: string): string => new URL(`${name}.js`, import.meta.url).pathname

const socat = (name: string, options: readonly string[]): Contender => ({
  name,
  command: ({ port, target, certificate }) =>
    certificate === undefined
      ? [
          "socat",
          ...options,
          `TCP4-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,backlog=8192,nodelay`,
          `TCP4:127.0.0.1:${target},nodelay`,
        ]
      : undefined,
})

const haproxy = (name: string, options: readonly string[], withTls: boolean): Contender => ({
  name,
  command: ({ port, target, folder, certificate }) => {
    if (certificate !== undefined && !withTls) return undefined
    const file = join(folder, `${name.replaceAll(" ", "-")}-${port}.cfg`)
    writeFileSync(
      file,
      [
        "global",
        "  maxconn 6000",
        "  nbthread 1",
        "  maxpipes 200",
        "defaults",
        "  mode tcp",
        "  timeout connect 5s",
        "  timeout client 1h",
        "  timeout server 1h",
        ...options.map((option) => `  ${option}`),
        "listen relay",
        `  bind 127.0.0.1:${port} backlog 8192${certificate === undefined ? "" : ` ssl crt ${certificate}`}`,
        `  server target 127.0.0.1:${target}`,
        "",
      ].join("\n"),
    )
    return ["haproxy", "-db", "-f", file]
  },
})

const nginx: Contender = {
  name: "nginx stream",
  command: ({ port, target, folder, certificate }) => {
    const file = join(folder, `nginx-${port}.conf`)
    const tls = certificate === undefined ? "" : `ssl_certificate ${certificate}; ssl_certificate_key ${certificate};`
    writeFileSync(
      file,
      `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user root; daemon off; pid ${folder}/nginx-${port}.pid; error_log stderr error; worker_processes 1; 
events { worker_connections 18000; }
stream { server { listen 127.0.0.1:${port} backlog=8192${certificate === undefined ? "" : " ssl"}; ${tls} proxy_timeout 1h; proxy_pass 127.0.0.1:${target}; tcp_nodelay on; } }
`,
    )
    return ["nginx", "-p", folder, "-c", file]
  },
}

/** Node as the unit in docs/examples has it: with small generations. */
export const node: readonly [string, ...string[]] = [process.execPath, "--max-semi-space-size=1"]

/** This package's command line. */
export const program = new URL("../../../../dist/cli/main.js", import.meta.url).pathname

/** The command line of another build, to compare with: of a commit before, say. */
const { OTHER: otherProgram } = process.env

/** What a relay is told to run with. */
interface Build {
  readonly command: readonly [string, ...string[]]
  readonly entry?: string
  /** Lines of the configuration in front of the listener. */
  readonly shared?: (task: Task) => readonly string[]
}

/** This package's relay, with limits that let everybody of the benchmark in. */
const relay = (name: string, { command, entry = program, shared = () => [] }: Build): Contender => ({
  name,
  command: (task) => {
    const { port, target, folder, certificate } = task
    const file = join(folder, `relay-${port}.toml`)
    const scheme = certificate === undefined ? "tcp" : "tls"
    writeFileSync(
      file,
      [
        ...shared(task),
        "[[listeners]]",
        `listen = "${scheme}://127.0.0.1:${port}"`,
        `target = "tcp://127.0.0.1:${target}"`,
        "awaitsMachine = true",
        'receiver = { accept = ["usbredir-queue"] }',
        ...(certificate === undefined ? [] : [`tls = { certificate = "${certificate}", key = "${certificate}" }`]),
        "limits = { connections = 15000, connectionsBySource = 15000, handshaking = 15000, handshakingBySource = 15000 }",
        "",
      ].join("\n"),
    )
    return [...command, entry, "relay", "--config", file]
  },
})

export const ours = relay("migration-guard relay", { command: node })

/** The same without a look at the bytes. */
export const unframed = relay("migration-guard relay, unframed", { command: [...node, "--import", built("unframed")] })

/** Where the metrics of a relay that records are served. */
export const metricsSocketOf = ({ folder, port }: Pick<Task, "folder" | "port">): string =>
  join(folder, `relay-${port}.metrics`)

/** The same, with a record of what passes: all go to one folder, so that the oldest give way. */
export const recording = relay("migration-guard relay, recording", {
  command: node,
  shared: ({ folder, port }) => {
    const directory = join(folder, "record")
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return [`metrics = "unix://${metricsSocketOf({ folder, port })}"`, `record = { directory = "${directory}" }`]
  },
})

const plain = relay("migration-guard relay, Node's defaults", { command: [process.execPath] })

const pipeOf = (name: string, command: readonly [string, ...string[]]): Contender => ({
  name,
  command: ({ port, target, certificate }) => [
    ...command,
    built("pipe"),
    `${port}`,
    `${target}`,
    ...(certificate === undefined ? [] : [certificate]),
  ],
})

/** A pair of pipes of Node's: what all others are compared with. */
export const pipe = pipeOf("node:net pipe", [process.execPath])

export const others: readonly Contender[] = [
  ...(otherProgram === undefined ? [] : [relay("another build", { command: node, entry: otherProgram })]),
  plain,
  pipeOf("node:net pipe, small generations", node),
  socat("socat", []),
  socat("socat -b 256K", ["-b", "262144"]),
  haproxy("haproxy", [], true),
  haproxy("haproxy splice", ["option splice-auto"], false),
  nginx,
]
