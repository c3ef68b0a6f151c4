package connect

func kafkaType() Type {
	kafka := brokerType("kafka", Label{"Kafka", "Kafka"},
		Label{
			"A Kafka cluster. brokers are some of its members, each host:port; the rest is learnt from them. mechanism is how they know the user; without it, scram-sha-512. What is published is acknowledged by all replicas in sync.",
			"Kafka 集群。brokers 填其中几个节点，格式为 host:port，其余节点会自动发现。mechanism 是认证机制，不填为 scram-sha-512。发布的消息由所有同步副本确认。",
		},
		Field{Name: "brokers", Kind: TextList, Required: true, Title: Label{"Brokers (host:port)", "Broker 地址（host:port）"}})
	kafka.Config = append(kafka.Config, Field{
		Name: "mechanism", Kind: Choice, Choices: []string{"scram-sha-512", "scram-sha-256", "plain"}, Title: Label{"SASL mechanism (scram-sha-512)", "SASL 机制（scram-sha-512）"},
	})
	kafka.open = openKafka
	return kafka
}

func rabbitmqType() Type {
	return brokerType("rabbitmq", Label{"RabbitMQ", "RabbitMQ"},
		Label{
			"A RabbitMQ server (AMQP 0-9-1); a virtual host stands at the end of the address: amqp://host:5672/orders. What is published is persistent and confirmed.",
			"RabbitMQ 服务器（AMQP 0-9-1），虚拟主机写在地址末尾，如 amqp://host:5672/orders。发布的消息会持久化，并等待服务器确认。",
		},
		addressField("amqp", "amqps"))
}

func natsType() Type {
	return brokerType("nats", Label{"NATS JetStream", "NATS JetStream"},
		Label{
			"A NATS server with JetStream. A password without a user is a token. The streams are the operator's to make.",
			"启用了 JetStream 的 NATS 服务器。只填密码、不填用户名时，密码作为令牌使用。Stream 需由运维人员事先创建。",
		},
		addressField("nats", "tls"))
}

func redisType() Type {
	return brokerType("redis", Label{"Redis streams", "Redis Streams"},
		Label{
			"A Redis server from 7.0 whose streams are used as queues; the number of a database stands at the end of the address: redis://host:6379/0. Turn on appendonly, or a restart loses messages. Clusters are not supported.",
			"Redis 7.0 及以上版本，以 Stream 作为队列；数据库编号写在地址末尾，如 redis://host:6379/0。请开启 appendonly，否则重启会丢消息。不支持集群。",
		},
		addressField("redis", "rediss"))
}

func mqttType() Type {
	return brokerType("mqtt", Label{"MQTT", "MQTT"},
		Label{
			"An MQTT 3.1.1 broker; everything goes with QoS 1. The protocol has no message ids, keys or headers, and does not tell how many messages wait.",
			"MQTT 3.1.1 服务器，收发均用 QoS 1。该协议没有消息编号、键和消息头，也无法得知积压数量。",
		},
		addressField("mqtt", "mqtts"))
}

func brokerType(name string, title, doc Label, address Field) Type {
	return Type{
		Name: name, Title: title,
		Doc: doc.with(Label{" tls turns encryption on; without a ca the system's certificates count.", "填写 tls 即启用加密；不填 ca 则采用系统信任的证书。"}),
		Config: []Field{
			address,
			{Name: "user", Kind: Text, Title: Label{"User", "用户名"}},
			tlsField(),
		},
		Secrets: []Field{{Name: "password", Kind: Text, Title: Label{"Password", "密码"}}},
		open:    openBroker,
	}
}

// addressField is the address of a broker; the second scheme is the one with TLS.
func addressField(schemes ...string) Field {
	return Field{
		Name: "url", Kind: Address, Choices: schemes, Required: true,
		Title: Label{"Address (" + schemes[0] + "://host)", "地址（" + schemes[0] + "://host）"},
	}
}
