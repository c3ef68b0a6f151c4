import { DatePicker } from 'antd'
import dayjs from 'dayjs'

interface Props {
  from: string | undefined
  to: string | undefined
  onPick: (from: string | undefined, to: string | undefined) => void
}

/** A stretch of time, open at either end. On its own, because it is large and seldom wanted. */
export default function SpanPicker({ from, to, onPick }: Props) {
  return (
    <DatePicker.RangePicker
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      allowEmpty={[true, true]}
      defaultValue={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
      onChange={(v) => onPick(v?.[0]?.toISOString(), v?.[1]?.toISOString())}
    />
  )
}
