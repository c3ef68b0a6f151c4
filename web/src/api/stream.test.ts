import { describe, expect, it } from 'vitest'
import { JsonNumber } from './json'
import { EventReader } from './stream'

describe('server-sent events', () => {
  it('reads events however they are cut into pieces', () => {
    const text = ': hello\n\nid: 7\nevent: run\ndata: {"id":\ndata: 6917223378889540123}\n\nid: 8\r\nevent: step\r\ndata: null\r\n\r\n'
    for (let cut = 1; cut < text.length; cut++) {
      const reader = new EventReader()
      const events = [...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut))]
      expect(events).toEqual([
        { type: 'run', data: { id: new JsonNumber('6917223378889540123') } },
        { type: 'step', data: null },
      ])
      expect(reader.lastId).toBe('8')
    }
  })
})
