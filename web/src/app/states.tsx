import type { ErrorComponentProps } from '@tanstack/react-router'
import { useRouter } from '@tanstack/react-router'
import { Button, Spin } from 'antd'
import { CircleAlert, Compass, Inbox, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../api/errors'
import styles from './states.module.css'

interface StateProps {
  icon: ReactNode
  title: string
  /** What it means, or what to do. */
  children?: ReactNode
  /** Buttons. */
  action?: ReactNode
  /** Announced at once to those who do not see it. */
  alert?: boolean
}

/** A place with nothing to show, and why. */
export function State({ icon, title, children, action, alert }: StateProps) {
  return (
    <div className={styles.state} role={alert ? 'alert' : undefined}>
      <div className={styles.icon} aria-hidden>
        {icon}
      </div>
      <h2 className={styles.title}>{title}</h2>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  )
}

/** A list with nothing in it yet. */
export function Empty(props: Omit<StateProps, 'icon'> & { icon?: ReactNode }) {
  return <State {...props} icon={props.icon ?? <Inbox size={22} />} />
}

/** What could not be loaded, why, and once more. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation()
  return (
    <State
      alert
      icon={<CircleAlert size={22} />}
      title={t('states.failed')}
      action={
        retry && (
          <Button icon={<RotateCw size={15} />} onClick={retry}>
            {t('states.retry')}
          </Button>
        )
      }
    >
      <ErrorText error={error} />
    </State>
  )
}

/** An error as text, with the stable code to search for and the request's id for the server's log. */
export function ErrorText({ error }: { error: Error }) {
  const { t } = useTranslation()
  return (
    <>
      <p>{error.message}</p>
      {isApiError(error) && (
        <p>
          <code>{error.code}</code>
          {error.request && <span className={styles.request}> · {t('states.requestId', { id: error.request })}</span>}
        </p>
      )}
    </>
  )
}

export function PageLoading() {
  const { t } = useTranslation()
  return (
    <div className={styles.loading} role="status">
      <Spin />
      <span className="visually-hidden">{t('states.loading')}</span>
    </div>
  )
}

/** A page whose code failed. The shell around it goes on. */
export function PageError({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  return (
    <State
      alert
      icon={<CircleAlert size={22} />}
      title={t('states.crashed')}
      action={<Button onClick={() => location.reload()}>{t('states.reload')}</Button>}
    >
      <p>{t('states.crashedText')}</p>
      <p>
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </p>
    </State>
  )
}

export function PageNotFound() {
  const { t } = useTranslation()
  const router = useRouter()
  return (
    <State
      icon={<Compass size={22} />}
      title={t('states.notFound')}
      action={<Button onClick={() => router.navigate({ to: '/flows' })}>{t('states.home')}</Button>}
    >
      {t('states.notFoundText')}
    </State>
  )
}
