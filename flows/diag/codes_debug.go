package diag

// debugCodes are what is said to those who stop runs, change them and let them go on.
var debugCodes = []Entry{
	{
		"breakpoint.refused", "",
		Text{"A breakpoint is not right.", "The details list every place with what is wrong there. Breakpoints name nodes of the flow the run is of, or of a published subflow."},
		Text{"断点设置有误。", "details 逐条列出位置和原因。断点只能设在运行所属流程的节点上，或已发布子流程的节点上。"},
	},
	{
		"breakpoint.node", Error,
		Text{"The flow has no node {node}.", "A breakpoint names a node by its id, or one activation by its path, such as each[3].charge."},
		Text{"流程里没有节点 {node}。", "断点用节点 id 指定，也可用路径指定某一次执行，如 each[3].charge。"},
	},
	{
		"breakpoint.on", Error,
		Text{"A run does not stop on {value}.", "It stops before a node, after it, or on error."},
		Text{"断点时机 {value} 无效。", "可选 before（执行前）、after（执行后）或 error（出错时）。"},
	},
	{
		"breakpoint.flow", Error,
		Text{"The flow {flow} is not published.", "Breakpoints in a subflow name a flow that is live, because its runs are of that version."},
		Text{"流程 {flow} 没有发布。", "子流程里的断点只能设在已发布的流程上，因为运行使用的是发布版本。"},
	},
	{
		"run.not_paused", "",
		Text{"The run does not stand still.", "Only a run that is paused can be resumed. Pause it first, or set a breakpoint."},
		Text{"运行没有暂停。", "只有暂停中的运行才能恢复。请先暂停，或设置断点。"},
	},
	{
		"resume.unknown_mode", "",
		Text{"There is no such way to go on.", "The modes are continue, over, into, out, to and stay."},
		Text{"没有这种继续方式。", "可选 continue、over、into、out、to、stay。"},
	},
	{
		"resume.stays", "",
		Text{"The run is to stay stopped, so nothing is skipped or tried again.", "Mode stay only changes variables and outputs. Leave it out to skip or try again, or go on with another mode."},
		Text{"运行要保持暂停，不能跳过步骤或重试。", "stay 模式只修改变量和输出。要跳过或重试，请改用其他模式。"},
	},
	{
		"resume.unknown_path", "",
		Text{"There is no such activation at work.", "Paths are as the run's steps show them. A body that has ended cannot be changed any more; fork before it instead."},
		Text{"没有这个正在进行的步骤。", "路径与运行步骤中的一致。已结束的循环体不能再改，可在它之前创建分支运行。"},
	},
	{
		"resume.unknown_port", "",
		Text{"The node has no such port.", "Leave the port out to take the first one."},
		Text{"节点没有这个出口。", "不填出口时使用第一个出口。"},
	},
	{
		"resume.not_ended", "",
		Text{"That activation has no output yet.", "Only outputs of nodes that have ended can be changed. Give the node that the run is stopped at an output with skip."},
		Text{"该步骤还没有输出。", "只能修改已结束节点的输出。要替当前停住的节点给出结果，请用 skip。"},
	},
	{
		"resume.nothing_to_skip", "",
		Text{"There is nothing to skip.", "A node can be skipped while the run is stopped before it, or where it failed."},
		Text{"没有可跳过的节点。", "只有停在节点执行前或出错处时，才能跳过该节点。"},
	},
	{
		"resume.nothing_to_repeat", "",
		Text{"Nothing failed here.", "A node can be tried again while the run is stopped at its failure: set a breakpoint on error."},
		Text{"此处没有失败的节点。", "停在出错处时才能重试该节点，可设置 error 断点。"},
	},
	{
		"judge.not_held", "",
		Text{"No outcome is unknown there.", "Only a write that a crash cut off, with onUnknown pause, waits for a person. The run's waits list it."},
		Text{"此处没有结果未知的写入。", "只有被中断且 onUnknown 为 pause 的写任务才需要人工确认，可在运行的等待项中查看。"},
	},
	{
		"judge.verdict", "",
		Text{"A verdict is done, again or failed.", "done: it took effect, with this output. again: it did not, do it. failed: it did not, and the flow is to deal with that."},
		Text{"结论只能是 done、again 或 failed。", "done：已生效，并给出输出；again：未生效，请重做；failed：未生效，由流程按失败处理。"},
	},
	{
		"task.judged_failed", "",
		Text{"Somebody said that the write did not take effect.", "A crash cut the write off, and a person judged that it failed. The run's journal says who."},
		Text{"人工确认该写入未生效。", "写入被中断后，由人工判定为失败，判定人见运行日志。"},
	},
	{
		"retry.running", "",
		Text{"The run is at work already.", "Somebody else has retried it. Look at the run again."},
		Text{"运行已在进行。", "可能已被他人重试，请刷新查看。"},
	},
	{
		"retry.not_failed", "",
		Text{"Only a run that failed can be retried.", "To do a run again from one of its steps, fork it."},
		Text{"只有失败的运行才能重试。", "要从某一步重新执行，请创建分支运行。"},
	},
	{
		"retry.compensated", "",
		Text{"What the run had done was undone.", "Its compensations have run, so that there is nothing to go on from. Start a new run with the same input."},
		Text{"该运行已完成补偿。", "已做的操作已被撤销，无法从失败处继续。请用相同输入重新发起。"},
	},
	{
		"retry.unfit", "",
		Text{"This version does not fit what the run has done.", "It has no place for a write that was done. Retry with the run's own version, or start a new run."},
		Text{"该版本与运行已完成的操作不相容。", "已完成的写操作在该版本中找不到对应步骤。请用原版本重试，或重新发起。"},
	},
	{
		"retries.not_found", "",
		Text{"There is no such bulk retry.", "They are remembered while the server runs. What they did is in the runs."},
		Text{"没有这次批量重试。", "批量重试记录在服务运行期间保留，具体结果见各个运行。"},
	},
	{
		"fork.not_reached", "",
		Text{"The run does not come to that step.", "Steps are named by their paths, as the run shows them. With another version or input it may take another way before."},
		Text{"运行到不了这一步。", "步骤用路径指定，与运行步骤列表一致。换了版本或输入后，可能在此之前就走了别的分支。"},
	},
	{
		"test.not_reproduced", "",
		Text{"The run cannot be made a test.", "Played again with its recorded outcomes it goes another way: because somebody changed it by hand, because it has not ended, or because its branches raced. The details say where."},
		Text{"该运行无法保存为测试。", "用记录的结果重放时走了不同的路径：可能被人工修改过、尚未结束，或并行分支存在先后竞争。details 给出具体位置。"},
	},
	{
		"replay.too_many", "",
		Text{"At most 1,000 runs are replayed at once.", "Ask for fewer; the newest are taken."},
		Text{"一次最多重放 1000 个运行。", "请减少数量，系统会取最新的运行。"},
	},
	{
		"publish.replay_differs", "",
		Text{"With this version earlier runs would have gone otherwise.", "The details list them with what would change. Publish with force=true if that is meant."},
		Text{"使用该版本，历史运行的结果会发生变化。", "details 列出受影响的运行和差异。确认无误可加 force=true 发布。"},
	},
}
