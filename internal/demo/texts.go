package demo

import (
	"fmt"
	"time"
)

// text is a line in both languages, with the same verbs in the same order.
type text struct{ en, zh string }

var (
	textShop    = text{"The shop is open at %s", "模拟店铺已开张：%s"}
	textReady   = text{"On the server: %d connections, %d flows", "服务器已就绪：%d 个连接，%d 个流程"}
	textOrders  = text{"%d orders are there to begin with", "开业时已有 %d 个订单"}
	textFired   = text{"%s started ahead of its schedule: run %s", "%s 提前触发：运行 %s"}
	textByHand  = text{"Order %s was delivered and nobody told us: arbitration started", "订单 %s 已签收却没有回调：手动发起仲裁"}
	textReturn  = text{"Return %s of order %s: %s, goes to %s", "退货 %s（订单 %s）：%s，转 %s"}
	textTrouble = text{"Did not work, goes on: %v", "出错，继续：%v"}
	textReport  = text{
		"%v orders; %v set right, %v filled in, %v cancelled, %v found paid, %v returns",
		"%v 个订单；仲裁 %v，补单 %v，取消 %v，确认已付 %v，退货 %v",
	}
)

func (w *world) say(t text, args ...any) {
	line := t.en
	if w.o.Zh {
		line = t.zh
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	_, _ = fmt.Fprintf(w.o.Out, time.Now().Format("15:04:05")+"  "+line+"\n", args...) // who cannot read it misses nothing
}
