import type { Webhook } from '../../api/schema'

const sample = '{"order_id": "1"}'

/** What a sender adds to prove who it is, by scheme; secrets come from the terminal's environment. */
const proofs: Record<string, string> = {
  token: '-H "Authorization: Bearer $SECRET"',
  basic: '-u "$USER:$PASSWORD"',
  'hmac-sha256': `-H "X-Signature: $(printf %s '${sample}' | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/.* //')"`,
  github: `-H "X-Hub-Signature-256: sha256=$(printf %s '${sample}' | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/.* //')"`,
}

/** A line for a terminal that delivers to a webhook; undefined where only the platform can sign. */
export function curlOf(hook: Webhook, server: string): string | undefined {
  const proof = hook.verify ? proofs[hook.verify.scheme] : ''
  if (proof === undefined) return undefined
  const address = `'${server}${hook.path.replaceAll(/:(\w+)/g, '{$1}')}'`
  const method = hook.methods.includes('POST') ? 'POST' : (hook.methods[0] ?? 'POST')
  const parts = method === 'GET' ? [`curl ${address}`, proof] : [`curl -X ${method} ${address}`, proof, "-H 'Content-Type: application/json'", `-d '${sample}'`]
  return parts.filter(Boolean).join(' \\\n  ')
}
