package main

import (
	"fmt"
	"strings"

	"sluice/connect"
	"sluice/flows/diag"
	"sluice/flows/expr"
)

// errorPage lists the codes by area, the part before the first dot.
func errorPage(entries []diag.Entry, l language) string {
	var b strings.Builder
	b.WriteString(note(l))
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", l.say("Error codes", "错误码"), l.say("[中文](errors.zh.md)", "[English](errors.md)"))
	b.WriteString(l.say(
		"Codes are stable: programs may rely on them, texts may change. An **error** on a document refuses publishing, a **warning** "+
			"does not; a **failure** is how a node or a run fails.\n",
		"错误码是稳定的，程序可以依赖；文字说明可能调整。文档上的**错误**会阻止发布，**警告**不会；**失败**是节点或运行的失败原因。\n"))
	area := ""
	for _, e := range entries {
		if a, _, _ := strings.Cut(e.Code, "."); a != area {
			area = a
			fmt.Fprintf(&b, "\n## %s\n", area)
		}
		text := e.In(diag.Language(l))
		fmt.Fprintf(&b, "\n### `%s`\n\n*%s* — %s\n\n%s\n", e.Code, severity(e.Severity, l), marked(text.Message), cell(text.Help))
	}
	return b.String()
}

func severity(s diag.Severity, l language) string {
	switch s {
	case diag.Error:
		return l.say("error", "错误")
	case diag.Warning:
		return l.say("warning", "警告")
	default:
		return l.say("failure", "失败")
	}
}

// marked shows a message's parameters as code and drops the brackets around parts that may be left out.
func marked(message string) string {
	message = strings.NewReplacer("[", "", "]", "").Replace(message)
	return strings.NewReplacer("{", "`", "}", "`", "<", "&lt;").Replace(message)
}

// expressionPage lists the functions of expressions.
func expressionPage(signatures []expr.Signature, l language) string {
	var b strings.Builder
	b.WriteString(note(l))
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", l.say("Expressions", "表达式"), l.say("[中文](expressions.zh.md)", "[English](expressions.md)"))
	b.WriteString(l.say(
		"The language is [expr](https://expr-lang.org/docs/language-definition). A field that says so holds a bare expression; every "+
			"other string may hold templates `{{ expression }}`. A string that is exactly one template keeps the value's type. What is not "+
			"there is nil, and a condition that is nil is false; integers stay exact at any size; results never depend on the order of keys.\n\n",
		"语法是 [expr](https://expr-lang.org/docs/language-definition)。标明为表达式的字段直接写表达式，其他字符串可以用模板 `{{ 表达式 }}`；"+
			"整个字符串恰好是一个模板时保留值的类型。取不到的值是 nil，条件为 nil 按 false 处理；整数不论多大都保持精确；结果与键的顺序无关。\n\n"))
	fmt.Fprintf(&b, "## %s\n\n", l.say("Names", "变量"))
	fmt.Fprintf(&b, "%s `%s`\n\n", l.say("At every node:", "所有节点可用："), strings.Join(expr.RootsOfNode.Names(), "`, `"))
	fmt.Fprintf(&b, "%s `%s`\n\n", l.say("For the items of a list as well:", "处理列表项时另有："), strings.Join(expr.RootsOfItem.Names(), "`, `"))
	fmt.Fprintf(&b, "## %s\n\n| %s | %s | %s |\n|---|---|---|\n", l.say("Functions", "函数"), l.say("call", "调用"), l.say("gives", "结果"), l.say("what it does", "说明"))
	for _, s := range signatures {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", call(s), cell(s.Result), cell(l.say(s.EN, s.ZH)))
	}
	fmt.Fprintf(&b, "\n%s\n", l.say(
		"`?` may be left out; `…` takes any number; a *predicate* is an expression evaluated for each item, which is `#` in it (`.name` is `#.name`).",
		"`?` 可省略；`…` 可写任意多个；predicate 是对每一项求值的表达式，其中 `#` 表示当前项（`.name` 即 `#.name`）。"))
	return b.String()
}

func call(s expr.Signature) string {
	var params []string
	for _, p := range s.Params {
		text := p.Name
		if p.Variadic {
			text += "…"
		}
		if p.Optional {
			text += "?"
		}
		params = append(params, text)
	}
	return s.Name + "(" + strings.Join(params, ", ") + ")"
}

