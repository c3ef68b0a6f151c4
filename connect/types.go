package connect

// Types are the connection types, in the order in which the editor offers them. A new type is a declaration here and
// the function that opens it.
func Types() []Type {
	return []Type{
		{
			Name:  "http",
			Title: Label{"HTTP service", "HTTP 服务"},
			Doc: Label{
				"An HTTP API below one address. Credentials go to that address only. A signer makes requests into those of a " +
					"shop or payment platform and turns the platform's refusals, which come with HTTP 200, into failures.",
				"同一地址下的 HTTP 接口，凭据只会发往该地址。选择签名方式后，请求会按电商或支付平台的规则签名，平台以 HTTP 200 返回的业务错误会被识别为失败。",
			},
			Config:  httpFields(),
			Secrets: httpSecrets(),
			open:    openHTTP,
		},
		sqliteType(), postgresType(), mysqlType(),
		wecomType(), dingtalkType(), feishuType(), slackType(), emailType(), webhookType(),
		kafkaType(), rabbitmqType(), natsType(), redisType(), mqttType(),
	}
}
