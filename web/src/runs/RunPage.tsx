import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useNarrow } from '../app/theme'
import { Failed, PageLoading } from '../app/states'
import { RunHeader } from './RunHeader'
import { RunNotice } from './RunNotice'
import { RunPhone } from './RunPhone'
import { RunView } from './RunView'
import styles from './RunPage.module.css'
import { useRun } from './useRun'

/** What a run's page shows of it: kept in the address. */
export interface RunPlace {
  /** The path of the step that is looked at. */
  step?: string
  tab?: string
}

export function usePlace(): [RunPlace, (by: RunPlace) => void] {
  const search = useSearch({ strict: false }) as RunPlace
  const navigate = useNavigate()
  const go = useCallback((by: RunPlace) => void navigate({ to: '.', search: (before: RunPlace) => ({ ...before, ...by }), replace: true }), [navigate])
  return [search, go]
}

/** One run: the way it went on the canvas of the flow that it executed, its time line, its steps and its data. */
export function RunPage() {
  const { run: id = '' } = useParams({ strict: false })
  const data = useRun(id)
  const narrow = useNarrow()
  const [place, go] = usePlace()
  const run = data.run.data
  if (!run) return data.run.isError ? <Failed error={data.run.error} retry={() => void data.run.refetch()} /> : <PageLoading />
  return (
    <div className={styles.page}>
      <RunHeader run={run} document={data.document} live={data.live} connected={data.connected} changed={data.read} />
      <RunNotice run={run} document={data.document} go={go} />
      {narrow ? <RunPhone run={run} data={data} place={place} go={go} /> : <RunView run={run} data={data} place={place} go={go} />}
    </div>
  )
}
