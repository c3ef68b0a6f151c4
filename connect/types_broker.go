package connect

func kafkaType() Type {
	kafka := brokerType("kafka", Label{"Kafka", "Kafka"},
		"A Kafka cluster. brokers are some of its members, each host:port; the rest is learnt from them. mechanism is how they know the user; without it, scram-sha-512. What is published is acknowledged by all replicas in sync.",
		Field{Name: "brokers", Kind: TextList, Required: true, Title: Label{"Brokers (host:port)", "Broker 地址（host:port）"}})
	kafka.Config = append(kafka.Config, Field{
		Name: "mechanism", Kind: Choice, Choices: []string{"scram-sha-512", "scram-sha-256", "plain"}, Title: Label{"SASL mechanism (scram-sha-512)", "SASL 机制（scram-sha-512）"},
	})
	kafka.open = openKafka
	return kafka
}

func rabbitmqType() Type {
	return brokerType("rabbitmq", Label{"RabbitMQ", "RabbitMQ"},
		"A RabbitMQ server (AMQP 0-9-1); a virtual host stands at the end of the address: amqp://host:5672/orders. What is published is persistent and confirmed.",
		addressField("amqp", "amqps"))
}

func natsType() Type {
	return brokerType("nats", Label{"NATS JetStream", "NATS JetStream"},
		"A NATS server with JetStream. A password without a user is a token. The streams are the operator's to make.",
		addressField("nats", "tls"))
}

func redisType() Type {
	return brokerType("redis", Label{"Redis streams", "Redis Streams"},
		"A Redis server from 7.0 whose streams are used as queues; the number of a database stands at the end of the address: redis://host:6379/0. Turn on appendonly, or a restart loses messages. Clusters are not supported.",
		addressField("redis", "rediss"))
}

func mqttType() Type {
	return brokerType("mqtt", Label{"MQTT", "MQTT"},
		"An MQTT 3.1.1 broker; everything goes with QoS 1. The protocol has no message ids, keys or headers, and does not tell how many messages wait.",
		addressField("mqtt", "mqtts"))
}

func brokerType(name string, title Label, doc string, address Field) Type {
	return Type{
		Name: name, Title: title, Doc: doc + " tls turns encryption on; without a ca the system's certificates count.",
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