// connectionPage is the reference of the connection types.
func connectionPage(types []connect.Type, l language) string {
	var b strings.Builder
	b.WriteString(note(l))
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", l.say("Connections", "连接"), l.say("[中文](connections.zh.md)", "[English](connections.md)"))
	b.WriteString(l.say(
		"A connection has an `id`, a `type`, a `config`, `secrets` and `limits`. A secret is a text, or `{\"env\": \"NAME\"}` to take it from the environment. "+
			"For the command line they stand in a file: `{\"connections\": [...]}`.\n",
		"连接包含 `id`、`type`、`config`、`secrets` 和 `limits`。密钥可以直接写文本，也可以用 `{\"env\": \"NAME\"}` 从环境变量读取。"+
			"命令行使用的连接写在一个文件里：`{\"connections\": [...]}`。\n"))
	limitRows(&b, l)
	outboundRows(&b, l)
	for _, t := range types {
		fmt.Fprintf(&b, "\n## `%s`\n\n**%s**\n\n", t.Name, label(t.Title, l))
		fmt.Fprintf(&b, "%s\n\n", label(t.Doc, l))
		fieldHeader(&b, l)
		fieldRows(&b, "config.", t.Config, l)
		fieldRows(&b, "secrets.", t.Secrets, l)
	}
	return b.String()
}

// limitRows tell of the limits that connections of all types have.
func limitRows(b *strings.Builder, l language) {
	fmt.Fprintf(b, "\n## `limits`\n\n%s\n\n", l.say(
		"Connections of every type may have limits. They hold over all flows together; what waits does so in the order in which it came, "+
			"within the node's timeout. A call refused by a limit was not made and may be retried: `connection.rate`, `connection.busy`, `connection.breaker`. "+
			"Set a rate a little below what the other side allows: calls do not all take equally long to get there.",
		"所有类型的连接都可以设置限制，对所有流程合计生效。等待的调用先到先得，等待时间计入节点超时。"+
			"因限制被拒绝的调用没有发出，可以重试：`connection.rate`、`connection.busy`、`connection.breaker`。"+
			"速率请设得比对方的上限略低：每次调用到达对方的用时并不相同。"))
	fieldHeader(b, l)
	fieldRows(b, "limits.", connect.Limits(), l)
}

func fieldHeader(b *strings.Builder, l language) {
	fmt.Fprintf(b, "| %s | %s | %s |\n|---|---|---|\n", l.say("key", "键"), l.say("value", "值"), l.say("meaning", "含义"))
}

func label(t connect.Label, l language) string { return l.say(t.EN, t.ZH) }

func fieldRows(b *strings.Builder, path string, fields []connect.Field, l language) {
	for _, f := range fields {
		value := fieldKind(f, l)
		if f.Required {
			value += l.say(", **required**", "，**必填**")
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", path, f.Name, value, cell(label(f.Title, l)))
		fieldRows(b, path+f.Name+".", f.Fields, l)
		for _, v := range f.Variants {
			fmt.Fprintf(b, "| `%s%s.type` | `%s` | %s |\n", path, f.Name, v.Name, cell(label(v.Title, l)))
			fieldRows(b, path+f.Name+".", v.Fields, l)
			fieldRows(b, "secrets.", v.Secrets, l)
		}
	}
}

func fieldKind(f connect.Field, l language) string {
	switch f.Kind {
	case connect.LongText:
		return l.say("text of several lines", "多行文本")
	case connect.URL:
		return l.say("http or https address", "http 或 https 地址")
	case connect.Address, connect.DatabaseURL:
		return l.say("address with ", "地址，协议为 ") + "`" + strings.Join(f.Choices, "://`, `") + "://`"
	case connect.TextList:
		return l.say("list of texts", "文本列表")
	case connect.Duration:
		return l.say("duration", "时长")
	case connect.Date:
		return l.say("day: `2027-03-01`", "日期：`2027-03-01`")
	case connect.Rate:
		return l.say("calls a second, minute or hour: `5/s`, `20/m`, `1000/h`", "每秒、每分钟或每小时的次数：`5/s`、`20/m`、`1000/h`")
	case connect.Count:
		return l.say("whole number from 1", "正整数")
	case connect.Port:
		return l.say("whole number from 1 to 65535", "1 到 65535 的整数")
	case connect.Flag:
		return "true, false"
	case connect.Choice:
		return "`" + strings.Join(f.Choices, "`, `") + "`"
	case connect.TextMap:
		return l.say("object of texts", "文本对象")
	case connect.Group, connect.Variants:
		return l.say("object", "对象")
	default:
		return l.say("text", "文本")
	}
}
