import { Button } from 'antd'
import { Cable, Copy, Power, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Catalog } from '../canvas/catalog'
import { nodeOf } from '../document/graphs'
import { useDocument } from '../document/store'
import * as actions from './actions'
import { useView } from './view'

/** Buttons above the one chosen node. */
export function NodeTools({ id, catalog }: { id: string; catalog: Catalog }) {
  const { t } = useTranslation('editor')
  const disabled = useDocument((s) => nodeOf(s.doc, id)?.disabled ?? false)
  const tools = [
    { label: t('node.connect'), icon: Cable, run: () => useView.setState({ dialog: 'connect' }) },
    { label: t('node.duplicate'), icon: Copy, run: () => actions.duplicate(catalog) },
    { label: disabled ? t('node.enable') : t('node.disable'), icon: Power, run: () => actions.disable([id]) },
    { label: t('node.remove'), icon: Trash2, run: () => actions.remove([id]) },
  ]
  return tools.map(({ label, icon: Icon, run }) => <Button key={label} type="text" size="small" icon={<Icon size={15} />} aria-label={label} title={label} onClick={run} />)
}
