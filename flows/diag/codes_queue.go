package diag

// queueCodes are what is said about message brokers: by flows that publish to them, and by triggers that consume.
var queueCodes = []Entry{
	{
		"flow.queue.no_identity", Warning,
		Text{
			"Messages of {broker} need not have an identity of their own, and the trigger names no idempotency.key.",
			"A message that is delivered again after a crash is then known only by its content: two messages that are the same to the last byte may count as one, or, with MQTT, one may start two runs. Give idempotency.key, over the order's number or whatever the sender numbers; with RabbitMQ a message-id does as well.",
		},
		Text{
			"{broker} 的消息不一定带有唯一标识，而触发器没有配置 idempotency.key。",
			"崩溃后重新投递的消息只能靠内容辨认：内容完全相同的两条可能被当成一条；用 MQTT 时同一条还可能启动两次运行。请用订单号等发送方的编号配置 idempotency.key；RabbitMQ 也可以由发送方填写 message-id。",
		},
	},
	{
		"flow.queue.wildcard", Error,
		Text{
			"A {broker} trigger reads one topic by its name, and {topic} is a pattern.",
			"Only NATS subjects (*, >) and MQTT topics (+, #) are patterns. Give one trigger for each topic.",
		},
		Text{
			"{broker} 触发器只能按名称消费一个主题，{topic} 是通配写法。",
			"只有 NATS（*、>）和 MQTT（+、#）支持通配。请为每个主题各配一个触发器。",
		},
	},
	{
		"flow.queue.dead_letter", Error,
		Text{
			"Messages that cannot start a run would go back to {topic}, where they come from.",
			"They would come again without end. Give deadLetter another topic, or leave it out.",
		},
		Text{
			"无法启动运行的消息会被发回 {topic}，也就是它们的来处。",
			"这样会无休止地循环。请给 deadLetter 另一个主题，或者不填。",
		},
	},
	{
		"queue.unavailable", "",
		Text{"The broker cannot be reached, or takes nothing at the moment.", "It is down, starting, out of memory or behind a firewall. The message was not sent, so a retry cannot double it. A trigger goes on by itself when the broker is back."},
		Text{"无法连接消息中间件，或者它暂时不接收消息。", "对方未启动、正在启动、内存不足或被防火墙拦截。消息没有发出，重试不会造成重复。触发器会在对方恢复后自动继续。"},
	},
	{
		"queue.unconfirmed", "",
		Text{"The broker did not confirm the message.", "The connection broke after the message was sent: it may have arrived. Retries carry the same id, which NATS JetStream and our own triggers know a second message by; other consumers must do so themselves."},
		Text{"消息中间件没有确认消息。", "消息发出后连接中断，可能已经送达。重试会带上同一个标识，NATS JetStream 和本系统的触发器据此去重；其他消费方需要自行去重。"},
	},
	{
		"queue.timeout", "",
		Text{"The broker did not answer in time.", "The message may have arrived unless the text says that it was not sent. Raise the node's timeout, or look at the broker's load."},
		Text{"消息中间件没有按时响应。", "除非说明中写明没有发出，否则消息可能已经送达。请调大节点超时，或检查对方负载。"},
	},
	{
		"queue.cancelled", "",
		Text{"The call to the broker was cancelled.", "The run was cancelled or the node was no longer needed. Where the text does not say that nothing was sent, the message may have arrived."},
		Text{"对消息中间件的调用被取消。", "运行被取消，或者不再需要这个节点的结果。除非说明中写明没有发出，否则消息可能已经送达。"},
	},
	{
		"queue.auth", "",
		Text{"The broker refuses the user.", "User, password, virtual host or the user's permissions on this topic are wrong. Test the connection, and compare with the broker's own list of users."},
		Text{"消息中间件拒绝了用户。", "用户名、密码、虚拟主机有误，或该用户没有这个主题的权限。请测试连接，并核对消息中间件里的用户配置。"},
	},
	{
		"queue.topic", "",
		Text{"There is no such topic, or nothing takes messages for it.", "Correct the topic, or make it: a topic in Kafka, a queue or binding in RabbitMQ, a stream in NATS JetStream. In Redis the key is something other than a stream."},
		Text{"主题不存在，或没有接收方。", "请改正主题，或先创建：Kafka 的 topic、RabbitMQ 的队列或绑定、NATS JetStream 的 stream。Redis 则说明该键不是 stream。"},
	},
	{
		"queue.rejected", "",
		Text{"The broker did not take the message.", "Its reason is in the text: a queue that is full, a limit of a stream, or something that the protocol has not."},
		Text{"消息中间件没有接收消息。", "原因见说明：队列已满、超过 stream 的上限，或协议不支持。"},
	},
	{
		"queue.too_large", "",
		Text{"The message is too large.", "Brokers, and what a run is started with, have an upper size. Send a reference to large data instead. A trigger sets such a message aside."},
		Text{"消息太大。", "消息中间件以及启动运行的数据都有大小上限，大数据请改为传引用。触发器会把这样的消息移到死信主题。"},
	},
	{
		"queue.body", "",
		Text{"The message's body cannot be read.", "It is not UTF-8. Triggers read JSON and text; a message in a binary format such as Avro or Protobuf is set aside."},
		Text{"无法解析消息内容。", "内容不是 UTF-8。触发器支持 JSON 和文本；Avro、Protobuf 等二进制格式的消息会移到死信主题。"},
	},
	{
		"queue.input", "",
		Text{"The message is not as the flow's input says.", "The flow has a schema for what it takes. After maxAttempts the message is set aside with the reason in its headers. Correct the sender, or widen the schema, and publish the message again."},
		Text{"消息不符合流程的 input 定义。", "流程用 Schema 规定了输入。尝试 maxAttempts 次后，消息会移到死信主题，原因写在消息头里。请让发送方改正或放宽 Schema，然后重新发送。"},
	},
	{
		"queue.key", "",
		Text{"The idempotency key of a message cannot be computed.", "The trigger's idempotency.key failed on this message, so that it could not be told from a repeated one. Make the expression give null where there is no key."},
		Text{"无法计算消息的幂等键。", "触发器的 idempotency.key 在这条消息上计算失败，无法判断是否重复。没有键时请让表达式返回 null。"},
	},
	{
		"queue.refused", "",
		Text{"The message's run is refused.", "It looks like flows that start each other without end, for instance one that publishes to the topic that it reads. Break the circle; the message was set aside and can be published again."},
		Text{"消息对应的运行被拒绝。", "疑似流程之间互相触发、循环不止，例如流程又往自己消费的主题里发消息。请先消除循环；消息已移到死信主题，之后可以重新发送。"},
	},
	{
		"queue.start", "",
		Text{"A message's run cannot be stored at the moment.", "The journal cannot be written (a full disk, say), or the server is stopping. The message is not acknowledged and waits; no more are taken until it has gone through."},
		Text{"暂时无法保存消息对应的运行。", "日志写不进磁盘（例如磁盘已满），或服务正在停止。消息没有确认，会继续等待；在它通过之前不再取新消息。"},
	},
	{
		"queue.dead_letter", "",
		Text{"A message cannot be set aside.", "The topic for messages that cannot be worked on does not take it. The message is not acknowledged and tried again; give the trigger a deadLetter topic that exists and takes it."},
		Text{"无法把消息移到死信主题。", "死信主题不接收这条消息。消息没有确认，会再次尝试；请为触发器的 deadLetter 配置一个存在且可写的主题。"},
	},
}
