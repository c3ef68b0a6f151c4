package connect

import (
	"time"

	"sluice/connect/limit"
)

// The rates of robots without limits of their own keep to what their platforms allow in any minute and any second, with
// some calls at once after a pause.
const (
	robotsAMinute = 15 // with robotsAtOnce 19 of the 20 that WeCom and DingTalk allow; DingTalk stays silent for ten minutes after one more
	robotsAtOnce  = 4
	feishuAMinute = 90 // of 100, and 5 a second
	slackAtOnce   = 3
)

func wecomType() Type {
	t := robotType("wecom", Label{"WeCom robot", "企业微信机器人"},
		Label{
			"A group robot of WeCom (message push). Give its key, or the whole address as url. " + robotPace,
			"企业微信群机器人（消息推送）。填写 key，或以 url 填写完整地址。" + robotPaceZH,
		}, nil,
		Field{Name: "key", Kind: Text, Title: Label{"Key", "Key"}})
	t.rate = limit.Rate{Count: robotsAMinute, Per: time.Minute, Burst: robotsAtOnce}
	return t
}

const (
	robotPace   = "Without limits.rate four messages go at once and fifteen a minute, of the twenty that are allowed; further ones wait."
	robotPaceZH = "未设置 limits.rate 时，最多连发四条、每分钟十五条（平台上限为二十条），超出的排队等待。"
)

func dingtalkType() Type {
	t := robotType("dingtalk", Label{"DingTalk robot", "钉钉机器人"},
		Label{
			"A custom group robot of DingTalk. Give its access token, or the whole address as url; the secret (SEC…) where it wants signatures. " + robotPace +
				" Webhooks of the scheme dingtalk verify what comes with appSecret (a robot that is spoken to), or with callbackToken and aesKey (events); for that alone, token and url may be left out.",
			"钉钉自定义群机器人。填写 access_token，或以 url 填写完整地址；安全设置为加签时还要填密钥（SEC…）。" + robotPaceZH +
				"方案为 dingtalk 的 webhook 用 appSecret 验证机器人收到的消息，用 callbackToken 和 aesKey 验证事件订阅；只用于验证时可不填 token 和 url。",
		},
		[]Field{{Name: "ownerKey", Kind: Text, Title: Label{"AppKey, CorpId or SuiteKey that events must be for", "事件所属的 AppKey、CorpId 或 SuiteKey"}}},
		Field{Name: "token", Kind: Text, Title: Label{"Access token", "access_token"}},
		Field{Name: "secret", Kind: Text, Title: Label{"Signing secret", "加签密钥"}},
		Field{Name: "appSecret", Kind: Text, Title: Label{"AppSecret; verifies what is said to a robot", "AppSecret，用于验证机器人收到的消息"}},
		Field{Name: "callbackToken", Kind: Text, Title: Label{"Token of the event subscription", "事件订阅的签名 token"}},
		Field{Name: "aesKey", Kind: Text, Title: Label{"aes_key of the event subscription", "事件订阅的加密 aes_key"}})
	// While DingTalk is silent, it takes nothing from anybody.
	t.obey = true
	t.rate = limit.Rate{Count: robotsAMinute, Per: time.Minute, Burst: robotsAtOnce}
	return t
}

func feishuType() Type {
	t := robotType("feishu", Label{"Feishu robot", "飞书机器人"},
		Label{
			"A custom group robot of Feishu or Lark (baseUrl https://open.larksuite.com). Give its token, or the whole address as url; the secret where it wants signatures. " +
				"Without limits.rate four messages go at once and ninety a minute, of the hundred that are allowed; further ones wait. " +
				"Webhooks of the scheme feishu verify events with encryptKey, verificationToken, or both; for that alone, token and url may be left out.",
			"飞书或 Lark（baseUrl 填 https://open.larksuite.com）自定义群机器人。填写 token，或以 url 填写完整地址；开启签名校验时还要填密钥。" +
				"未设置 limits.rate 时，最多连发四条、每分钟九十条（平台上限为一百条），超出的排队等待。" +
				"方案为 feishu 的 webhook 用 encryptKey、verificationToken 或两者验证事件；只用于验证时可不填 token 和 url。",
		}, nil,
		Field{Name: "token", Kind: Text, Title: Label{"Token", "Token"}},
		Field{Name: "secret", Kind: Text, Title: Label{"Signing secret", "签名密钥"}},
		Field{Name: "encryptKey", Kind: Text, Title: Label{"Encrypt Key of the event subscription", "事件订阅的 Encrypt Key"}},
		Field{Name: "verificationToken", Kind: Text, Title: Label{"Verification Token of the event subscription", "事件订阅的 Verification Token"}})
	t.rate = limit.Rate{Count: feishuAMinute, Per: time.Minute, Burst: robotsAtOnce}
	return t
}

