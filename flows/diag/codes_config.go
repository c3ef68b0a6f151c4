package diag

// configCodes are the findings on what a config holds: its schema, and the expressions, templates, paths, cells and
// schemas in it.
var configCodes = []Entry{
	{
		"config.required", Error,
		Text{"{property} is missing.", "The type's schema requires this property; its reference page says what it holds."},
		Text{"缺少必填项“{property}”。", "这种类型要求填写这个属性，含义见它的参考文档。"},
	},
	{
		"config.unknown", Error,
		Text{
			"There is no property {property} here.[ Did you mean {nearest}?]",
			"Unknown properties are refused, since a misspelt one would otherwise be ignored silently.",
		},
		Text{
			"这里没有“{property}”这个属性。[是不是想写“{nearest}”？]",
			"不认识的属性一律拒绝，否则拼错的属性会被悄悄忽略。",
		},
	},
	{
		"config.type", Error,
		Text{
			"Expected {want}, found {got}.",
			"The value is of another JSON type than the property takes. A text that is exactly one template keeps the type of what it computes and is accepted here.",
		},
		Text{
			"这里应为 {want} 类型，实际是 {got}。",
			"值的 JSON 类型与属性要求不符。整段文本恰好是一个模板时，会保留计算结果的类型，这里可以使用。",
		},
	},
	{
		"config.enum", Error,
		Text{
			"{value} is not one of {choices}.[ Did you mean {nearest}?]",
			"The property takes one of the listed values, spelt exactly so.",
		},
		Text{
			"“{value}”不在可选值之内：{choices}。[是不是想写“{nearest}”？]",
			"这个属性只接受列出的取值，拼写必须完全一致。",
		},
	},
	{
		"config.range", Error,
		Text{"{value} is out of range: it must be {bound}.", "The number is below the least or above the greatest value that the property takes, or not a multiple of its step."},
		Text{"{value} 超出范围，必须 {bound}。", "数字小于允许的最小值、大于最大值，或者不是规定步长的倍数。"},
	},
	{
		"config.length", Error,
		Text{"There are {count} here; there must be {bound}.", "The text, list or object is too short or too long for this property; characters, items and entries are counted."},
		Text{"这里的数量是 {count}，必须 {bound}。", "文本、列表或对象太短或太长，分别按字符数、项数和键数计算。"},
	},
	{
		"config.pattern", Error,
		Text{"{value} does not have the form {pattern}.", "The text must match the given regular expression; the property's description says in words what form that is."},
		Text{"“{value}”不符合格式 {pattern}。", "文本必须匹配给出的正则表达式，属性说明里写明了具体格式。"},
	},
	{
		"config.unique", Error,
		Text{"The items {first} and {second} are equal.", "The items of this list must differ from each other."},
		Text{"第 {first} 项和第 {second} 项重复。", "列表中的各项不能相同。"},
	},
	{
		"config.choice", Error,
		Text{"The value fits none of the forms that are allowed here, or more than one.", "The property takes one of several forms; the reference page shows them."},
		Text{"这里的内容不符合任何一种允许的写法，或者同时符合多种。", "这个属性有几种写法，具体见参考文档。"},
	},
	{
		"config.one_of", Error,
		Text{"One of these is needed: {choices}.", "Each of these properties can serve alone, but one must be there."},
		Text{"必须填写其中一项：{choices}。", "这几个属性任选其一即可，但不能都不填。"},
	},
	{
		"config.exclusive", Error,
		Text{"Only one of these can stand here: {choices}.", "The properties exclude each other: each is another way to say the same. Keep one of them."},
		Text{"这几项只能填一项：{choices}。", "这些属性互斥，是同一件事的不同写法，请只保留一个。"},
	},
	{
		"config.conflict", Error,
		Text{"This must not stand here together with the rest.", "What is given contradicts something beside it; the reference page says which properties go together."},
		Text{"这里的写法与同级的其他配置冲突。", "给出的内容与旁边的配置矛盾，哪些属性可以一起用见参考文档。"},
	},
	{
		"config.invalid", Error,
		Text{"The value is not as its schema says ({keyword}).", "The value breaks a rule of the property's schema; the reference page says what the property holds."},
		Text{"内容不符合规定（{keyword}）。", "内容违反了属性的规则，应当填什么见参考文档。"},
	},
	{
		"config.literal", Error,
		Text{"No template can stand here: the text is taken as it is.", "The property is needed before a run starts, or decides the shape of the node, so it cannot be computed. Write the value itself."},
		Text{"这里不能使用模板，内容会按原样使用。", "这个属性在运行开始之前就要确定，或者决定了节点的结构，不能靠计算得出。请直接写出具体的值。"},
	},
	{
		"config.duplicate", Error,
		Text{"{value} is used twice.", "Names in this list must be unique."},
		Text{"“{value}”重复了。", "这个列表里的名称不能重复。"},
	},
	{
		"expr.empty", Error,
		Text{"The expression is empty.", "A bare expression must compute something; nil is the expression for nothing."},
		Text{"表达式是空的。", "表达式必须有内容；要表示“没有值”请写 nil。"},
	},
	{
		"expr.syntax", Error,
		Text{"The expression cannot be read: {problem}.", "The marked characters are where reading stopped. Texts stand in quotes, lists are compared with in, and conditions are joined by && and ||."},
		Text{"表达式语法错误：{problem}。", "标出的字符是解析停下来的位置。文本要加引号，判断是否在列表中用 in，条件用 && 和 || 连接。"},
	},
	{
		"expr.type", Error,
		Text{"The types do not fit: {problem}.", "The operation is not defined for these types. int(), float(), string() and decimal() convert; ?? gives a value in place of nil."},
		Text{"类型不匹配：{problem}。", "这些类型之间不能做该运算。可以用 int()、float()、string()、decimal() 转换，用 ?? 给空值指定默认值。"},
	},
	{
		"expr.template", Error,
		Text{"The template cannot be read: {problem}.", "A template is an expression between {{ and }}; each that is opened must be closed within the same text."},
		Text{"模板语法错误：{problem}。", "模板是写在 {{ 和 }} 之间的表达式，每个开头都必须在同一段文本内闭合。"},
	},
	{
		"expr.name_unknown", Error,
		Text{"There is no name {name} here.[ Did you mean {nearest}?]", "Expressions see trigger, input, nodes, vars, error, run, flow and tables, within a foreach also item and index, and the functions listed in the reference."},
		Text{"没有“{name}”这个名称。[是不是想写“{nearest}”？]", "表达式里可用 trigger、input、nodes、vars、error、run、flow、tables，foreach 内部还有 item 和 index，以及参考文档列出的函数。"},
	},
	{
		"expr.name_unavailable", Error,
		Text{"{name} is not known at this place.", "item and index exist within a foreach and a map with each. Keys and idempotency keys are computed before the run starts and see only trigger."},
		Text{"这里不能使用 {name}。", "item 和 index 只在 foreach 和带 each 的 map 里可用。业务键和幂等键在运行开始之前计算，只能用 trigger。"},
	},
	{
		"expr.node_unknown", Error,
		Text{"There is no node {node}.[ Did you mean {nearest}?]", "nodes holds the outputs of the flow's nodes by id. An id with a hyphen is written nodes[\"get-detail\"]."},
		Text{"没有“{node}”这个节点。[是不是想写“{nearest}”？]", "nodes 按标识保存各节点的输出。带连字符的标识写成 nodes[\"get-detail\"]。"},
	},
	{
		"expr.node_not_upstream", Error,
		Text{"The node {node} does not run before this place.", "Only the outputs of nodes from which edges lead here are known, and in a body also those before its container. Nodes of a body are seen from outside through the body's output."},
		Text{"节点“{node}”不在这里的上游，取不到它的输出。", "只能使用有连线通向这里的节点的输出；在容器内部，还可以使用容器上游的节点。容器内部节点的结果要通过容器的输出来取。"},
	},
	{
		"expr.value", Error,
		Text{"The expression cannot be computed: {problem}.", "The kinds of the values fit but the values do not: a division by zero, a text that is no number, a time that cannot be read. Test the value first, or give another with ??."},
		Text{"表达式无法计算：{problem}。", "值的类型没有问题，但具体的值不行：除数为零、文本不是数字、时间无法识别等。请先判断，或用 ?? 给出默认值。"},
	},
	{
		"expr.budget", Error,
		Text{"The expression is too large or too costly: {problem}.", "Every evaluation has a budget of steps, depth and memory, the same on every machine. Loops within loops over long lists use it up: filter first, look values up in a table, or split the work with foreach."},
		Text{"表达式太大或计算量太大：{problem}。", "每次计算都有步数、深度和内存的上限，在任何机器上都一样。对长列表做嵌套循环很容易超限：请先筛选、改用查表，或用 foreach 拆开处理。"},
	},
	{
		"expr.function_unknown", Error,
		Text{"There is no function {name}.[ Did you mean {nearest}?]", "The reference lists the functions of expressions: those of expr-lang and Sluice's own, such as get, ago, decimal and lookup."},
		Text{"没有“{name}”这个函数。[是不是想写“{nearest}”？]", "可用的函数见参考文档：包括 expr-lang 自带的函数，以及 get、ago、decimal、lookup 等扩展函数。"},
	},
	{
		"expr.field_unknown", Error,
		Text{"There is no field {name} here.[ Did you mean {nearest}?]", "The schema of this value lists all its fields, and this is none of them. Correct the name, or add the field to the schema (input, for what a trigger brings)."},
		Text{"这里没有“{name}”字段。[是不是想写“{nearest}”？]", "这个值的 Schema 列出了全部字段，其中没有它。请改正字段名，或在 Schema 里补上（触发器带来的数据由 input 描述）。"},
	},
	{
		"expr.node_dynamic", Error,
		Text{"A node must be named as it stands, as in nodes.fetch.", "Which outputs an expression reads is checked before the flow is published, so the id cannot be computed; one with a hyphen is written nodes[\"get-detail\"]. Choose between fixed ones with a condition."},
		Text{"节点必须直接写出标识，例如 nodes.fetch。", "发布前要检查表达式读取哪些节点的输出，所以标识不能靠计算得出。需要选择时，请用条件在几个固定的节点之间切换。"},
	},
	{
		"expr.path", Error,
		Text{"This is not a path: {problem}.", "A path is written as in gjson: order.items.0.sku, items.#.sku, items.#(sku==\"A1\").qty. Keys with dots are escaped with a backslash."},
		Text{"不是合法的路径：{problem}。", "路径采用 gjson 写法：order.items.0.sku、items.#.sku、items.#(sku==\"A1\").qty。键名里带点时用反斜杠转义。"},
	},
	{
		"expr.cell", Error,
		Text{"This is not a cell of a table: {problem}.", "A cell is empty (anything), a literal or several separated by commas, a comparison such as >= 100, an interval such as [1..10), not(...) of these, or an expression in which it is the input's value. Texts stand in quotes."},
		Text{"不是合法的决策表单元格：{problem}。", "单元格可以为空（任意值）、一个或用逗号隔开的多个字面量、>= 100 这样的比较、[1..10) 这样的区间、对它们取反的 not(...)，或者一个用 it 指代输入值的表达式。文本要加引号。"},
	},
}
