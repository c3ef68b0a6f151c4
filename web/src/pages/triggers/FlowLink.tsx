import { Link } from '@tanstack/react-router'
import { useFlowTitle } from '../../app/flowTitles'
import styles from './triggers.module.css'

/** The flow that a trigger starts, and which of its triggers it is. */
export function FlowLink({ of }: { of: { flow: string; trigger: string } }) {
  const title = useFlowTitle()
  return (
    <Link to="/flows/$flow" params={{ flow: of.flow }} className={styles.flow}>
      {title(of.flow)}
      <code className={styles.trigger}>
        {of.flow} / {of.trigger}
      </code>
    </Link>
  )
}
