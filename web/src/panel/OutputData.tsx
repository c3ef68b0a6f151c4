import { Segmented } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import type { Json, JsonObject } from '../api/json'
import { writeJson } from '../api/json'
import type { Answer } from '../api/client'
import type { NodeType } from '../api/schema'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { JsonTree } from '../data/JsonTree'
import { nodeExpression } from '../data/path'
import type { FlowNode } from '../document/types'
import { usePanel } from './context'
import styles from './panel.module.css'

type Shown = 'run' | 'now'

/** What the node gave in the chosen run, and what it would give as it is drawn now, without running anything. */
export function OutputData({ node, type }: { node: FlowNode; type: NodeType | undefined }) {
  const { t } = useTranslation('panel')
  const { sample } = usePanel()
  const { step } = sample
  const computes = type?.effect === 'pure' || type?.effect === 'read' || type?.effect === 'write'
  const [wished, setWished] = useState<Shown>()
  const shown = wished ?? (step ? 'run' : 'now')
  return (
    <div className={styles.data}>
      {computes && (
        <Segmented<Shown>
          block
          size="small"
          value={shown}
          onChange={setWished}
          options={[{ value: 'run', label: t('output.run') }, { value: 'now', label: type?.effect === 'pure' ? t('output.now') : t('output.request') }]}
        />
      )}
      {shown === 'run' || !computes ? <RunOutput node={node} /> : <NowOutput node={node} />}
    </div>
  )
}

function RunOutput({ node }: { node: FlowNode }) {
  const { t } = useTranslation('panel')
  const { sample } = usePanel()
  const { duration } = useFormat()
  const { step } = sample
  if (!step) return <p className={styles.quiet}>{sample.run === undefined ? t('output.noRun') : t('output.notReached')}</p>
  return (
    <>
      <div className={styles.facts}>
        <StatusText status={step.status} />
        <span>{duration(step.durationMs)}</span>
        {step.port && <span>{t('output.port', { port: step.port })}</span>}
        {step.attempt > 1 && <span>{t('output.attempt', { count: step.attempt })}</span>}
      </div>
      {step.error ? (
        <JsonTree value={step.error as unknown as Json} label={t('data.error')} root="error" />
      ) : (
        <JsonTree value={step.output} label={t('output.title')} root={nodeExpression(node.id)} />
      )}
    </>
  )
}

type Trial = Answer<'tryNode'>

const pause = 300
const largest = 400_000
const noConfig: JsonObject = {}

function NowOutput({ node }: { node: FlowNode }) {
  const { t } = useTranslation('panel')
  const { sample, timezone } = usePanel()
  const [trial, setTrial] = useState<{ of: JsonObject; answer: Trial | Error }>()
  const config = (node.config ?? noConfig) as JsonObject
  const { scope } = sample
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      if (writeJson(scope).length > largest) return
      call('tryNode', { body: { type: node.type, config, scope, timezone } }, abort.signal).then(
        (answer) => setTrial({ of: config, answer }),
        (e: Error) => {
          if (!abort.signal.aborted) setTrial({ of: config, answer: e })
        },
      )
    }, pause)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [node.type, config, scope, timezone])
  if (!trial) return <p className={styles.quiet}>{t('preview.waiting')}</p>
  const { answer } = trial
  if (answer instanceof Error) return <p className={styles.problem}>{answer.message}</p>
  const value = answer.output ?? answer.args
  return (
    <div className={trial.of === config ? undefined : styles.stale}>
      {sample.run === undefined && <p className={styles.quiet}>{t('output.fromExamples')}</p>}
      {answer.port !== undefined && <div className={styles.facts}>{t('output.port', { port: answer.port })}</div>}
      {answer.error && <p className={styles.problem} title={answer.error.code}>{answer.error.message}</p>}
      {value !== undefined && <JsonTree value={value} label={answer.args === undefined ? t('output.title') : t('output.request')} root={answer.args === undefined ? nodeExpression(node.id) : ''} />}
      {value === undefined && !answer.error && (
        <p className={styles.quiet}>{answer.diagnostics.some((d) => d.severity !== 'warning') ? t('output.problems') : t('output.nothing')}</p>
      )}
    </div>
  )
}
