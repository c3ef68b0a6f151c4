package connect

func httpFields() []Field {
	return []Field{
		{Name: "baseUrl", Kind: URL, Required: true, Title: Label{"Address", "地址"}},
		{Name: "headers", Kind: TextMap, Title: Label{"Headers", "请求头"}},
		{Name: "auth", Kind: Variants, Title: Label{"Authentication", "认证"}, Variants: authVariants()},
		{Name: "signer", Kind: Variants, Title: Label{"Platform signature", "平台签名"}, Variants: signerVariants()},
		{Name: "timeout", Kind: Duration, Title: Label{"Timeout (30s)", "超时（30s）"}},
		{Name: "proxy", Kind: URL, Title: Label{"Proxy", "代理"}},
		{Name: "proxyUser", Kind: Text, Title: Label{"User at the proxy", "代理用户名"}},
		tlsField(),
		{Name: "expires", Kind: Date, Title: Label{
			"Day on which the credentials end (2027-03-01); warnings come 30, 7 and 1 days before",
			"凭证到期日（2027-03-01）；提前 30、7、1 天提醒",
		}},
	}
}

// tlsField is how a connection finds out whom it talks to, of any type; tlsConfig mirrors it.
func tlsField() Field {
	return Field{Name: "tls", Kind: Group, Title: Label{"TLS", "TLS"}, Fields: []Field{
		{Name: "ca", Kind: LongText, Title: Label{"Certificate authority (PEM), instead of the system's", "CA 证书 (PEM)，代替系统自带的"}},
		{Name: "serverName", Kind: Text, Title: Label{"Server name to expect in the certificate", "证书中应有的服务器名称"}},
		{Name: "minVersion", Kind: Choice, Choices: []string{"1.2", "1.3"}, Title: Label{"Lowest TLS version (1.2)", "最低 TLS 版本（1.2）"}},
	}}
}

func httpSecrets() []Field {
	return []Field{
		{Name: "proxyPassword", Kind: Text, Title: Label{"Password at the proxy", "代理密码"}},
		{Name: "clientCertificate", Kind: LongText, Title: Label{"Client certificate with its chain (PEM)", "客户端证书及证书链 (PEM)"}},
		{Name: "clientKey", Kind: LongText, Title: Label{"Key of the client certificate (PEM)", "客户端证书私钥 (PEM)"}},
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
				{Name: "platformKeyId", Kind: Text, Title: Label{"Id of the platform public key (PUB_KEY_ID_…), or the serial number of the certificate to ask for", "微信支付公钥 ID（PUB_KEY_ID_…），或优先使用的平台证书序列号"}},
				{Name: "platformKey", Kind: LongText, Title: Label{"Platform public key, certificates, or both (PEM); answers are verified with them", "微信支付公钥、平台证书，或两者 (PEM)，用于验证应答"}},
			},
			Secrets: []Field{
				{Name: "privateKey", Kind: LongText, Required: true, Title: Label{"Merchant's private key (PEM)", "商户私钥 (PEM)"}},
				{Name: "apiV3Key", Kind: Text, Title: Label{"APIv3 key; decrypts notifications", "APIv3 密钥，用于解密回调通知"}},
			},
		},
		{
			Name: "alipay", Title: Label{"Alipay", "支付宝"},
			Fields: []Field{
				{Name: "appId", Kind: Text, Required: true, Title: Label{"App id", "app_id"}},
				{Name: "alipayPublicKey", Kind: LongText, Title: Label{"Alipay's public key, not the app's; answers are verified with it", "支付宝公钥（不是应用公钥），用于验证应答"}},
				{Name: "appCertificate", Kind: LongText, Title: Label{"App's public key certificate (certificate mode: appCertPublicKey)", "应用公钥证书（证书模式，appCertPublicKey）"}},
				{Name: "alipayCertificate", Kind: LongText, Title: Label{"Alipay's public key certificate (certificate mode: alipayCertPublicKey_RSA2)", "支付宝公钥证书（证书模式，alipayCertPublicKey_RSA2）"}},
				{Name: "alipayRootCertificate", Kind: LongText, Title: Label{"Alipay's root certificates (certificate mode: alipayRootCert)", "支付宝根证书（证书模式，alipayRootCert）"}},
			},
			Secrets: []Field{
				{Name: "privateKey", Kind: LongText, Required: true, Title: Label{"App's private key (PEM, or as Alipay's tool writes it)", "应用私钥（PEM，或支付宝工具生成的文本）"}},
				{Name: "appAuthToken", Kind: Text, Title: Label{"app_auth_token of the merchant (apps of third parties)", "商户授权令牌 app_auth_token（第三方应用）"}},
			},
		},
	}
}
