package main

import (
	"fmt"
	"strings"
)

// outboundRows tell of what holds for every connection that leaves the machine, and of how connections are.
func outboundRows(b *strings.Builder, l language) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", l.say("What may be reached", "允许访问的地址"), l.say(
		"Every type that dials asks one policy: before a name is looked up, at the dial by the address that it led to, on every redirect, and for what a proxy would dial. "+
			"Addresses of cloud metadata and link-local addresses are never reached. Everything else is, private and loopback ranges too, until `sluice serve` is told otherwise: "+
			"`--egress-deny` and `--egress-allow` take lists of addresses (`10.1.2.3`), ranges (`10.0.0.0/8`), names (`erp.example.com`) and names with all below them (`*.example.com`), and may be given several times.",
		"所有会发起网络连接的类型都遵守同一套规则：解析域名之前检查名称，建立连接时检查解析出的地址，每次重定向都重新检查，经代理访问时检查代理将要连接的目标。"+
			"云平台元数据地址和链路本地地址一律禁止访问。其余地址默认放行，包括内网和本机地址；需要收紧时，在 `sluice serve` 上用 "+
			"`--egress-deny` 和 `--egress-allow` 列出地址（`10.1.2.3`）、网段（`10.0.0.0/8`）、域名（`erp.example.com`）或某域名下的所有子域名（`*.example.com`），可重复指定。"))
	b.WriteString(l.say(
		"- The entry that fits most closely decides: a name before any range, a longer name or narrower range before a wider one, `deny` where both fit equally.\n"+
			"- What no entry fits is reached, unless there is an allow list: then it is refused.\n"+
			"- `--egress-deny 10.0.0.0/8 --egress-allow 10.1.2.3,0.0.0.0/0` opens one address of a range and the internet.\n",
		"- 以匹配最精确的一条为准：域名优先于网段，长域名、小网段优先于短域名、大网段；同样精确时以 `deny` 为准。\n"+
			"- 没有匹配的条目时放行；但只要给出了 allow 列表，未列出的一律拒绝。\n"+
			"- `--egress-deny 10.0.0.0/8 --egress-allow 10.1.2.3,0.0.0.0/0` 表示只放行该网段中的一个地址，以及公网。\n"))
	fmt.Fprintf(b, "\n## %s\n\n%s\n", l.say("Health", "健康状态"), l.say(
		"The API shows of every connection the last success, the last error, since when it fails (three calls in a row that could not be answered or whose credentials were refused, or a breaker that opened), "+
			"and when certificates and credentials end: `ok`, `notice` (30 days), `warning` (7), `critical` (1), `expired`. The same stands in `/metrics` as `sluice_connection_…`, "+
			"and the event trigger starts a flow for `connection.failing` and `connection.expiring`.",
		"API 会显示每个连接最近一次成功、最近一次错误、从何时起持续失败（连续三次无法得到响应或凭证被拒，或已熔断），"+
			"以及证书和凭证何时到期：`ok`、`notice`（30 天内）、`warning`（7 天内）、`critical`（1 天内）、`expired`。同样的数据在 `/metrics` 中以 `sluice_connection_…` 提供，"+
			"事件触发器可以用 `connection.failing` 和 `connection.expiring` 启动流程。"))
}
