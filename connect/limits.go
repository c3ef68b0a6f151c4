package connect

import (
	"time"

	"sluice/connect/limit"
	"sluice/engine/core"
)

// Limits are the fields under limits, which every type of connection has.
func Limits() []Field {
	return []Field{
		{Name: "rate", Kind: Rate, Title: Label{
			"Calls a second, minute or hour, over all flows together (20/m); further ones wait for their turn, as long as their time allows",
			"所有流程合计每秒、每分钟或每小时的调用次数（20/m）；超出的调用排队等待，等不及时失败",
		}},
		{Name: "concurrency", Kind: Count, Title: Label{
			"Calls at the same time; further ones wait", "同时进行的调用数；超出的调用排队等待",
		}},
		{Name: "breaker", Kind: Group, Title: Label{
			"Refuse calls for a while when the other side is unwell: no connection, no answer in time, 5xx",
			"对方异常（无法连接、超时、5xx）时暂停调用一段时间",
		}, Fields: []Field{
			{Name: "failures", Kind: Count, Required: true, Title: Label{"Failures that open it", "触发熔断的失败次数"}},
			{Name: "within", Kind: Duration, Title: Label{
				"Time in which they count (1m); without it they count when no call succeeds in between", "统计失败的时间窗口（1m）；不填则按连续失败计算",
			}},
			{Name: "open", Kind: Duration, Required: true, Title: Label{
				"Time until one call may try again (30s)", "熔断多久后放行一次试探调用（30s）",
			}},
		}},
	}
}

// limitsOf reads checked limits. What is not there, or not as it should be, sets no limit.
func limitsOf(d *Definition) limit.Limits {
	var limits limit.Limits
	if kind := typeOf(d.Type); kind != nil {
		limits.Rate, limits.Obey = kind.rate, kind.obey
	}
	if text, ok := d.Limits["rate"].(string); ok {
		limits.Rate, _ = limit.ParseRate(text)
	}
	limits.Concurrency, _ = d.Limits["concurrency"].(int)
	if b, ok := d.Limits["breaker"].(core.Object); ok {
		limits.Breaker.Failures, _ = b["failures"].(int)
		limits.Breaker.Within = duration(b["within"])
		limits.Breaker.Open = duration(b["open"])
	}
	return limits
}

// typeOf is nil for an unknown name.
func typeOf(name string) *Type {
	for _, kind := range Types() {
		if kind.Name == name {
			return &kind
		}
	}
	return nil
}

func duration(v core.Value) time.Duration {
	text, _ := v.(string)
	d, _ := time.ParseDuration(text)
	return d
}
