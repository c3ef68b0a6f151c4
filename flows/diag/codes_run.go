package diag

// runCodes are the failures of runs that the engine, expressions, pure nodes and control nodes give.
var runCodes = []Entry{
	{
		"config.duration", "",
		Text{"The value is not a duration.", "An expression gave something that cannot be read as a duration. Give a text such as 1.5s, 30m or 2d, or a difference of two times."},
		Text{"值不是合法的时长。", "表达式的结果无法当作时长。请给出 1.5s、30m、2d 这样的文本，或者两个时间之差。"},
	},
	{
		"config.time", "",
		Text{"The value is not a time.", "An expression gave something that cannot be read as a moment. Give a time, or its text in RFC 3339, such as 2024-06-01T10:15:30+08:00."},
		Text{"值不是合法的时间。", "表达式的结果无法当作时间。请给出时间值，或 RFC 3339 格式的文本，例如 2024-06-01T10:15:30+08:00。"},
	},
	{
		"expr.internal", "",
		Text{"The expression could not be evaluated because of a fault in the program.", "This is a fault in Sluice, not in the flow. Report it with the expression and the run's id."},
		Text{"程序内部故障，表达式未能计算。", "这是 Sluice 的缺陷，不是流程的问题。请带上表达式和运行编号反馈。"},
	},
	{
		"engine.replay_mismatch", "",
		Text{"The recorded events do not lead to the same steps any more.", "Folding the run's journal asked for other work than the journal recorded, so the run is held instead of guessed at. The evidence is kept. Report it with the run's id and the versions before and after the upgrade."},
		Text{"重放日志得到的步骤与当时的记录不一致。", "按日志重放时，引擎要做的事与记录不符，因此暂停这次运行而不去猜测，现场已保留。请带上运行编号和升级前后的版本号反馈。"},
	},
	{
		"internal", "",
		Text{"The run met a fault in the program.", "This is a fault in Sluice, not in the flow. The log of the server has the details; report it with the run's id."},
		Text{"运行遇到了程序内部故障。", "这是 Sluice 的缺陷，不是流程的问题。详情在服务器日志里，请带上运行编号反馈。"},
	},
	{
		"subflow.depth", "",
		Text{"The subflow is not started: too many runs start each other.", "A flow calls itself, directly or through others, without coming to an end. Give the recursion a condition that ends it, or use a repeat."},
		Text{"子流程没有启动：运行之间层层调用过深。", "流程直接或间接地不断调用自己而不结束。请为递归加上结束条件，或改用循环节点。"},
	},
	{
		"run.loop", "",
		Text{
			"The flow is not started: it goes round in circles.",
			"Flows that start each other over and over are stopped at a set depth or rate, by business key. Find what makes them start each other; the next start is let through when they have calmed down.",
		},
		Text{
			"流程没有启动：流程之间在循环触发。",
			"流程互相反复触发时，会按设定的层数或频率、按业务键拦下。请找出互相触发的原因；平静下来之后，新的启动会被放行。",
		},
	},
	{
		"run.timeout", "",
		Text{"The run took longer than the flow's timeout.", "settings.timeout bounds a run from its start to its end, waits included. Raise it, or find in the steps what took so long."},
		Text{"运行超过了流程设定的总时限。", "settings.timeout 限制一次运行从开始到结束的时间，等待也算在内。请调大时限，或在步骤里查看时间花在哪里。"},
	},
	{
		"run.cancelled", "",
		Text{"The run was cancelled.", "Somebody cancelled the run, or a rule did: a newer run that replaces it, a parent run that ended. Compensations of the nodes that had succeeded were done."},
		Text{"运行被取消了。", "由人工取消，或按规则取消：例如被更新的运行替换，或者父运行已经结束。已成功节点的补偿已经执行。"},
	},
	{
		"run.max_steps", "",
		Text{"The run took more steps than the flow allows.", "settings.maxSteps bounds the steps of one run, against loops that nobody meant. Raise it if so many are right, or process long lists in parts."},
		Text{"运行的步数超过了流程的上限。", "settings.maxSteps 限制一次运行的步数，防止意外的大量循环。确实需要这么多就调大，否则请分批处理长列表。"},
	},
	{
		"run.too_large", "",
		Text{"The run's journal has reached its size limit.", "What one run may store is bounded, so that a single run cannot fill the disk. Store large data elsewhere and pass references, or split the work over several runs."},
		Text{"运行日志达到了大小上限。", "单次运行可占用的存储有上限，避免一次运行写满磁盘。大数据请另外存放、流程里只传引用，或者拆成多次运行。"},
	},
	{
		"run.replaced", "",
		Text{"A newer run replaced this one.", "The flow's concurrency policy is replace: a new run with the same key cancels the one before."},
		Text{"已被更新的运行替换。", "流程的并发策略是 replace：同一个键有新的运行时，旧的运行会被取消。"},
	},
	{
		"node.timeout", "",
		Text{"The node took longer than its timeout.", "The timeout bounds one try of a task, and the whole of a waiting node. Raise it, add a retry, or draw an edge from the port error."},
		Text{"节点超时。", "超时时间对任务来说是单次尝试的时限，对等待类节点来说是总时限。请调大时限、加上重试，或从 error 端口接出处理分支。"},
	},
	{
		"node.outcome_unknown", "",
		Text{"It is not known whether the write took effect.", "The server stopped between sending and noting the outcome, and the node asks to be held for a person (onUnknown pause). Look at the other side, then resume, or give the output by hand."},
		Text{"不确定写操作是否已经生效。", "服务在发出请求之后、记下结果之前中断，而节点要求人工确认（onUnknown 为 pause）。请到对方系统核实，然后继续运行，或手工填入输出。"},
	},
	{
		"await.timeout", "",
		Text{"None of the awaited events came in time.", "The port timeout has no edge, so the node failed. Draw an edge from it to go on in another way, or wait longer."},
		Text{"等待的事件没有按时到达。", "timeout 端口没有连线，所以节点失败。请从该端口接出处理分支，或延长等待时间。"},
	},
	{
		"await.key", "",
		Text{"The key of an awaited event is empty.", "An empty key would match nothing. Check the template: the value it reads was probably absent."},
		Text{"等待事件的键为空。", "空键匹配不到任何事件。请检查模板，它读取的值多半不存在。"},
	},
	{
		"approval.timeout", "",
		Text{"Nobody decided in time.", "The port timeout has no edge, so the node failed. Draw an edge from it, or escalate earlier."},
		Text{"没有人按时审批。", "timeout 端口没有连线，所以节点失败。请从该端口接出处理分支，或更早升级提醒。"},
	},
	{
		"foreach.items", "",
		Text{"The items are not a list.", "foreach runs its body for each item of a list. Wrap a single value in [ ], or turn an object into a list with toPairs or values."},
		Text{"items 不是列表。", "foreach 对列表的每一项执行一次。单个值请用 [ ] 包起来，对象请用 toPairs 或 values 转成列表。"},
	},
	{
		"group.lock", "",
		Text{"The lock's key is empty or not a text.", "One run at a time holds a lock by its key, so there must be one. Check the template: the value it reads was probably absent."},
		Text{"锁的键为空或不是文本。", "同一个键的锁同时只能由一次运行持有，所以键不能为空。请检查模板，它读取的值多半不存在。"},
	},
	{
		"repeat.exhausted", "",
		Text{"The condition was still not met after the last turn.", "The port exhausted has no edge, so the node failed. Draw an edge from it to go on in another way, or allow more turns."},
		Text{"重复次数用完，条件仍未满足。", "exhausted 端口没有连线，所以节点失败。请从该端口接出处理分支，或允许更多次数。"},
	},
	{
		"respond.status", "",
		Text{"The status of the answer is not a number from 200 to 599.", "Give an HTTP status as a whole number, such as 200 or 422."},
		Text{"响应状态码不是 200 到 599 之间的整数。", "请给出整数形式的 HTTP 状态码，例如 200 或 422。"},
	},
	{
		"end.failed", "",
		Text{"The flow ended this run as failed.", "An end node with the status failed was reached. Its message, where it has one, says why."},
		Text{"流程主动以失败结束。", "运行到了状态为 failed 的 end 节点，原因见该节点的 message。"},
	},
	{
		"end.cancelled", "",
		Text{"The flow ended this run as cancelled.", "An end node with the status cancelled was reached."},
		Text{"流程主动以取消结束。", "运行到了状态为 cancelled 的 end 节点。"},
	},
	{
		"json.schema", "",
		Text{"The value is not as its schema says.", "The details list each place and rule. Correct the sender, or widen the schema."},
		Text{"数据不符合 Schema。", "详情列出了每一处及违反的规则。请让对方改正，或放宽 Schema。"},
	},
	{
		"map.required", "",
		Text{"A required field has nothing.", "The path found nothing, or null, and the field has no default."},
		Text{"必填字段没有值。", "路径没有取到值（或为 null），而且没有设置默认值。"},
	},
	{
		"map.type", "",
		Text{"A field cannot be converted to its type.", "Conversions are exact or fail: 12.5 is no integer, abc no number. Choose another type, or convert in an expression."},
		Text{"字段无法转换成指定类型。", "转换必须精确，否则就失败：12.5 不是整数，abc 不是数字。请换一种类型，或在表达式里转换。"},
	},
	{
		"rules.not_unique", "",
		Text{"More than one rule matched.", "With hit unique, at most one rule may match. Make the conditions exclude each other, or choose first or priority."},
		Text{"有多条规则同时命中。", "hit 为 unique 时最多只能命中一条。请让条件互斥，或改用 first、priority。"},
	},
	{
		"subflow.start", "",
		Text{"The other flow could not be started.", "No flow with this id is published, or the server could not store its run. The message says which."},
		Text{"另一个流程无法启动。", "没有已发布的同名流程，或者服务器无法保存它的运行，具体原因见消息。"},
	},
	{
		"subflow.lost", "",
		Text{"The result of the other run cannot be read.", "The child run ended, but its journal cannot be read any more. Look at its page, and give the output by hand if it is known."},
		Text{"另一次运行的结果已无法读取。", "子运行已经结束，但它的日志读不出来了。请查看它的页面，知道结果时可以手工填入输出。"},
	},
	{
		"task.timeout", "",
		Text{"The task did not end, not even when it was told to.", "The node's timeout was over and the work did not stop in the grace that followed. A write may have taken effect."},
		Text{"任务超时，并且没有响应停止要求。", "节点已超时，宽限期内工作仍未停止。写操作可能已经生效。"},
	},
	{
		"task.aborted", "",
		Text{"The task was stopped because its result was no longer wanted.", "The run was cancelled, or another way to the next node was faster."},
		Text{"任务已中止，不再需要它的结果。", "运行被取消，或者其他分支已经先到达后面的节点。"},
	},
	{
		"task.type_unknown", "",
		Text{"This server does not know the node type.", "The flow was published by another build. Run it on a server that has the type."},
		Text{"当前服务器没有这种节点类型。", "流程是由另一个构建发布的，请在包含该类型的服务器上运行。"},
	},
	{
		"task.output", "",
		Text{"The task's output is not a JSON value.", "This is a fault in the node type, not in the flow. Report it with the run's id."},
		Text{"任务的输出不是合法的 JSON 值。", "这是节点类型的缺陷，不是流程的问题。请带上运行编号反馈。"},
	},
	{
		"respond.headers", "",
		Text{"The headers of the answer cannot be sent.", "Headers are an object of texts without line breaks."},
		Text{"响应头不合法。", "响应头必须是由文本组成的对象，且不能含换行。"},
	},
	{
		"task.output_too_large", "",
		Text{"The task's output is larger than a run may keep.", "Ask for less (maxBytes, maxRows, fewer fields), or keep the data elsewhere and pass a reference."},
		Text{"任务的输出超过了大小上限。", "请减少返回的数据（maxBytes、maxRows、更少的字段），或把数据另存，只传引用。"},
	},
}
