package connect

// Types are the connection types, in the order in which the editor offers them. A new type is a declaration here and
// the function that opens it.
func Types() []Type {
	return []Type{
		{
			Name:  "http",
			Title: Label{"HTTP service", "HTTP 服务"},
			Doc: "An HTTP API below one address. Credentials go to that address only. A signer makes requests into those of a " +
				"shop or payment platform and turns the platform's refusals, which come with HTTP 200, into failures.",
			Config:  httpFields(),
			Secrets: httpSecrets(),
			open:    openHTTP,
		},
		sqliteType(), postgresType(), mysqlType(),
		wecomType(), dingtalkType(), feishuType(), slackType(), emailType(), webhookType(),
		kafkaType(), rabbitmqType(), natsType(), redisType(), mqttType(),
	}
}
