package diag

// documentCodes are the findings on a document's shape: JSON, keys, kinds of values, limits, triggers and settings.
var documentCodes = []Entry{
	{
		"json.syntax", Error,
		Text{
			"This is not JSON: {problem}.",
			"The document could not be read as one JSON value (RFC 8259) in UTF-8. The place is where reading stopped; the mistake is there or shortly before it, often a missing comma or quote. Comments and trailing commas are not JSON.",
		},
		Text{
			"不是合法的 JSON：{problem}。",
			"整份文档必须是一个 UTF-8 编码的 JSON 值（RFC 8259）。标出的位置是解析停下来的地方，错误就在这里或稍前一点，多半是少了逗号或引号。JSON 不允许注释，也不允许末尾多余的逗号。",
		},
	},
	{
		"json.duplicate_key", Error,
		Text{
			"The key {key} stands twice in this object.",
			"Two values under one key contradict each other, and which one would win depends on the reader. Remove or rename one of them.",
		},
		Text{
			"同一个对象里出现了两个“{key}”。",
			"同名的键有两个值，以哪个为准取决于解析器，结果不可靠。请删掉或改名其中一个。",
		},
	},
	{
		"json.too_large", Error,
		Text{
			"The document has {bytes} bytes; {limit} are allowed.",
			"A flow document describes steps, it is not a place for data. Move long lists into a table, and split a very large flow into subflows.",
		},
		Text{
			"文档有 {bytes} 字节，上限是 {limit} 字节。",
			"流程文档只描述步骤，不适合存放数据。较长的清单请放进字典表，特别大的流程请拆成子流程。",
		},
	},
	{
		"flow.limit.findings", Warning,
		Text{
			"There are more findings than the {limit} shown.",
			"Only the first findings of a document are listed. Mend those, then check again to see the rest.",
		},
		Text{
			"问题太多，只列出前 {limit} 条。",
			"一次只列出文档中靠前的问题。改好这些之后再检查一次，就能看到其余的。",
		},
	},
	{
		"flow.limit.nodes", Error,
		Text{
			"The flow has {count} nodes; {limit} are allowed.",
			"The limit counts the nodes of the whole document, bodies included. Split the flow into subflows, or let a foreach repeat what is drawn many times.",
		},
		Text{
			"流程有 {count} 个节点，上限是 {limit} 个。",
			"上限按整份文档计算，容器内部的节点也算在内。请把流程拆成子流程，或者用 foreach 代替重复画出来的节点。",
		},
	},
	{
		"flow.limit.edges", Error,
		Text{
			"The flow has {count} edges; {limit} are allowed.",
			"The limit counts the edges of the whole document, bodies included. Split the flow into subflows.",
		},
		Text{
			"流程有 {count} 条连线，上限是 {limit} 条。",
			"上限按整份文档计算，容器内部的连线也算在内。请把流程拆成子流程。",
		},
	},
	{
		"flow.limit.depth", Error,
		Text{
			"Containers stand more than {limit} deep in each other.",
			"So deep a nesting can hardly be followed. Move the inner part into a flow of its own and call it with subflow.",
		},
		Text{
			"容器嵌套超过了 {limit} 层。",
			"嵌套这么深很难看懂。请把里层的部分单独做成一个流程，用 subflow 调用。",
		},
	},
	{
		"flow.type", Error,
		Text{
			"Expected {want}, found {got}.",
			"The value is of another JSON type than this key takes. Numbers and true or false stand without quotes, texts with them.",
		},
		Text{
			"这里应为 {want} 类型，实际是 {got}。",
			"值的 JSON 类型与这个键的要求不符。数字和 true、false 不加引号，文本要加引号。",
		},
	},
	{
		"flow.key.unknown", Error,
		Text{
			"There is no key {key} here.[ Did you mean {nearest}?]",
			"Unknown keys are refused, since a misspelt key would otherwise be ignored silently. What a node does is written under its config; options such as timeout and retry stand beside config.",
		},
		Text{
			"这里没有“{key}”这个键。[是不是想写“{nearest}”？]",
			"不认识的键一律拒绝，否则拼错的键会被悄悄忽略。节点自身的参数写在 config 里，timeout、retry 等通用选项与 config 并列。",
		},
	},
	{
		"flow.key.missing", Error,
		Text{
			"The key {key} is missing.",
			"The key is required here. A document needs sluice, id and nodes; a node needs id and type; a trigger needs id and type; an edge needs from and to.",
		},
		Text{
			"缺少必填的键“{key}”。",
			"这个键必须填写。文档必须有 sluice、id 和 nodes，节点必须有 id 和 type，触发器必须有 id 和 type，连线必须有 from 和 to。",
		},
	},
	{
		"flow.version", Error,
		Text{
			"Format version {version} is not known; this release reads version 1.",
			"The number under sluice is the version of the document format, not of the flow. Documents of a newer format need a newer release.",
		},
		Text{
			"不支持文档格式版本 {version}，当前程序支持版本 1。",
			"sluice 后面的数字是文档格式的版本，不是流程的版本。较新格式的文档需要升级程序才能读取。",
		},
	},
	{
		"flow.id.invalid", Error,
		Text{
			"{id} is not an id.",
			"An id begins with a lower-case letter a to z, followed by at most 63 lower-case letters, digits, underscores and hyphens. Use the title for anything a person should read.",
		},
		Text{
			"“{id}”不是合法的标识。",
			"标识以小写字母 a 到 z 开头，后面最多 63 个小写字母、数字、下划线或连字符。给人看的名称请写在 title 里。",
		},
	},
	{
		"flow.choice", Error,
		Text{
			"{value} is not one of {choices}.[ Did you mean {nearest}?]",
			"The key takes one of the listed words, spelt exactly so.",
		},
		Text{
			"“{value}”不在可选值之内：{choices}。[是不是想写“{nearest}”？]",
			"这个键只接受列出的取值，拼写必须完全一致。",
		},
	},
	{
		"flow.duration.invalid", Error,
		Text{
			"{value} is not a duration.",
			"A duration is a number and a unit, or several of them: 300ms, 1.5s, 2m, 1h30m, 7d. Units are ns, us, ms, s, m, h and d (24 hours).",
		},
		Text{
			"“{value}”不是合法的时长。",
			"时长由数字加单位组成，可以连写：300ms、1.5s、2m、1h30m、7d。单位有 ns、us、ms、s、m、h 和 d（24 小时）。",
		},
	},
	{
		"flow.duration.range", Error,
		Text{
			"{value} is out of range: from {min} to {max}.",
			"The duration is too short or too long for this key.",
		},
		Text{
			"{value} 超出范围，应在 {min} 到 {max} 之间。",
			"这个键不接受这么短或这么长的时长。",
		},
	},
	{
		"flow.number.range", Error,
		Text{
			"{value} is out of range: from {min} to {max}.",
			"The key takes a number within these bounds, the bounds included.",
		},
		Text{
			"{value} 超出范围，应在 {min} 到 {max} 之间。",
			"这个键只接受该范围内的数字，含两端。",
		},
	},
	{
		"flow.timezone.unknown", Error,
		Text{
			"There is no time zone {zone}.",
			"Zones are named as in the IANA database: Asia/Shanghai, Europe/Berlin, UTC. Abbreviations such as CST mean different zones in different countries and are refused.",
		},
		Text{
			"没有“{zone}”这个时区。",
			"时区请用 IANA 名称，如 Asia/Shanghai、Europe/Berlin、UTC。CST 这类缩写在不同国家含义不同，不予接受。",
		},
	},
	{
		"flow.schema.invalid", Error,
		Text{
			"This is not a JSON Schema: {problem}.",
			"The value must be a JSON Schema (draft 2020-12). References may lead within the schema itself (#/$defs/...), never to a file or to the network.",
		},
		Text{
			"不是合法的 JSON Schema：{problem}。",
			"这里必须是一份 JSON Schema（2020-12 草案）。引用只能指向自身内部（#/$defs/...），不能指向文件或网络。",
		},
	},
	{
		"flow.trigger.duplicate", Error,
		Text{
			"The trigger {id} is declared twice.",
			"Trigger ids are unique in a document: schedules, idempotency keys and runs refer to them.",
		},
		Text{
			"触发器“{id}”重复了。",
			"触发器的标识在文档内必须唯一：调度记录、幂等键和运行记录都靠它区分。",
		},
	},
	{
		"flow.trigger.type_unknown", Error,
		Text{
			"There is no trigger type {type}.[ Did you mean {nearest}?]",
			"Trigger types are webhook, cron, queue, event and call. A flow can always be started by the API, the editor and the command line, without a call trigger.",
		},
		Text{
			"没有“{type}”这种触发器。[是不是想写“{nearest}”？]",
			"触发器类型有 webhook、cron、queue、event 和 call。不写 call 触发器，也始终可以通过接口、编辑器和命令行启动流程。",
		},
	},
	{
		"flow.cron.invalid", Error,
		Text{
			"This schedule cannot be read: {problem}.",
			"Style unix has five fields (minute, hour, day, month, weekday with 0 as Sunday), descriptors such as @daily, and @every. Style quartz has six or seven fields beginning with seconds, weekdays with 1 as Sunday, and ?, L, W and #. Without a style, six fields or a ? mean quartz.",
		},
		Text{
			"无法识别的定时表达式：{problem}。",
			"unix 风格是五段（分、时、日、月、周，0 表示星期日），也支持 @daily 这类写法和 @every。quartz 风格是六段或七段，从秒开始，1 表示星期日，支持 ?、L、W、#。没写 style 时，六段或带 ? 的按 quartz 理解。",
		},
	},
	{
		"flow.webhook.path_invalid", Error,
		Text{
			"{path} is not a webhook path.",
			"A path is one or more segments of letters, digits and . _ ~ - joined by /, without a leading or trailing slash; a segment :name takes any one segment and shows as trigger.params.name.",
		},
		Text{
			"“{path}”不是合法的 webhook 路径。",
			"路径由一段或多段组成，用 / 隔开，每段可用字母、数字和 . _ ~ -，首尾不带斜杠；写成 :name 的段匹配任意一段，值在 trigger.params.name 里。",
		},
	},
	{
		"flow.webhook.path_taken", Error,
		Text{
			"The trigger {trigger} already listens on {path}.",
			"Two webhooks of one flow on the same path would compete for each delivery. Give one another path, or other methods.",
		},
		Text{
			"触发器“{trigger}”已经占用了路径 {path}。",
			"同一个流程的两个 webhook 用同一路径会互相抢请求。请改用其他路径，或者让它们接收不同的请求方法。",
		},
	},
	{
		"flow.respond.no_webhook", Warning,
		Text{
			"Nobody waits for this answer: no webhook of the flow has respond set to result.",
			"A respond node answers a webhook that waits. With respond set to ack the caller has its answer before the run starts, and with other triggers there is no caller; the node then does nothing.",
		},
		Text{
			"没有调用方在等这个响应：流程里没有 respond 为 result 的 webhook。",
			"respond 节点用来回应正在等待的 webhook 请求。respond 为 ack 时，运行开始前就已经应答；其他触发方式没有等待的调用方，这个节点不起作用。",
		},
	},
	{
		"flow.connection.unknown", Warning,
		Text{
			"There is no connection {id} yet.",
			"The flow can be published, but the node fails until a connection with this id exists. Connections hold addresses and credentials and are kept apart from flows.",
		},
		Text{
			"还没有“{id}”这个连接。",
			"流程可以发布，但在建好这个连接之前，用到它的节点会失败。连接保存地址和凭证，与流程分开管理。",
		},
	},
	{
		"flow.connection.type", Warning,
		Text{
			"The connection {id} is of type {type}; this needs {want}.",
			"A node talks to its connection in one protocol. Choose a connection of a fitting type, or another node type.",
		},
		Text{
			"连接“{id}”的类型是 {type}，这里需要 {want}。",
			"节点按固定的协议使用连接。请换一个类型相符的连接，或者换用其他节点。",
		},
	},
	{
		"flow.table.unknown", Warning,
		Text{
			"There is no table {name} yet.[ Did you mean {nearest}?]",
			"The flow can be published, but reading the table gives nothing until it exists. A flow keeps the tables as they were when it was published.",
		},
		Text{
			"还没有“{name}”这张字典表。[是不是想写“{nearest}”？]",
			"流程可以发布，但在建好这张表之前读不到内容。流程使用的是发布那一刻的表内容。",
		},
	},
	{
		"flow.subflow.unknown", Warning,
		Text{
			"There is no flow {flow} yet.",
			"The flow can be published, but the node fails until a flow with this id is published.",
		},
		Text{
			"还没有“{flow}”这个流程。",
			"当前流程可以发布，但在那个流程发布之前，这个节点会失败。",
		},
	},
	{
		"flow.unstorable", Error,
		Text{
			"The flow cannot be stored: {problem}.",
			"A definition is kept as JSON together with the tables it reads, which bounds how deep values nest. Make the document or the table flatter.",
		},
		Text{
			"流程无法保存：{problem}。",
			"流程定义会连同所读的字典表一起存成 JSON，因此嵌套深度有上限。请减少文档或字典表的嵌套层数。",
		},
	},
	{
		"flow.node.type_broken", Error,
		Text{
			"The node type {type} is declared wrongly in this release.",
			"The schema of the type's config cannot be read. This is a fault in the program, not in the flow.",
		},
		Text{
			"当前程序中节点类型 {type} 的声明有误。",
			"该类型的配置规则无法读取。这是程序的缺陷，不是流程的问题。",
		},
	},
}
