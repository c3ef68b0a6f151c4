package diag

// webhookCodes are what is said about webhooks: why a flow cannot be published beside the others, and why a delivery is
// refused.
var webhookCodes = []Entry{
	{
		"flow.webhook.path_used", Error,
		Text{
			"The trigger {trigger} of the flow {flow} already listens on {path}.",
			"Two published flows on the same path would compete for each delivery. Give one another path, or other methods, or take the other flow off.",
		},
		Text{
			"流程“{flow}”的触发器“{trigger}”已经占用了路径 {path}。",
			"两个已发布的流程用同一路径会互相抢请求。请改用其他路径或不同的请求方法，或者先下线另一个流程。",
		},
	},
	{
		"flow.webhook.secret_missing", Warning,
		Text{
			"The connection {connection} does not hold what the scheme {scheme} verifies with.",
			"Every delivery would be refused with 503. Add the secret or the platform's key to the connection; the reference of triggers says which fields each scheme reads.",
		},
		Text{
			"连接“{connection}”缺少 {scheme} 验签所需的内容。",
			"这样每个请求都会被 503 拒绝。请在连接里补上密钥或平台公钥；各方式读取哪些字段见触发器的参考文档。",
		},
	},
	{
		"flow.webhook.verify_ignored", Warning,
		Text{
			"The scheme {scheme} does not read {option}.",
			"The option has no effect, so that the webhook may be less strict than it looks. Remove it, or choose a scheme that has it.",
		},
		Text{
			"方案 {scheme} 不使用选项 {option}。",
			"这个选项不起作用，webhook 可能没有看上去那么严格。请删掉它，或换用支持该选项的方案。",
		},
	},
	{
		"webhook.not_found", "",
		Text{"No published flow has a webhook at this path.", "Check the address against the trigger's path below /hooks/, and that the flow is published. Nothing was started."},
		Text{"这个路径上没有已发布的 webhook。", "请核对触发器在 /hooks/ 之下的路径，并确认流程已经发布。没有启动任何运行。"},
	},
	{
		"webhook.method", "",
		Text{"The webhook takes other HTTP methods.", "The header Allow lists them. Send one of those, or add the method to the trigger."},
		Text{"webhook 不接受这种请求方法。", "响应头 Allow 列出了可用的方法。请改用其中之一，或在触发器里加上这个方法。"},
	},
	{
		"webhook.too_large", "",
		Text{"The delivery is too large.", "A body, and what a run is started with, have an upper size. Send a reference to large data instead, or in parts."},
		Text{"请求体太大。", "请求体以及启动一次运行的数据都有大小上限。大数据请改为传引用，或者分批发送。"},
	},
	{
		"webhook.media_type", "",
		Text{"The body is of a kind that is not read.", "Webhooks read JSON, forms (application/x-www-form-urlencoded) and text, in UTF-8 and uncompressed. Multipart forms and files are not taken."},
		Text{"不支持这种请求体。", "webhook 接受 JSON、表单（application/x-www-form-urlencoded）和文本，须为 UTF-8 且未压缩；不接受 multipart 表单和文件上传。"},
	},
	{
		"webhook.signature", "",
		Text{"The sender is not verified.", "The signature or token is missing, wrong, or too old. The message says which. Compare secret, header and encoding on both sides; the signature is of the body's bytes as they were sent."},
		Text{"无法确认发送方身份。", "签名或令牌缺失、不正确或已过期，具体见错误信息。请核对双方的密钥、请求头和编码；签名按发送时的原始字节计算。"},
	},
	{
		"webhook.verify", "",
		Text{"The webhook cannot verify who sends.", "The connection of the trigger is missing, has no secret of the right kind, or its scheme is not known here. The server's log says which. Deliveries are refused until that is put right, and senders are asked to try again."},
		Text{"webhook 目前无法验证发送方。", "触发器的连接不存在、缺少所需的密钥，或者方案不受支持，具体见服务器日志。修正之前请求会被拒绝，并请发送方稍后重试。"},
	},
	{
		"webhook.body", "",
		Text{"The body cannot be read.", "It is not what its Content-Type says: not exactly one JSON value, a key that stands twice, nesting that is too deep, a form that cannot be decoded, or bytes that are not UTF-8."},
		Text{"无法解析请求体。", "内容与 Content-Type 不符：不是一个完整的 JSON 值、键重复、嵌套过深、表单无法解码，或者不是 UTF-8。"},
	},
	{
		"webhook.query", "",
		Text{"The query cannot be read.", "What follows the question mark of the address is not a list of name=value, percent-encoded UTF-8."},
		Text{"无法解析查询参数。", "地址中问号之后的部分不是 name=value 的列表，或者百分号编码的内容不是 UTF-8。"},
	},
	{
		"webhook.input", "",
		Text{"The body is not as the flow's input says.", "The flow has a schema for what it takes; the details list each place that does not fit. Correct the sender, or widen the schema. Nothing was started."},
		Text{"请求体不符合流程的 input 定义。", "流程用 Schema 规定了输入，详情列出了每一处不符。请让发送方改正，或放宽 Schema。没有启动任何运行。"},
	},
	{
		"webhook.key", "",
		Text{"The idempotency key cannot be computed.", "The trigger's idempotency.key failed on this delivery, so that it could not be told from a repeated one. Make the expression give null where there is no key."},
		Text{"无法计算幂等键。", "触发器的 idempotency.key 在这次请求上计算失败，无法判断是否重复。没有键时请让表达式返回 null。"},
	},
	{
		"webhook.rate", "",
		Text{"Deliveries come faster than the webhook takes them.", "Send again after the seconds that the header Retry-After gives."},
		Text{"请求过于频繁。", "请按响应头 Retry-After 给出的秒数稍后重试。"},
	},
	{
		"webhook.draining", "",
		Text{"The server is stopping.", "Nothing new is taken on while it stops. Send again in a moment: what was acknowledged is not lost."},
		Text{"服务正在停止。", "停止期间不再接收新请求，请稍后重试；已经应答的不会丢失。"},
	},
	{
		"webhook.journal", "",
		Text{"The delivery cannot be stored at the moment.", "The journal cannot be written, because the disk is full or failing. Nothing was acknowledged. Send again later; the server's log says what is wrong."},
		Text{"暂时无法保存请求。", "日志写不进磁盘（磁盘已满或故障），这次请求没有被接收。请稍后重试，原因见服务器日志。"},
	},
	{
		"webhook.answer", "",
		Text{"The answer cannot be written.", "The trigger's ackBody failed, or a value of the answer has no form in JSON. With ackBody nothing was started; correct the flow."},
		Text{"无法生成应答。", "触发器的 ackBody 计算失败，或应答中的值无法写成 JSON。ackBody 失败时没有启动运行，请修正流程。"},
	},
}
