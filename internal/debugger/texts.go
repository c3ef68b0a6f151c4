package debugger

import (
	"sluice/engine/core"
	"sluice/flows/diag"
)

// text is a message in each language, with the same verbs in both.
type text struct{ en, zh string }

func (t text) in(l diag.Language) string {
	if l == diag.Chinese {
		return t.zh
	}
	return t.en
}

var (
	textHelp = text{
		`  list (l)                    the steps so far, and the breakpoints
  print (p) [EXPRESSION]      the scope, or what an expression gives here
  break (b) NODE [before|after|error] [if EXPRESSION]
  delete (d) N                take breakpoint N away
  continue (c)                to the next breakpoint
  over (n), into (s), out (o) to the next step: here or further out, wherever it is, outside this body
  to (t) NODE                 to a node, or to a path
  set vars.NAME = JSON        change a variable when the run goes on
  set PATH = JSON             change the output of a step that has ended
  skip JSON                   give this step an output by hand instead of executing it
  again                       try the step that failed once more
  judge done [JSON]|again|failed [WHY]
                              say what became of a write whose outcome is unknown
  quit (q)                    leave; the run stays as it is`,
		`  list (l)                    已执行的步骤和断点
  print (p) [表达式]          查看当前数据，或计算表达式
  break (b) 节点 [before|after|error] [if 表达式]
  delete (d) 序号             删除断点
  continue (c)                继续到下一个断点
  over (n)、into (s)、out (o) 单步：同层或外层的下一步、进入内部、跳出当前循环体
  to (t) 节点                 运行到指定节点或路径
  set vars.名称 = JSON        继续时修改变量
  set 路径 = JSON             继续时修改已结束步骤的输出
  skip JSON                   跳过当前步骤，直接给出输出
  again                       重试出错的步骤
  judge done [JSON]|again|failed [原因]
                              确认结果未知的写操作
  quit (q)                    退出，运行保持原状`,
	}
	textChildEnded   = text{"run %s ended: %s", "运行 %s 已结束：%s"}
	textNotJSON      = text{"  that is not JSON: %s", "  不是合法的 JSON：%s"}
	textUnknown      = text{"  there is no command %s; help lists them", "  没有命令 %s，输入 help 查看"}
	textNotRead      = text{"  the journal cannot be read: %s", "  无法读取运行日志：%s"}
	textNoBreakpoint = text{"  there is no such breakpoint; list shows their numbers", "  没有这个断点，list 可查看序号"}
	textSet          = text{"  write set vars.NAME = JSON, or set PATH = JSON", "  格式：set vars.名称 = JSON，或 set 路径 = JSON"}
	textJudge        = text{"  write judge done [JSON], judge again, or judge failed [WHY]", "  格式：judge done [JSON]、judge again 或 judge failed [原因]"}
)

// textStopped says where a run stands still, by why it does.
var textStopped = map[core.StopOn]text{
	core.StopBefore:  {"stopped before %s (run %s)", "停在 %s 执行前（运行 %s）"},
	core.StopAfter:   {"stopped after %s (run %s)", "停在 %s 执行后（运行 %s）"},
	core.StopError:   {"stopped at the failure of %s (run %s)", "停在 %s 出错处（运行 %s）"},
	core.StopPause:   {"paused%s (run %s)", "已暂停%s（运行 %s）"},
	core.StopUnknown: {"nobody knows whether %s took effect (run %s): judge it", "%s 是否已生效未知（运行 %s），请用 judge 确认"},
}
