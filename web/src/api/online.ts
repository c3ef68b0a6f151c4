import { create } from 'zustand'

/** Whether the server answers, as the last request found it. */
export const useOnline = create<{ online: boolean; reached: () => void; missed: () => void }>((set, get) => ({
  online: true,
  reached: () => {
    if (!get().online) set({ online: true })
  },
  missed: () => {
    if (get().online) set({ online: false })
  },
}))
