import { useCallback, useMemo, useState } from 'react'
import type { StepTree, TreeLine } from './model/steps'
import { ancestorsOf, linesOf } from './model/steps'

/** The lines of a tree of steps with what the reader has opened; where a path lies is opened with it. */
export function useLines(tree: StepTree, path: string | undefined, failedOnly: boolean) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [shown, setShown] = useState<string>()
  if (path !== shown) {
    setShown(path)
    const around = path === undefined ? [] : ancestorsOf(path)
    if (around.some((p) => !opened.has(p))) setOpened(new Set([...opened, ...around]))
  }
  const lines = useMemo(() => linesOf(tree, opened, failedOnly ? (s) => s.status === 'failed' : undefined), [tree, opened, failedOnly])
  const toggle = useCallback(
    (line: TreeLine) =>
      setOpened((before) => {
        const next = new Set(before)
        if (!next.delete(line.path)) next.add(line.path)
        return next
      }),
    [],
  )
  const at = useMemo(() => lines.findIndex((l) => l.path === path), [lines, path])
  return { lines, toggle, at: at < 0 ? undefined : at }
}
