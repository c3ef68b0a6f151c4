/** Doing something to many runs, a few at a time. Pure but for what it is given to do. */

export interface BulkResult {
  done: number
  /** Why some were refused, most frequent first. */
  refused: { reason: string; count: number }[]
}

const atOnce = 4

export async function eachRun(ids: readonly string[], act: (id: string) => Promise<unknown>, progress: (done: number) => void): Promise<BulkResult> {
  const reasons = new Map<string, number>()
  let next = 0
  let finished = 0
  const work = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      try {
        await act(id)
      } catch (e) {
        const reason = e instanceof Error ? e.message : String(e)
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }
      progress(++finished)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work))
  const refused = [...reasons].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count)
  return { done: ids.length - refused.reduce((n, r) => n + r.count, 0), refused }
}
