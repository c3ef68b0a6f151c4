import { type NodeProps, NodeResizer } from '@xyflow/react'
import { memo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCanvas } from './context'
import { Markdown } from './Markdown'
import type { CanvasNode } from './model'
import styles from './Canvas.module.css'

/** A comment on the canvas: a double click writes in it. */
export const NoteNode = memo(function NoteNode({ data, selected }: NodeProps<CanvasNode>) {
  const { editing } = useCanvas()
  const { t } = useTranslation('canvas')
  const { note } = data.scene
  const [writing, setWriting] = useState(note?.text === '')
  const area = useRef<HTMLTextAreaElement>(null)
  if (!note) return null
  const stop = () => {
    setWriting(false)
    editing?.noteText(note.id, area.current?.value ?? note.text)
  }
  return (
    <div className={styles.note} data-color={note.color ?? 'yellow'} data-selected={selected || undefined} onDoubleClick={() => setWriting(editing !== undefined)}>
      {editing && (
        <NodeResizer
          isVisible={selected}
          minWidth={120}
          minHeight={60}
          onResizeEnd={(_, p) => editing.noteSize(note.id, [p.x, p.y, p.width, p.height].map(Math.round))}
        />
      )}
      {writing && editing ? (
        <textarea
          ref={area}
          className={`nodrag nowheel ${styles.noteText}`}
          defaultValue={note.text}
          aria-label={t('noteText')}
          placeholder={t('notePlaceholder')}
          autoFocus
          onBlur={stop}
          onKeyDown={(e) => {
            e.stopPropagation()
            if (e.key === 'Escape') stop()
          }}
        />
      ) : (
        <div className={`nowheel ${styles.noteText}`}>{note.text === '' ? <span className={styles.quiet}>{t('notePlaceholder')}</span> : <Markdown text={note.text} />}</div>
      )}
    </div>
  )
})
