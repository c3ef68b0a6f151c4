import { App, Button } from 'antd'
import { Pin, PinOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Step } from './api'
import { outputOf } from './api'
import styles from './DebugPanel.module.css'
import { useFlowPins, usePins } from './pins'

/** Pins what a step gave: runs of the draft then give it instead of executing the node. */
export function PinButton({ flow, run, step }: { flow: string; run: string; step: Step | undefined }) {
  const { t } = useTranslation('debug')
  const { message } = App.useApp()
  const pins = useFlowPins(flow)
  const { pin, unpin } = usePins()
  if (step?.status !== 'succeeded') return null
  if (Object.hasOwn(pins, step.node)) {
    return (
      <p className={styles.pin}>
        <Button size="small" icon={<PinOff size={14} />} onClick={() => unpin(flow, step.node)}>
          {t('pin.remove')}
        </Button>
      </p>
    )
  }
  const take = () =>
    void outputOf(run, step.path).then(
      (output) => {
        pin(flow, step.node, output)
        return message.success(t('pin.done'))
      },
      (e: Error) => message.error(e.message),
    )
  return (
    <p className={styles.pin}>
      <Button size="small" icon={<Pin size={14} />} title={t('pin.note')} onClick={take}>
        {t('pin.add')}
      </Button>
    </p>
  )
}
