import { readFileSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"

/** A relay of two pipes, and nothing else: `pipe.js PORT TARGET [CERTIFICATE]`, with TLS to the client if there is one. */
const [port, target, certificate] = process.argv.slice(2)

const accept = (client: Socket): void => {
  const server = connect(Number(target), "127.0.0.1")
  for (const socket of [client, server]) socket.setNoDelay(true)
  client.on("error", () => server.destroy()).on("close", () => server.destroy())
  server.on("error", () => client.destroy()).on("close", () => client.destroy())
  client.pipe(server)
  server.pipe(client)
}

const pem = certificate === undefined ? undefined : readFileSync(certificate)
const listener = pem === undefined ? createServer(accept) : createTlsServer({ key: pem, cert: pem }, accept)
listener.listen(Number(port), "127.0.0.1", 8192)
