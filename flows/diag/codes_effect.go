package diag

// effectCodes are the failures of nodes that meet the outside, and of connections.
var effectCodes = []Entry{
	{
		"connection.unknown", "",
		Text{"The connection does not exist.", "No connection has this id. Create it, or correct the id in the node."},
		Text{"连接不存在。", "没有这个标识的连接。请新建连接，或改正节点里的标识。"},
	},
	{
		"connection.type", "",
		Text{"The connection is of the wrong type.", "The node talks to its connection in another protocol. Choose a connection of a fitting type."},
		Text{"连接类型不符。", "节点使用的协议与这个连接不符，请换一个类型相符的连接。"},
	},
	{
		"connection.config", "",
		Text{"The connection's settings cannot be used.", "An address, an option or a secret of the connection is missing or malformed. Test the connection on its page."},
		Text{"连接配置不可用。", "连接的地址、选项或密钥缺失或格式有误。请在连接页面测试。"},
	},
	{
		"connection.rate", "",
		Text{"The connection's rate limit is reached.", "limits.rate on the connection bounds calls over all flows. The call's turn would come after its time is over: add a retry, or raise the node's timeout or the limit."},
		Text{"达到连接的速率上限。", "连接的 limits.rate 对所有流程合计生效，在节点超时之前轮不到这次调用。可以配置重试，或调大节点超时、调高上限。"},
	},
	{
		"connection.breaker", "",
		Text{"The connection's breaker is open.", "Too many calls failed lately, so further ones are refused for a while, to let the other side recover."},
		Text{"连接已熔断。", "近期失败过多，暂时不再发出调用，给对方恢复的时间。"},
	},
	{
		"connection.busy", "",
		Text{"The call's turn at the connection did not come in time.", "limits on the connection bound calls over all flows, and others were first. The call was not made: add a retry, or raise the node's timeout or the limits."},
		Text{"排队等待连接超时。", "连接的 limits 对所有流程合计生效，前面还有其他调用，这次调用没有发出。可以配置重试，或调大节点超时、放宽限制。"},
	},
	{
		"connection.cancelled", "",
		Text{"The call was cancelled while it waited for its turn.", "The run was cancelled or the node was no longer needed. The call was not made."},
		Text{"排队等待连接时被取消。", "运行被取消，或者不再需要这个节点的结果；调用没有发出。"},
	},
	{
		"connection.blocked", "",
		Text{"The connection's address must not be reached.", "Addresses of cloud metadata and link-local addresses are never reached. What else is refused the administrator set at the start of the server, with --egress-allow and --egress-deny; there it can be allowed."},
		Text{"不允许访问这个连接的地址。", "云平台元数据地址和链路本地地址一律禁止访问；其余限制由管理员在启动服务时用 --egress-allow 和 --egress-deny 设定，需要时可在那里放行。"},
	},
	{
		"http.status", "",
		Text{"The server answered with a status that is not a success.", "The status and the body are in error.status and error.body. okStatus on the node says which statuses are successes."},
		Text{"服务器返回了非成功状态码。", "状态码和响应体在 error.status 和 error.body 里。哪些状态算成功由节点的 okStatus 决定。"},
	},
	{
		"http.timeout", "",
		Text{"The server did not answer in time.", "Raise the node's timeout, add a retry, or ask the other side. A write may have taken effect nevertheless; its retries carry the same Idempotency-Key."},
		Text{"服务器没有按时响应。", "请调大节点超时、加上重试，或联系对方。写请求可能已经生效，重试会带上同一个 Idempotency-Key。"},
	},
	{
		"http.cancelled", "",
		Text{"The call was cancelled.", "The run was cancelled or the node was no longer needed while the call was under way."},
		Text{"请求被取消。", "请求进行中运行被取消，或者不再需要这个节点的结果。"},
	},
	{
		"http.connect", "",
		Text{"No connection to the server.", "The server is down, the port is closed or a firewall is in the way."},
		Text{"无法连接服务器。", "服务器未启动、端口未开放，或被防火墙拦截。"},
	},
	{
		"http.dns", "",
		Text{"The host name could not be resolved.", "Check the spelling of the address and the machine's name server."},
		Text{"域名解析失败。", "请检查地址拼写和本机的 DNS 配置。"},
	},
	{
		"http.tls", "",
		Text{"No secure connection to the server.", "The certificate is not trusted, has expired, or is for another name."},
		Text{"无法建立安全连接。", "证书不受信任、已过期，或与域名不符。"},
	},
	{
		"http.blocked", "",
		Text{"The address must not be called.", "Addresses of cloud metadata and link-local addresses are never called. What else is refused the administrator set at the start of the server, with --egress-allow and --egress-deny; there it can be allowed."},
		Text{"不允许访问这个地址。", "云平台元数据地址和链路本地地址一律禁止访问；其余限制由管理员在启动服务时用 --egress-allow 和 --egress-deny 设定，需要时可在那里放行。"},
	},
	{
		"http.proxy", "",
		Text{"The proxy does not let the call through.", "The connection's proxy is down, wants another user or password, or refuses the address. Check proxy, proxyUser and proxyPassword on the connection, or ask who runs the proxy."},
		Text{"代理未放行这次请求。", "连接所配的代理没有启动、要求另外的用户名或密码，或拒绝访问目标地址。请检查连接的 proxy、proxyUser 和 proxyPassword，或联系代理管理员。"},
	},
	{
		"http.bad_url", "",
		Text{"The address is not a URL.", "A url begins with http:// or https://; a path goes with a connection that has a baseUrl."},
		Text{"地址不是合法的 URL。", "url 以 http:// 或 https:// 开头；只写 path 时，连接里要有 baseUrl。"},
	},
	{
		"http.bad_request", "",
		Text{"The request cannot be sent as it is.", "The method, a header or the body is not valid."},
		Text{"请求本身不合法，无法发送。", "请求方法、请求头或请求体不合法。"},
	},
	{
		"http.bad_json", "",
		Text{"The answer is not JSON.", "The node asks for JSON. Set response to text to see what came; error pages are often HTML."},
		Text{"响应不是合法的 JSON。", "节点要求 JSON 响应。可以把 response 改为 text 查看实际内容，常见的是 HTML 错误页。"},
	},
	{
		"http.bad_encoding", "",
		Text{"The answer's compression is broken.", "The body could not be unpacked as its Content-Encoding says."},
		Text{"响应的压缩数据已损坏。", "响应体无法按 Content-Encoding 解压。"},
	},
	{
		"http.too_large", "",
		Text{"The answer is larger than allowed.", "maxBytes on the node bounds what is read. Ask for less at a time, or raise it."},
		Text{"响应超过大小上限。", "节点的 maxBytes 限制读取的大小。请减少单次请求的数据量，或调大上限。"},
	},
	{
		"http.auth", "",
		Text{"No access token could be had.", "The token address of the connection refused or answered without a token. Check the client id and secret."},
		Text{"获取访问令牌失败。", "连接的令牌地址拒绝了请求，或没有返回令牌。请检查客户端标识和密钥。"},
	},
	{
		"push.rejected", "",
		Text{"The platform refused the message.", "The platform's code and text are in the details."},
		Text{"平台拒绝了这条消息。", "平台返回的错误码和说明见详情。"},
	},
	{
		"push.gone", "",
		Text{"The robot or channel does not exist any more.", "The address is wrong, or the robot was removed from its group. Create a new one and update the connection."},
		Text{"机器人或群已不存在。", "地址有误，或机器人已被移出群。请重新创建并更新连接。"},
	},
	{
		"push.signature", "",
		Text{"The platform refused the signature.", "The robot's secret is wrong, or the machine's clock is off."},
		Text{"签名校验失败。", "机器人密钥有误，或服务器时间不准。"},
	},
	{
		"push.auth", "",
		Text{"The other side refused the credentials.", "The token, or the user and password of the connection, are wrong or have expired. Mail providers often want an authorisation code instead of the password."},
		Text{"对方拒绝了登录凭证。", "连接里的令牌或用户名、密码有误或已失效。国内邮箱通常要填授权码，而不是登录密码。"},
	},
	{
		"push.tls", "",
		Text{"No secure connection to the mail server.", "The server does not offer the encryption that the connection asks for, or its certificate is not trusted. Check port and security together: 465 goes with tls, 587 with starttls."},
		Text{"无法与邮件服务器建立安全连接。", "服务器不支持连接要求的加密方式，或证书不受信任。请一并核对端口与加密方式：465 用 tls，587 用 starttls。"},
	},
	{
		"push.too_long", "",
		Text{"The message is longer than the platform takes.", "Shorten the text, card or mentions."},
		Text{"消息超过平台长度限制。", "请缩短正文、卡片或 @ 名单。"},
	},
	{
		"push.rate_limited", "",
		Text{"The platform takes no more messages for now.", "Robots of WeCom and DingTalk may send twenty messages a minute, Feishu's a hundred. Connections keep to that by themselves, but others may use the same robot: gather several messages into one, or lower limits.rate of the connection."},
		Text{"发送过于频繁，被平台限流。", "企业微信、钉钉机器人每分钟最多 20 条，飞书 100 条。连接会自动控制速率，但同一个机器人可能还有别处在用：请合并消息，或调低连接的 limits.rate。"},
	},
	{
		"push.unavailable", "",
		Text{"The platform could not take the message.", "The platform is busy or could not be reached; the node may be retried."},
		Text{"平台暂时无法接收消息。", "平台繁忙或无法连接，可以配置重试。"},
	},
	{
		"wechatpay.signature", "",
		Text{"The answer of WeChat Pay is not signed by WeChat Pay.", "The signature does not match the platform key, so the answer was not trusted. Check the key or certificate in the connection."},
		Text{"微信支付应答验签失败。", "签名与平台公钥不符，应答不可信。请检查连接里的公钥或证书。"},
	},
	{
		"alipay.rejected", "",
		Text{"Alipay refused the call.", "Alipay's code, sub_code and texts are in the details."},
		Text{"支付宝拒绝了这次调用。", "支付宝返回的 code、sub_code 和说明见详情。"},
	},
	{
		"alipay.signature", "",
		Text{"A signature does not fit: ours at Alipay, or Alipay's here.", "Where Alipay refused, the app's private key, app id or certificate in the connection is not the one in Alipay's console. Where its answer was not trusted, the connection holds another public key or certificate than Alipay signs with; the app's own public key is a common mix-up."},
		Text{"支付宝签名校验失败。", "若是支付宝拒绝，说明连接里的应用私钥、app_id 或证书与支付宝后台不一致；若是应答验签失败，说明连接里的支付宝公钥或证书不对，常见错误是误填了应用公钥。"},
	},
	{
		"alipay.throttled", "",
		Text{"Alipay takes no more calls for now.", "Too many calls in a short time. Retry later, or set a rate limit on the connection."},
		Text{"支付宝接口调用过于频繁。", "短时间内调用过多。请稍后重试，或在连接上设置速率上限。"},
	},
	{
		"alipay.token", "",
		Text{"Alipay does not accept the authorisation.", "The merchant's app_auth_token is missing, wrong, withdrawn or over. Ask the merchant to authorise the app again."},
		Text{"支付宝授权无效。", "商户的 app_auth_token 缺失、有误、已取消或已过期，请让商户重新授权。"},
	},
	{
		"alipay.unavailable", "",
		Text{"Alipay could not say how the call ended.", "Its system failed for a moment. A write may have taken effect: query the trade before doing it again under another number."},
		Text{"支付宝系统暂时异常，结果未知。", "支付宝系统一时出错，写操作可能已经生效：换新单号重做之前，请先查询交易状态。"},
	},
	{
		"douyin.rejected", "",
		Text{"Douyin refused the call.", "The platform's code and text are in the details."},
		Text{"抖音拒绝了这次调用。", "平台返回的错误码和说明见详情。"},
	},
	{
		"douyin.signature", "",
		Text{"Douyin refused the signature.", "The app secret is wrong, or the machine's clock is off."},
		Text{"抖音签名校验失败。", "应用密钥有误，或服务器时间不准。"},
	},
	{
		"douyin.throttled", "",
		Text{"Douyin takes no more calls for now.", "The platform's quota is used up. Retry later, or set a rate limit on the connection."},
		Text{"抖音接口调用被限流。", "平台的调用配额已用完。请稍后重试，或在连接上设置速率上限。"},
	},
	{
		"douyin.token", "",
		Text{"Douyin refused the access token.", "The shop's authorisation has expired or was withdrawn. Authorise the app again."},
		Text{"抖音访问令牌失效。", "店铺授权已过期或被取消，请重新授权。"},
	},
	{
		"pdd.rejected", "",
		Text{"Pinduoduo refused the call.", "The platform's code and text are in the details."},
		Text{"拼多多拒绝了这次调用。", "平台返回的错误码和说明见详情。"},
	},
	{
		"pdd.signature", "",
		Text{"Pinduoduo refused the signature.", "The app secret is wrong, or the machine's clock is off."},
		Text{"拼多多签名校验失败。", "应用密钥有误，或服务器时间不准。"},
	},
	{
		"pdd.throttled", "",
		Text{"Pinduoduo takes no more calls for now.", "The platform's quota is used up. Retry later, or set a rate limit on the connection."},
		Text{"拼多多接口调用被限流。", "平台的调用配额已用完。请稍后重试，或在连接上设置速率上限。"},
	},
	{
		"pdd.token", "",
		Text{"Pinduoduo refused the access token.", "The shop's authorisation has expired or was withdrawn. Authorise the app again."},
		Text{"拼多多访问令牌失效。", "店铺授权已过期或被取消，请重新授权。"},
	},
	{
		"douyin.unavailable", "",
		Text{"Douyin could not serve the call.", "The platform is busy; the node may be retried."},
		Text{"抖音服务暂时不可用。", "平台繁忙，可以配置重试。"},
	},
	{
		"state.unavailable", "",
		Text{"The value could not be kept or read.", "Values that outlive runs need a server, or a data folder on the command line."},
		Text{"跨运行保存的值无法读写。", "需要在服务器上运行，或在命令行指定数据目录。"},
	},
	{
		"connection.bad_value", "",
		Text{"A setting of the connection has a wrong value.", "The message says which form the value must have."},
		Text{"连接的某项设置取值有误。", "应有的格式见消息。"},
	},
	{
		"connection.unknown_key", "",
		Text{"The connection has a setting that its type does not know.", "Unknown settings are refused, since a misspelt one would otherwise be ignored silently."},
		Text{"连接里有该类型不认识的设置。", "不认识的设置一律拒绝，否则拼错的设置会被悄悄忽略。"},
	},
	{
		"connection.required", "",
		Text{"A setting of the connection is missing.", "The connection's type cannot work without it."},
		Text{"连接缺少必填的设置。", "没有这项设置，这种连接无法工作。"},
	},
	{
		"connection.duplicate_id", "",
		Text{"Two connections have the same id.", "Nodes name connections by id, so ids are unique."},
		Text{"连接标识重复。", "节点通过标识使用连接，所以标识必须唯一。"},
	},
	{
		"connection.duplicate_key", "",
		Text{"A key stands twice in the connection.", "Two values under one key contradict each other. Remove one of them."},
		Text{"连接里有重复的键。", "同名的键有两个值，互相矛盾，请删掉一个。"},
	},
	{
		"connection.bad_id", "",
		Text{"The connection's id is not an id.", "An id begins with a lower-case letter, followed by at most 63 lower-case letters, digits, underscores and hyphens."},
		Text{"连接标识不合法。", "标识以小写字母开头，后面最多 63 个小写字母、数字、下划线或连字符。"},
	},
	{
		"connection.unknown_type", "",
		Text{"There is no such type of connection.", "The reference lists the types."},
		Text{"没有这种连接类型。", "可用的类型见参考文档。"},
	},
	{
		"connection.json", "",
		Text{"The connections are not JSON.", "The text could not be read as one JSON value."},
		Text{"连接配置不是合法的 JSON。", "无法解析为一个 JSON 值。"},
	},
	{
		"connection.env_refused", "",
		Text{"Secrets cannot be taken from the environment here.", "Only a file of connections on the command line may name environment variables."},
		Text{"这里不能从环境变量读取密钥。", "只有命令行使用的连接文件才能引用环境变量。"},
	},
	{
		"connection.env_missing", "",
		Text{"The environment variable of a secret is not set.", "Set the variable for the process that runs the flow."},
		Text{"密钥引用的环境变量没有设置。", "请为运行流程的进程设置该变量。"},
	},
	{
		"connection.secret", "",
		Text{"The connection lacks a secret that is needed.", "Add the secret on the connection's page."},
		Text{"连接缺少所需的密钥。", "请在连接页面补上密钥。"},
	},
	{
		"connection.closed", "",
		Text{"The connections are closed because the server is stopping.", "The task is done again when the server is back."},
		Text{"服务器正在停止，连接已关闭。", "服务器恢复后会重新执行任务。"},
	},
}
