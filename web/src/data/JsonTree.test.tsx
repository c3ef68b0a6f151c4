import { fireEvent, render, screen } from '@testing-library/react'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { parseJson } from '../api/json'
import { startTexts } from '../i18n/setup'
import { JsonTree } from './JsonTree'

beforeAll(async () => startTexts('en'))

const value = parseJson('{"order_id": 6917384950012345678, "total": 12.50, "items": [{"sku": "A-1"}], "a b": true}')
const items = () => screen.getAllByRole('treeitem').map((i) => i.textContent)

describe('the tree', () => {
  it('shows every digit', () => {
    const { unmount } = render(<JsonTree value={value} label="order" />)
    expect(items()).toEqual(['order4 fields', 'order_id:6917384950012345678', 'total:12.50', 'items:1 item', '0:1 field', 'sku:"A-1"', 'a b:true'])
    unmount()
  })

  it('draws what is in view of a list of a hundred thousand', () => {
    const long = Array.from({ length: 100_000 }, (_, i) => i)
    const { unmount } = render(<JsonTree value={long} height={240} />)
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(80)
    unmount()
  })

  it('copies paths as expressions', () => {
    const copied = vi.fn<(path: readonly (string | number)[], expression: string) => void>()
    const { unmount } = render(<JsonTree value={value} root={'nodes["get-detail"]'} onCopyPath={copied} />)
    const last = screen.getAllByRole('button', { name: 'Copy the path' }).at(-1)
    if (last) fireEvent.click(last)
    expect(copied).toHaveBeenCalledWith(['a b'], 'nodes["get-detail"]["a b"]')
    unmount()
  })

  it('is walked by keys and found in', () => {
    const { unmount } = render(<JsonTree value={value} />)
    const tree = screen.getByRole('tree')
    fireEvent.keyDown(tree, { key: 'ArrowLeft' })
    expect(items()).toEqual(['4 fields{order_id: 6917384950012345678, total: 12.50, items: [{sku: "A-1"}], a b: true}'])
    fireEvent.change(screen.getByRole('textbox', { name: 'Search names and values' }), { target: { value: 'sku' } })
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Search names and values' }), { key: 'Enter' })
    expect(screen.getByRole('treeitem', { selected: true }).textContent).toBe('sku:"A-1"')
    unmount()
  })
})