func slackType() Type {
	t := robotType("slack", Label{"Slack", "Slack"},
		Label{
			"A channel of Slack. Give the address of an incoming webhook as url, or a bot's token (xoxb-…) and the channel. " +
				"Without limits.rate three messages go at once and one a second; further ones wait.",
			"Slack 频道。以 url 填写 Incoming Webhook 的地址，或填写机器人令牌（xoxb-…）和频道。未设置 limits.rate 时，最多连发三条、每秒一条，超出的排队等待。",
		},
		[]Field{{Name: "channel", Kind: Text, Title: Label{"Channel, with a token (C0123ABCD)", "频道 ID，与 token 一起使用（C0123ABCD）"}}},
		Field{Name: "token", Kind: Text, Title: Label{"Bot token", "机器人令牌"}})
	t.rate, t.obey = limit.Rate{Count: 1, Per: time.Second, Burst: slackAtOnce}, true
	return t
}

func robotType(name string, title, doc Label, config []Field, secrets ...Field) Type {
	return Type{
		Name: name, Title: title, Doc: doc,
		Config:  append([]Field{{Name: "baseUrl", Kind: URL, Title: Label{"Other address of the platform", "平台地址（可选）"}}}, config...),
		Secrets: append(secrets, Field{Name: "url", Kind: Text, Title: Label{"Whole address", "完整地址"}}),
		open:    openRobot,
	}
}

func emailType() Type {
	return Type{
		Name:  "email",
		Title: Label{"E-mail", "电子邮件"},
		Doc: Label{
			"A mail server that takes messages by SMTP. security is starttls (the default, port 587), tls (port 465) or none (port 25, and no password). " +
				"The password is the one for programs: QQ, 163 and Exmail give an authorisation code (授权码) for it, and want the user as from. " +
				"A push node's mentions are the recipients, together with to.",
			"以 SMTP 发信的邮件服务器。security 为 starttls（默认，端口 587）、tls（端口 465）或 none（端口 25，不能用密码）。" +
				"密码是供程序使用的那一个：QQ 邮箱、163 邮箱和腾讯企业邮箱用授权码，且发件人须与用户名一致。推送节点的 mentions 与 to 一起作为收件人。",
		},
		Config: []Field{
			{Name: "host", Kind: Text, Required: true, Title: Label{"Server", "服务器"}},
			{Name: "port", Kind: Port, Title: Label{"Port", "端口"}},
			{Name: "security", Kind: Choice, Choices: []string{"starttls", "tls", "none"}, Title: Label{"Encryption (starttls)", "加密方式（starttls）"}},
			{Name: "user", Kind: Text, Title: Label{"User", "用户名"}},
			{Name: "from", Kind: Text, Required: true, Title: Label{"Sender: an address, or Name <address>", "发件人：地址，或 名称 <地址>"}},
			{Name: "to", Kind: Text, Title: Label{"Recipients of every message, separated by commas", "固定收件人，用逗号分隔"}},
			{Name: "ca", Kind: LongText, Title: Label{"Certificate authority (PEM), instead of the system's", "CA 证书 (PEM)，代替系统自带的"}},
		},
		Secrets: []Field{{Name: "password", Kind: Text, Title: Label{"Password or authorisation code", "密码或授权码"}}},
		open:    openEmail,
	}
}

func webhookType() Type {
	return Type{
		Name:  "webhook",
		Title: Label{"Webhook", "Webhook"},
		Doc: Label{
			"An address that takes messages as Standard Webhooks 1.0.0 describes them. The secret signs what is sent, and " +
				"verifies what comes in where a trigger names this connection; for that alone, url may be left out.",
			"按 Standard Webhooks 1.0.0 接收消息的地址。密钥用于给发出的消息签名；触发器引用此连接时，也用来验证收到的请求，只用于验证时可不填 url。",
		},
		Config: []Field{
			{Name: "url", Kind: URL, Title: Label{"Address", "地址"}},
			{Name: "headers", Kind: TextMap, Title: Label{"Headers", "请求头"}},
		},
		Secrets: []Field{{Name: "secret", Kind: LongText, Title: Label{"Signing secret, or the key that verifies", "签名密钥，或用于验签的密钥"}}},
		open:    openWebhook,
	}
}
