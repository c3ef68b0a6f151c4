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
			Config: httpFields(),
			open:   openHTTP,
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

func httpFields() []Field {
	return []Field{
		{Name: "baseUrl", Kind: URL, Required: true, Title: Label{"Address", "地址"}},
		{Name: "headers", Kind: TextMap, Title: Label{"Headers", "请求头"}},
		{Name: "auth", Kind: Variants, Title: Label{"Authentication", "认证"}, Variants: authVariants()},
		{Name: "signer", Kind: Variants, Title: Label{"Platform signature", "平台签名"}, Variants: signerVariants()},
		{Name: "timeout", Kind: Duration, Title: Label{"Timeout (30s)", "超时（30s）"}},
		{Name: "proxy", Kind: URL, Title: Label{"Proxy", "代理"}},
		{Name: "tls", Kind: Group, Title: Label{"TLS", "TLS"}, Fields: []Field{
			{Name: "ca", Kind: LongText, Title: Label{"Certificate authority (PEM)", "CA 证书 (PEM)"}},
			{Name: "serverName", Kind: Text, Title: Label{"Server name to expect", "服务器名称"}},
		}},
	}
}

func authVariants() []Variant {
	return []Variant{
		{Name: "none", Title: Label{"None", "无"}},
		{
			Name: "basic", Title: Label{"User and password", "用户名与密码"},
			Fields:  []Field{{Name: "user", Kind: Text, Required: true, Title: Label{"User", "用户名"}}},
			Secrets: []Field{{Name: "password", Kind: Text, Required: true, Title: Label{"Password", "密码"}}},
		},
		{
			Name: "bearer", Title: Label{"Bearer token", "Bearer 令牌"},
			Secrets: []Field{{Name: "token", Kind: Text, Required: true, Title: Label{"Token", "令牌"}}},
		},
		{
			Name: "header", Title: Label{"Token in a header", "请求头令牌"},
			Fields:  []Field{{Name: "header", Kind: Text, Required: true, Title: Label{"Header", "请求头"}}},
			Secrets: []Field{{Name: "token", Kind: Text, Required: true, Title: Label{"Token", "令牌"}}},
		},
		{
			Name: "hmac", Title: Label{"HMAC-SHA256 of the body", "正文 HMAC-SHA256"},
			Fields: []Field{
				{Name: "header", Kind: Text, Title: Label{"Header (X-Signature)", "请求头（X-Signature）"}},
				{Name: "prefix", Kind: Text, Title: Label{"Prefix", "前缀"}},
				{Name: "encoding", Kind: Choice, Choices: []string{"hex", "base64"}, Title: Label{"Encoding", "编码"}},
			},
			Secrets: []Field{{Name: "secret", Kind: Text, Required: true, Title: Label{"Secret", "密钥"}}},
		},
		{
			Name: "oauth2", Title: Label{"OAuth 2 client credentials", "OAuth 2 客户端凭证"},
			Fields: []Field{
				{Name: "tokenUrl", Kind: URL, Required: true, Title: Label{"Token address", "令牌地址"}},
				{Name: "clientId", Kind: Text, Required: true, Title: Label{"Client id", "Client ID"}},
				{Name: "scope", Kind: Text, Title: Label{"Scope", "范围"}},
			},
			Secrets: []Field{{Name: "clientSecret", Kind: Text, Required: true, Title: Label{"Client secret", "Client Secret"}}},
		},
	}
}

func signerVariants() []Variant {
	return []Variant{
		{
			Name: "pdd", Title: Label{"Pinduoduo", "拼多多"},
			Fields: []Field{{Name: "clientId", Kind: Text, Required: true, Title: Label{"Client id", "client_id"}}},
			Secrets: []Field{
				{Name: "clientSecret", Kind: Text, Required: true, Title: Label{"Client secret", "client_secret"}},
				{Name: "accessToken", Kind: Text, Title: Label{"Access token of the shop", "店铺 access_token"}},
			},
		},
		{
			Name: "douyin", Title: Label{"Douyin shop", "抖店"},
			Fields: []Field{{Name: "appKey", Kind: Text, Required: true, Title: Label{"App key", "app_key"}}},
			Secrets: []Field{
				{Name: "appSecret", Kind: Text, Required: true, Title: Label{"App secret", "app_secret"}},
				{Name: "accessToken", Kind: Text, Title: Label{"Access token of the shop", "店铺 access_token"}},
			},
		},
		{
			Name: "wechatpay", Title: Label{"WeChat Pay v3", "微信支付 v3"},
			Fields: []Field{
				{Name: "mchid", Kind: Text, Required: true, Title: Label{"Merchant id", "商户号"}},
				{Name: "serialNo", Kind: Text, Required: true, Title: Label{"Serial number of the merchant's certificate", "商户证书序列号"}},
				{Name: "platformKeyId", Kind: Text, Title: Label{"Id of the platform key (PUB_KEY_ID_… or a serial number)", "微信支付公钥 ID 或平台证书序列号"}},
				{Name: "platformKey", Kind: LongText, Title: Label{"Platform public key or certificate (PEM); answers are verified with it", "微信支付公钥或平台证书 (PEM)，用于验证应答"}},
			},
			Secrets: []Field{{Name: "privateKey", Kind: LongText, Required: true, Title: Label{"Merchant's private key (PEM)", "商户私钥 (PEM)"}}},
		},
	}
}
