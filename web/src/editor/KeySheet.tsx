import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { useView } from './view'
import styles from './Editor.module.css'

const groups = {
  edit: [
    ['add', '/'], ['open', 'Enter'], ['rename', 'F2'], ['connect', 'C'], ['disable', 'D'], ['pin', 'P'], ['breakpoint', 'B'], ['remove', 'Delete'], ['heal', 'Shift+Delete'], ['copy', 'Ctrl+C'], ['cut', 'Ctrl+X'], ['paste', 'Ctrl+V'],
    ['duplicate', 'Ctrl+D'], ['selectAll', 'Ctrl+A'], ['group', 'G'], ['ungroup', 'Shift+G'], ['comment', 'N'], ['tidy', 'Shift+Alt+T'], ['undo', 'Ctrl+Z'], ['redo', 'Ctrl+Shift+Z · Ctrl+Y'], ['save', 'Ctrl+S'],
  ],
  go: [['move', '← ↑ → ↓'], ['walk', 'Alt + ← ↑ → ↓'], ['close', 'Esc'], ['search', 'Ctrl+F'], ['palette', 'Ctrl+K'], ['fit', 'Shift+1'], ['fitSelection', 'Shift+2'], ['zoom100', '0'], ['zoomIn', '+'], ['zoomOut', '-']],
  view: [['json', 'J'], ['problems', 'Shift+P'], ['tree', 'L'], ['nodes', 'Shift+N'], ['run', 'Ctrl+Enter'], ['publish', 'Ctrl+Shift+Enter'], ['help', '?']],
} as const

/** All shortcuts on one sheet. */
export function KeySheet() {
  const { t } = useTranslation('editor')
  return (
    <Modal open title={t('keys.title')} footer={null} width={860} onCancel={() => useView.setState({ dialog: null })}>
      <div className={styles.keySheet}>
        {(['edit', 'go', 'view'] as const).map((group) => (
          <section key={group}>
            <h3>{t(`keys.groups.${group}`)}</h3>
            <dl>
              {groups[group].map(([what, keys]) => (
                <Row key={what} what={t(`keys.${what}`)} keys={keys} />
              ))}
              {group === 'go' && (
                <>
                  <Row what={t('keys.box')} keys={t('keys.boxKeys')} />
                  <Row what={t('keys.pan')} keys={t('keys.panKeys')} />
                </>
              )}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}

function Row({ what, keys }: { what: string; keys: string }) {
  return (
    <div className={styles.keyRow}>
      <dt>{what}</dt>
      <dd>
        {keys.split(' · ').map((k) => (
          <kbd key={k} className={styles.kbd}>
            {k}
          </kbd>
        ))}
      </dd>
    </div>
  )
}
