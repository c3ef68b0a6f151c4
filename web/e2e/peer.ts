import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly path: string
  readonly body: string
  /** The idempotency key that came with it. */
  readonly key: string
}

/** Another system that flows write to: /gone is not there, /hold is done but never answered while holding. */
export class Peer {
  readonly asked: Asked[] = []
  holding = true
  readonly url: string
  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (req: IncomingMessage, res: ServerResponse) => void this.answer(req, res))
  }

  static async start(): Promise<Peer> {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return new Peer(server)
  }

  /** What was asked at a path, oldest first. */
  at(path: string): Asked[] {
    return this.asked.filter((a) => a.path === path)
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let body = ''
    for await (const part of req) body += String(part)
    const path = req.url ?? ''
    this.asked.push({ path, body, key: String(req.headers['idempotency-key'] ?? '') })
    if (path === '/hold' && this.holding) return
    res.writeHead(path === '/gone' ? 404 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ parcel: this.asked.length }))
  }
}
