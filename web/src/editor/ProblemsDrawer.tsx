import { Button } from 'antd'
import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../app/settings'
import { nodeOf } from '../document/graphs'
import { useDocument } from '../document/store'
import { triggerOf } from '../document/triggers'
import { textIn } from '../document/types'
import { type Problem, useProblems } from './problems'
import { useView } from './view'
import styles from './Editor.module.css'

/** All that the server finds wrong; a click goes to the node and its field. */
export function ProblemsDrawer({ onGo }: { onGo(problem: Problem): void }) {
  const { t } = useTranslation('editor')
  const { list, fresh } = useProblems()
  return (
    <section className={styles.drawer} aria-label={t('problems.title')}>
      <header className={styles.drawerHead}>
        <h2>{t('problems.title')}</h2>
        <span className={styles.quiet}>{fresh ? list.length : t('problems.stale')}</span>
        <span className={styles.spring} />
        <Button type="text" size="small" icon={<X size={16} />} aria-label={t('problems.close')} onClick={() => useView.setState({ drawer: null })} />
      </header>
      <ul className={styles.problems}>
        {list.map((problem, i) => (
          <li key={`${problem.code}${problem.path}${i}`}>
            <button type="button" className={styles.problem} onClick={() => onGo(problem)}>
              <Severity of={problem} />
              <span className={styles.problemPlace}>
                <Place of={problem} />
              </span>
              <span className={styles.problemText}>{problem.message}</span>
              <code className={styles.problemPath}>{problem.target === null ? problem.path : problem.rest}</code>
              <code className={styles.problemCode}>{problem.code}</code>
            </button>
          </li>
        ))}
      </ul>
      {list.length === 0 && (
        <p className={styles.fine}>
          <CircleCheck size={16} aria-hidden />
          {t('problems.none')}
        </p>
      )}
    </section>
  )
}

function Severity({ of }: { of: Problem }) {
  const { t } = useTranslation('editor')
  const warning = of.severity === 'warning'
  const Icon = warning ? TriangleAlert : CircleAlert
  return (
    <span className={styles.severity} data-severity={of.severity ?? 'error'} role="img" aria-label={t(warning ? 'problems.warning' : 'problems.error')}>
      <Icon size={15} aria-hidden />
    </span>
  )
}

function Place({ of }: { of: Problem }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  if (of.target === null) return t('problems.flow')
  const named = nodeOf(doc, of.target) ?? triggerOf(doc, of.target)
  return textIn(named?.title, language) || of.target
}
