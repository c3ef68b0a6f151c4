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
		{
			Name:  "sqlite",
			Title: Label{"SQLite file", "SQLite 文件"},
			Doc: "A SQLite database in a file, in WAL mode with foreign keys on. It is created on first use unless readOnly. " +
				"Columns declared BOOLEAN give true and false; times come as they are stored; blobs are base64.",
			Config: []Field{
				{Name: "path", Kind: Text, Required: true, Title: Label{"Path of the file", "文件路径"}},
				{Name: "readOnly", Kind: Flag, Title: Label{"Read only", "只读"}},
			},
			open: openSQLite,
		},
		robotType("wecom", Label{"WeCom robot", "企业微信机器人"},
			"A group robot of WeCom (message push). Give its key, or the whole address as url.",
			Field{Name: "key", Kind: Text, Title: Label{"Key", "Key"}}),
		robotType("dingtalk", Label{"DingTalk robot", "钉钉机器人"},
			"A custom group robot of DingTalk. Give its access token, or the whole address as url; the secret (SEC…) where it wants signatures.",
			Field{Name: "token", Kind: Text, Title: Label{"Access token", "access_token"}},
			Field{Name: "secret", Kind: Text, Title: Label{"Signing secret", "加签密钥"}}),
		robotType("feishu", Label{"Feishu robot", "飞书机器人"},
			"A custom group robot of Feishu or Lark (baseUrl https://open.larksuite.com). Give its token, or the whole address as url; the secret where it wants signatures.",
			Field{Name: "token", Kind: Text, Title: Label{"Token", "Token"}},
			Field{Name: "secret", Kind: Text, Title: Label{"Signing secret", "签名密钥"}}),
		{
			Name:  "webhook",
			Title: Label{"Webhook", "Webhook"},
			Doc: "An address that takes messages as Standard Webhooks 1.0.0 describes them. The secret signs what is sent, and " +
				"verifies what comes in where a trigger names this connection; for that alone, url may be left out.",
			Config: []Field{
				{Name: "url", Kind: URL, Title: Label{"Address", "地址"}},
				{Name: "headers", Kind: TextMap, Title: Label{"Headers", "请求头"}},
			},
			Secrets: []Field{{Name: "secret", Kind: Text, Title: Label{"Signing secret", "签名密钥"}}},
			open:    openWebhook,
		},
	}
}

func robotType(name string, title Label, doc string, secrets ...Field) Type {
	return Type{
		Name: name, Title: title, Doc: doc,
		Config:  []Field{{Name: "baseUrl", Kind: URL, Title: Label{"Other address of the platform", "平台地址（可选）"}}},
		Secrets: append(secrets, Field{Name: "url", Kind: Text, Title: Label{"Whole address", "完整地址"}}),
		open:    openRobot,
	}
}
