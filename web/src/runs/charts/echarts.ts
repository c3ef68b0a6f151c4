import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use as add } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

/** Only what the pages draw is in the chunk. */
export function newChart(place: HTMLElement) {
  add([BarChart, LineChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])
  return init(place, null, { renderer: 'canvas' })
}
