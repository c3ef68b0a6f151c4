package main

import (
	"strings"

	"sluice/flows/diag"
)

// language is the one that messages are in.
type language = diag.Language

// text is a message in each language, with the same verbs in both.
type text struct{ en, zh string }

func (t text) in(l language) string {
	if l == diag.Chinese {
		return t.zh
	}
	return t.en
}

// languageOf follows the environment as other commands do.
func languageOf(env func(string) (string, bool)) language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := env(name); ok && v != "" {
			if strings.HasPrefix(v, "zh") {
				return diag.Chinese
			}
			return diag.English
		}
	}
	return diag.English
}

var (
	helpRun = text{
		"run a flow once on this machine: output JSON on stdout, one line a step on stderr; exit 1 where the run fails. --step is a debugger " +
			"from the first step on, --break 'NODE [before|after|error] [if EXPRESSION]' from there",
		"在本机运行一次流程：结果 JSON 写到标准输出，每个步骤一行写到标准错误；运行失败时退出码为 1。--step 从第一步开始单步调试，" +
			"--break '节点 [before|after|error] [if 表达式]' 停在指定位置",
	}
	helpRuns = text{
		"list the runs kept in DIR, show the steps of one, go on with those that were cut off, or step through one that is stopped or failed",
		"列出 DIR 中保存的运行、查看某次运行的步骤、继续被中断的运行，或单步调试已暂停或失败的运行",
	}
	helpValidate = text{
		"check flows: a line a finding, FILE:POINTER: CODE: MESSAGE; exit 1 if any is an error",
		"检查流程：每个问题一行，格式为 文件:指针: 代码: 说明；存在错误时退出码为 1",
	}
	helpNodes = text{"what node types there are, and what one does", "列出节点类型，或查看某个节点类型的说明"}

	textHelp           = text{"Sluice runs flows of order systems, durably.\n", "Sluice：可靠运行订单系统流程的引擎。\n"}
	textUnknownCommand = text{"sluice: there is no command %q; see sluice help", "sluice：没有命令 %q；请看 sluice help"}
	textStarted        = text{"run %s of %s started", "运行 %s（流程 %s）已开始"}
	textSucceeded      = text{"run %s succeeded in %s", "运行 %s 成功，耗时 %s"}
	textEnded          = text{"run %s %s after %s: %s", "运行 %s %s，耗时 %s：%s"}
	textAt             = text{"  at %s, try %d", "  位置：%s，第 %d 次尝试"}
	textCompensated    = text{"  these compensations failed and must be put right by hand: %s", "  以下补偿操作失败，需要人工处理：%s"}
	textInterrupted    = text{"cancelling; press Ctrl-C once more to stop at once (the run goes on with `sluice runs resume`)", "正在取消；再按一次 Ctrl-C 立即停止（之后可用 sluice runs resume 继续）"}
	textStopped        = text{"stopped; the run is kept in %s", "已停止；运行保存在 %s"}
	textStoppedLost    = text{"stopped; without --data nothing of the run is kept", "已停止；未指定 --data，运行未保存"}
	textInput          = text{"the input is not JSON: %v", "输入不是合法的 JSON：%v"}
	textInputSchema    = text{"the input is not as the flow's schema says: %s", "输入不符合流程的输入定义：%s"}
	textNotValid       = text{"%s has errors and cannot run", "%s 存在错误，无法运行"}
	textNoFindings     = text{"%s: no findings", "%s：没有问题"}
	textConnection     = text{"%s:%s: %s: %s", "%s:%s：%s：%s"}
	textTooLarge       = text{"the input is too large to start a run with (%v); pass a reference to it instead", "输入过大，无法启动运行（%v）；请改为传入引用"}
	textInUse          = text{"another process uses this folder (%v); stop it, or name another folder with --data", "该目录正被另一个进程使用（%v）；请停止该进程，或用 --data 指定其他目录"}
	textDiskFull       = text{"the journal cannot be written (%v); make room on the disk and try again", "无法写入运行日志（%v）；请清理磁盘空间后重试"}
	textLeft           = text{"the run stays stopped in %[1]s; go on with: sluice runs step %[1]s %[2]s", "运行停在原处，保存在 %[1]s；继续请执行：sluice runs step %[1]s %[2]s"}
	textNothingToDo    = text{"there is no run to go on with", "没有需要继续的运行"}
	textResumed        = text{"going on with %d runs", "继续 %d 个运行"}
)

// statusText is a run's status in words.
var statusText = map[string]text{
	"queued": {"is queued", "排队中"}, "running": {"is running", "运行中"}, "waiting": {"waits", "等待中"}, "paused": {"is paused", "已暂停"},
	"succeeded": {"succeeded", "成功"}, "failed": {"failed", "失败"}, "cancelled": {"was cancelled", "已取消"},
}

// phaseText is how far an activation has come, in words.
var phaseText = map[string]text{
	"running": {"running", "执行中"}, "delayed": {"will be tried again", "等待重试"}, "waiting": {"waiting", "等待中"}, "held": {"outcome unknown", "结果未知"}, "paused": {"stopped", "已停住"},
	"succeeded": {"succeeded", "成功"}, "failed": {"failed", "失败"}, "skipped": {"skipped", "跳过"}, "cancelled": {"cancelled", "已取消"},
}
