package diag

// nodeCodes are the findings on nodes, edges and the graphs they form.
var nodeCodes = []Entry{
	{
		"flow.node.duplicate", Error,
		Text{
			"The node id {id} is used twice.",
			"Node ids are unique in the whole document, bodies included, since expressions and edges name nodes by id.",
		},
		Text{
			"节点标识“{id}”重复了。",
			"节点标识在整份文档内必须唯一，容器内部的节点也算在内，因为表达式和连线都用标识来指代节点。",
		},
	},
	{
		"flow.node.type_unknown", Error,
		Text{
			"There is no node type {type}.[ Did you mean {nearest}?]",
			"The type is not known to this release. A type may name its major version, such as http.request@1.",
		},
		Text{
			"没有“{type}”这种节点。[是不是想写“{nearest}”？]",
			"当前程序没有这种节点类型。类型可以带主版本号，例如 http.request@1。",
		},
	},
	{
		"flow.node.version_unknown", Error,
		Text{
			"There is no version {version} of {type}; there is {versions}.",
			"The major version after @ is not part of this release. Leave it out to take the newest one; publishing pins it.",
		},
		Text{
			"{type} 没有版本 {version}，现有版本：{versions}。",
			"当前程序不包含 @ 后面的这个主版本。不写版本号就使用最新版，发布时会固定下来。",
		},
	},
	{
		"flow.node.body_missing", Error,
		Text{
			"A {type} needs a body.",
			"A container runs the nodes in its body, which stands beside its config as body with nodes, edges and output.",
		},
		Text{
			"{type} 节点必须有容器内部流程。",
			"容器节点执行的是 body 里的节点。body 与 config 并列，包含 nodes、edges 和 output。",
		},
	},
	{
		"flow.node.body_unexpected", Error,
		Text{
			"A {type} has no body.",
			"Only containers such as foreach, repeat and group run a body. Connect the nodes with edges instead.",
		},
		Text{
			"{type} 节点不能有容器内部流程。",
			"只有 foreach、repeat、group 这类容器才有 body。请改用连线把节点接起来。",
		},
	},
	{
		"flow.node.unreachable", Error,
		Text{
			"The node {node} can never start.",
			"Every way to the node comes from a loop that is never entered. Break the loop, or connect the node to one that runs.",
		},
		Text{
			"节点“{node}”永远不会执行。",
			"通往它的每一条路都来自一个进不去的环。请断开环，或者把它接到会执行的节点后面。",
		},
	},
	{
		"flow.node.isolated", Warning,
		Text{
			"The node {node} is not connected; it starts at once, beside the first nodes.",
			"A node without an incoming edge is a first node of its graph. If that is not meant, draw the edge that leads to it.",
		},
		Text{
			"节点“{node}”没有连线，会和起始节点同时执行。",
			"没有进入连线的节点就是起始节点。如果不是有意为之，请补上通往它的连线。",
		},
	},
	{
		"flow.graph.empty", Error,
		Text{
			"There are no nodes here.",
			"A flow and the body of a container need at least one node.",
		},
		Text{
			"这里没有任何节点。",
			"流程和容器内部都至少要有一个节点。",
		},
	},
	{
		"flow.graph.cycle", Error,
		Text{
			"These edges form a loop: {path}.",
			"Every graph runs forwards only, so that a run always ends and can be stepped through. To do something again, put it into a repeat or foreach container.",
		},
		Text{
			"连线形成了环：{path}。",
			"流程图只能向前走，这样运行一定会结束，也能逐步回看。需要重复执行的部分请放进 repeat 或 foreach 容器。",
		},
	},
	{
		"flow.edge.node_unknown", Error,
		Text{
			"There is no node {node}.[ Did you mean {nearest}?]",
			"An edge names its two nodes by id.",
		},
		Text{
			"没有“{node}”这个节点。[是不是想写“{nearest}”？]",
			"连线用节点标识来指明两端。",
		},
	},
	{
		"flow.edge.across", Error,
		Text{
			"The edge leads from one graph into another: {node} stands elsewhere.",
			"An edge stays within the flow's own graph or within one body. A container passes its input to the first nodes of its body, and the body's output becomes its own.",
		},
		Text{
			"连线跨越了容器边界：“{node}”在另一张图里。",
			"连线只能接同一张图里的节点。容器会把自己的输入交给内部的起始节点，内部的输出就是容器的输出。",
		},
	},
	{
		"flow.edge.self", Error,
		Text{
			"The edge leads from {node} back to itself.",
			"A node cannot follow itself. To do something again, put it into a repeat or foreach container; to try again after an error, use retry.",
		},
		Text{
			"连线从“{node}”又接回了自己。",
			"节点不能接在自己后面。需要重复执行请用 repeat 或 foreach 容器，出错后再试请用 retry。",
		},
	},
	{
		"flow.edge.duplicate", Error,
		Text{
			"The same edge stands here twice.",
			"Two edges from the same port to the same node mean no more than one, but would count twice for a join. Remove one of them.",
		},
		Text{
			"这条连线重复了。",
			"从同一端口到同一节点的两条连线没有额外意义，却会让汇合多算一次。请删掉一条。",
		},
	},
	{
		"flow.edge.port_unknown", Error,
		Text{
			"The node {node} has no port {port}; it has {ports}.[ Did you mean {nearest}?]",
			"The ports depend on the node's type and config: a switch has one for each case. Every node also has the port error.",
		},
		Text{
			"节点“{node}”没有端口“{port}”，只有：{ports}。[是不是想写“{nearest}”？]",
			"端口由节点类型和配置决定，例如 switch 每个分支一个端口。每个节点另外都有 error 端口。",
		},
	},
	{
		"flow.join.count", Error,
		Text{
			"A join of {count} can never be reached: the node has {edges} incoming edges.",
			"The count says how many taken edges start the node. It is at least 1 and at most the number of the node's incoming edges.",
		},
		Text{
			"汇合数 {count} 永远达不到：这个节点只有 {edges} 条进入的连线。",
			"count 表示有几条连线到达就开始执行，至少为 1，最多等于进入这个节点的连线数。",
		},
	},
	{
		"flow.cancel_rest.unused", Warning,
		Text{
			"cancelRest does nothing here: the node waits for all its edges.",
			"What still runs towards a node is cancelled when the node starts early, so cancelRest goes with join any or a count.",
		},
		Text{
			"cancelRest 在这里不起作用：节点会等所有连线都有结果。",
			"只有提前开始的节点才有“其余的”可以取消，所以 cancelRest 要和 join 的 any 或 count 一起使用。",
		},
	},
	{
		"flow.retry.unused", Warning,
		Text{
			"A retry changes nothing on {type}: it always gives the same result.",
			"A pure node computes the same output from the same input, so trying again fails again. Put the retry on the node that meets the outside.",
		},
		Text{
			"给 {type} 配置重试没有意义：同样的输入结果不会变。",
			"纯计算节点对同样的输入总是给出同样的结果，重试只会再失败一次。请把重试放在访问外部的节点上。",
		},
	},
	{
		"flow.timeout.unused", Warning,
		Text{
			"A timeout changes nothing on {type}: it takes no time that is waited for.",
			"Pure nodes are bounded by the budget of expressions. Put the timeout on nodes that meet the outside or wait, or on the flow in settings.",
		},
		Text{
			"给 {type} 配置超时没有意义：它不需要等待。",
			"纯计算节点受表达式预算限制。超时请设在访问外部或等待的节点上，也可以在 settings 里给整个流程设置。",
		},
	},
	{
		"flow.on_unknown.unused", Warning,
		Text{
			"onUnknown changes nothing on {type}: it does not write to the outside.",
			"The option says what to do when a crash swallowed the outcome of a write. Reads are simply done again.",
		},
		Text{
			"onUnknown 对 {type} 不起作用：它不会改动外部数据。",
			"这个选项决定写操作的结果因崩溃而丢失时怎么办。读操作直接重做即可。",
		},
	},
	{
		"flow.on_error.unused", Warning,
		Text{
			"onError continue changes nothing here: the node has an edge on its port error.",
			"A failure takes the error edge. Remove the edge to go on without an output, or remove the option.",
		},
		Text{
			"onError 的 continue 在这里不起作用：节点的 error 端口已经接了连线。",
			"失败时会走 error 连线。想忽略错误继续执行就删掉这条连线，否则删掉这个选项。",
		},
	},
	{
		"flow.compensate.type", Error,
		Text{
			"{type} cannot undo anything: compensate needs a type that runs a task.",
			"Compensation is one task, such as an http.request or a db.exec, done when the run fails or is cancelled after this node succeeded.",
		},
		Text{
			"{type} 不能用作补偿：补偿必须是一个任务类节点。",
			"补偿是一次任务，例如 http.request 或 db.exec，在本节点成功之后运行又失败或被取消时执行。",
		},
	},
}
