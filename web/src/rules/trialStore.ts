/** Trials are notes to oneself, not part of the flow: they stay in this browser, by node. */
const key = (node: string) => `sluice.trials.${location.pathname}.${node}`

export function kept(node: string): string[][] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key(node)) ?? '[]')
    return Array.isArray(read) ? read.filter((r): r is string[] => Array.isArray(r) && r.every((v) => typeof v === 'string')) : []
  } catch {
    return []
  }
}

export function keep(node: string, trials: readonly string[][]) {
  try {
    if (trials.length === 0) localStorage.removeItem(key(node))
    else localStorage.setItem(key(node), JSON.stringify(trials))
  } catch {
    // A browser that keeps nothing: the trials hold for this page.
  }
}
