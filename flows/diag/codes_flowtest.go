package diag

// flowTestCodes are the findings on tests of flows: on how one is written, and on what came otherwise than it expects.
var flowTestCodes = []Entry{
	{
		"test.empty", Error,
		Text{
			"The file holds no test.",
			"A file of tests is one test or a list of them. An empty list would pass whatever the flow does.",
		},
		Text{
			"文件里没有测试。",
			"测试文件是一个测试，或者一个测试列表。空列表无论流程怎么改都会通过，没有意义。",
		},
	},
	{
		"test.time", Error,
		Text{
			"{value} is not a time between the years 1970 and 2200.",
			"The time at which the test begins is written as RFC 3339, such as 2026-05-01T10:00:00+08:00.",
		},
		Text{
			"“{value}”不是 1970 到 2200 年之间的合法时间。",
			"测试的起始时间按 RFC 3339 书写，例如 2026-05-01T10:00:00+08:00。",
		},
	},
	{
		"test.input", Error,
		Text{
			"The flow does not take this input: {problem}.",
			"The body of the trigger is not as the flow's input schema says, so no such run would ever start. Mend the body, or the schema.",
		},
		Text{
			"流程不接受这个输入：{problem}。",
			"触发器的 body 不符合流程 input 里的 Schema，这样的运行根本不会启动。请修改 body，或者修改 Schema。",
		},
	},
	{
		"test.path.unknown", Error,
		Text{
			"The flow has nothing at {path} that asks the outside for anything.[ Did you mean {nearest}?]",
			"A path names a task, an await or a subflow: fetch, or each[3].fetch in a body, each[*].fetch for all of them, save.compensate for a compensation, call/fetch for a node of the flow that the subflow call runs.",
		},
		Text{
			"流程在 {path} 处没有需要外部结果的节点。[是不是想写“{nearest}”？]",
			"路径指向任务、await 或 subflow：例如 fetch；容器内部写 each[3].fetch，所有项写 each[*].fetch；补偿写 save.compensate；子流程节点 call 所运行流程里的节点写 call/fetch。",
		},
	},
	{
		"test.outcome.shape", Error,
		Text{
			"An outcome has exactly one of the keys output, error, event and timeout.",
			"A task gives an output or an error, and so does a subflow. An await gets an event, with its data, or no event at all: {\"timeout\": true}.",
		},
		Text{
			"一个结果必须且只能有 output、error、event、timeout 其中一个键。",
			"任务和子流程给出 output 或 error；await 收到 event（连同 data），或者一直没有事件：{\"timeout\": true}。",
		},
	},
	{
		"test.outcome.kind", Error,
		Text{
			"{path} cannot have this outcome; it takes {want}.",
			"A task and a subflow take output or error, an await takes event or timeout.",
		},
		Text{
			"{path} 不能用这种结果，应为 {want}。",
			"任务和子流程用 output 或 error，await 用 event 或 timeout。",
		},
	},
	{
		"test.outcome.event", Error,
		Text{
			"{path} does not await {event}, or awaits it for several ports; it has {events}.[ Did you mean {nearest}?]",
			"An event is named by the port that it opens, or by the event's own name where the await has it once.",
		},
		Text{
			"{path} 没有等待“{event}”，或者有多个端口等待它；可用的有：{events}。[是不是想写“{nearest}”？]",
			"事件用它打开的端口名来指定；如果该事件在 await 里只出现一次，也可以写事件名。",
		},
	},
	{
		"test.outcome.missing", Error,
		Text{
			"{path} was asked for outcome number {number}, which the test does not have. It was asked: {asked}.",
			"A test answers everything that its run asks of the outside; nothing is made up. Add the outcome to effects. If it should not have been asked at all, the flow took a way that the test did not mean.",
		},
		Text{
			"{path} 需要第 {number} 个结果，而测试里没有。请求内容：{asked}。",
			"运行向外部请求的每一件事，测试都必须给出结果，不会凭空编造。请在 effects 里补上；如果本来不该有这次请求，说明流程走了测试没有预料的路径。",
		},
	},
	{
		"test.outcome.unused", Error,
		Text{
			"Of the {count} outcomes of {path}, {used} were asked for; this one is left over.",
			"An outcome that is not used means that the run took another way, or fewer tries, than the test was written for. Remove it, or find out why it was not asked for.",
		},
		Text{
			"{path} 有 {count} 个结果，只用到 {used} 个；从这一个起没有用到。",
			"有结果没用到，说明运行走的路径或尝试次数与写测试时的预期不同。请删掉它，或者查明为什么没有请求。",
		},
	},
	{
		"test.stuck", Error,
		Text{
			"The run waits for what never comes: {what}.",
			"There is nothing left that the test could answer and no timer that could come due. An await whose outcome is {\"timeout\": true} needs a timeout, on itself or on the flow.",
		},
		Text{
			"运行在等待永远不会到来的东西：{what}。",
			"测试已经没有可以给出的结果，也没有会到期的定时器。结果为 {\"timeout\": true} 的 await 需要有超时时间，可以设在节点上，也可以设在流程上。",
		},
	},
	{
		"test.endless", Error,
		Text{
			"The test has not ended after {events} events in {runs} runs.",
			"A flow that starts itself, or repeats without end, never does. If so many are meant, test with fewer items.",
		},
		Text{
			"经过 {runs} 个运行里的 {events} 个事件，测试仍未结束。",
			"流程启动自己，或者无止境地重复，就永远不会结束。如果确实需要这么多，请用较少的数据来测试。",
		},
	},
	{
		"test.status", Error,
		Text{
			"The run was expected to end as {want} and ended as {got}[: {failure}].",
			"Without a status, a test expects the run to succeed, or to fail where it expects an error.",
		},
		Text{
			"运行应以 {want} 结束，实际为 {got}[：{failure}]。",
			"没有写 status 的测试期望运行成功；写了 error 的则期望运行失败。",
		},
	},
	{
		"test.order", Error,
		Text{
			"From number {number} on, other nodes ran: expected {want}; ran {got}.",
			"The path holds the ids of the nodes that succeeded or failed, in the order in which they ended. A node in a body stands there once for each time it ran.",
		},
		Text{
			"从第 {number} 个起，执行的节点不同：应为 {want}；实际为 {got}。",
			"path 是成功或失败的节点 id，按结束的先后排列。容器内部的节点执行几次就出现几次。",
		},
	},
	{
		"test.value", Error,
		Text{
			"Expected {want}, got {got}.",
			"Values are compared as JSON, numbers by what they denote. For what cannot be known beforehand, expect {\"$any\": true}.",
		},
		Text{
			"应为 {want}，实际为 {got}。",
			"按 JSON 值比较，数字按大小比较。事先无法知道的值，请写 {\"$any\": true}。",
		},
	},
	{
		"test.value.missing", Error,
		Text{
			"Expected {want}, and there is nothing.",
			"The run gave a value without this member, or did this fewer times.",
		},
		Text{
			"应为 {want}，实际没有这一项。",
			"运行给出的值里没有这个成员，或者这件事做的次数比预期少。",
		},
	},
	{
		"test.value.extra", Error,
		Text{
			"There is {got}, which was not expected.",
			"Objects and lists are expected as a whole. Add what is new, or expect {\"$any\": true} in the place of the whole.",
		},
		Text{
			"多出了未预期的 {got}。",
			"对象和列表按整体比较。请补上多出的部分，或者在整体的位置写 {\"$any\": true}。",
		},
	},
}
