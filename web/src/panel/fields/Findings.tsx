import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { Finding } from '../../api/schema'
import styles from './fields.module.css'

/** What is wrong at a place, each once, with its stable code for those who search. */
export function Findings({ id, findings }: { id?: string; findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return (
    <ul id={id} className={styles.findings}>
      {findings.map((f) => (
        <li key={`${f.code} ${f.path} ${f.message}`} className={f.severity === 'warning' ? styles.warning : styles.error} title={f.code}>
          {f.severity === 'warning' ? <TriangleAlert size={13} aria-hidden /> : <CircleAlert size={13} aria-hidden />}
          <span>{f.message}</span>
        </li>
      ))}
    </ul>
  )
}
