package diag

// apiCodes are the refusals of the HTTP API.
var apiCodes = []Entry{
	{
		"api.bad_request", "",
		Text{"The request is not valid HTTP.", "The server could not read the request. Check what is between the client and the server: proxies rewrite requests, too."},
		Text{"请求不是合法的 HTTP 请求。", "服务无法读取这个请求。请检查客户端与服务之间的环节，代理也可能改写请求。"},
	},
	{
		"api.body", "",
		Text{"The request's body is not as documented.", "The details list every place with what is wrong there. The call's schema is in openapi.json."},
		Text{"请求正文与接口文档不符。", "details 逐条列出位置和原因。该接口的格式见 openapi.json。"},
	},
	{
		"api.content_type", "",
		Text{"The body must be JSON, with the header Content-Type: application/json.", "The API takes JSON only. With curl, add -H 'Content-Type: application/json'."},
		Text{"正文必须是 JSON，请求头要带 Content-Type: application/json。", "接口只接受 JSON。用 curl 时请加上 -H 'Content-Type: application/json'。"},
	},
	{
		"api.csrf", "",
		Text{"The header X-CSRF-Token is missing or is not the session's.", "A call that changes something and comes with a session's cookie repeats the session's csrf in this header; GET /api/v1/session tells it. Programs use a token instead of a session and need no such header."},
		Text{"缺少 X-CSRF-Token 请求头，或与会话不符。", "带会话 Cookie 的修改类请求，必须在这个请求头里带上会话的 csrf 值，可用 GET /api/v1/session 取得。程序调用请使用令牌，不需要这个请求头。"},
	},
	{
		"api.cursor", "",
		Text{"The cursor is not one that a list has given.", "Pass on the next of the page before, unchanged, with the same filters; leave the cursor out for the first page."},
		Text{"cursor 不是列表接口给出的值。", "请原样传入上一页返回的 next，并保持相同的筛选条件；第一页不要带 cursor。"},
	},
	{
		"api.forbidden", "",
		Text{"You are not permitted to do this.", "The details name the permission that is missing. Ask an administrator."},
		Text{"没有权限执行这个操作。", "details 里写明了缺少的权限。请联系管理员。"},
	},
	{
		"api.headers_too_large", "",
		Text{"The request's headers are too large.", "Headers of one request are bounded. Cookies of other applications under the same host name are a frequent cause."},
		Text{"请求头过大。", "单个请求的请求头总大小有上限。常见原因是同一域名下其他应用的 Cookie 太多。"},
	},
	{
		"api.method_not_allowed", "",
		Text{"This address does not take this method.", "The header Allow lists the methods that it takes."},
		Text{"这个地址不支持该请求方法。", "响应头 Allow 列出了支持的方法。"},
	},
	{
		"api.not_found", "",
		Text{"There is nothing at this address.", "The API lies under /api/v1; openapi.json lists its calls."},
		Text{"这个地址不存在。", "接口都在 /api/v1 之下，完整列表见 openapi.json。"},
	},
	{
		"api.query", "",
		Text{"A parameter of the address makes no sense.", "The details name the parameter and what it takes."},
		Text{"地址里的某个参数不正确。", "details 里写明了参数名和可用的取值。"},
	},
	{
		"api.timeout", "",
		Text{"The request took too long to arrive.", "The server waits a bounded time for a request. Check the connection, or send less at once."},
		Text{"请求传输超时。", "服务等待请求完整到达的时间有上限。请检查网络，或减少单次发送的数据量。"},
	},
	{
		"api.too_large", "",
		Text{"The request is too large.", "The size of a request, and of what a run is started with, is bounded. Store large data elsewhere and pass a reference."},
		Text{"请求过大。", "请求以及运行输入的大小有上限。大数据请另外存放，只传引用。"},
	},
	{
		"api.too_many_streams", "",
		Text{"There are too many live streams.", "The number of open event streams is bounded. Close some, or poll instead."},
		Text{"实时事件连接过多。", "同时打开的事件流数量有上限。请关闭一些，或改用轮询。"},
	},
	{
		"api.unauthorized", "",
		Text{"Please sign in: the token or session is missing, wrong or expired.", "Programs send Authorization: Bearer TOKEN. The editor opens a session with the token, and a session lasts 12 hours."},
		Text{"请先登录：令牌或会话缺失、错误或已过期。", "程序调用请带上 Authorization: Bearer TOKEN。编辑器用令牌换取会话，会话有效期 12 小时。"},
	},
	{
		"connection.not_found", "",
		Text{"There is no such connection.", "Connections are found by their id. It may have been deleted meanwhile."},
		Text{"没有这个连接。", "连接按 id 查找，可能已被删除。"},
	},
	{
		"connection.refused", "",
		Text{"The connection is not valid and was not saved.", "The details list every place with what is wrong there. A secret that shows as *** keeps its value when it is sent back like that."},
		Text{"连接配置有误，未保存。", "details 逐条列出位置和原因。显示为 *** 的密钥原样提交时保持不变。"},
	},
	{
		"engine.unavailable", "",
		Text{"Nothing new is taken on at the moment, because the journal cannot be written.", "Often the disk is full. Nothing that was acknowledged is lost; what runs goes on as soon as the journal can be written again. Try again later."},
		Text{"日志暂时无法写入，不接受新的任务。", "多半是磁盘已满。已确认的数据不会丢失，恢复写入后运行会继续。请稍后重试。"},
	},
	{
		"flow.id_mismatch", "",
		Text{"The document's id is not the one in the address.", "A flow is saved under its own id. Change one of the two; to copy a flow, give the copy a new id."},
		Text{"文档里的 id 与地址中的不一致。", "流程按自己的 id 保存，请改成一致；复制流程时请给副本取新的 id。"},
	},
	{
		"flow.not_found", "",
		Text{"There is no such flow.", "Flows are found by their id. It may have been deleted meanwhile."},
		Text{"没有这个流程。", "流程按 id 查找，可能已被删除。"},
	},
	{
		"flow.not_published", "",
		Text{"The flow is not published.", "Only a published flow runs. Publish it, or start a run of the draft with \"draft\": true."},
		Text{"流程尚未发布。", "只有已发布的流程才能运行。请先发布，或者用 \"draft\": true 运行草稿。"},
	},
	{
		"flow.refused", "",
		Text{"The flow has errors and was refused.", "The details list all findings with their places. A draft with errors can be saved; a flow with errors cannot be published or run."},
		Text{"流程存在错误，已拒绝。", "details 列出了全部问题及其位置。有错误的草稿可以保存，但不能发布或运行。"},
	},
	{
		"flow.stale", "",
		Text{"Somebody else has changed the draft meanwhile.", "The draft is not the one that If-Match names. Read it again, bring the changes together, and save."},
		Text{"草稿已被他人修改。", "草稿版本与 If-Match 不一致。请重新读取，合并修改后再保存。"},
	},
	{
		"flow.version_not_found", "",
		Text{"The flow has no such version.", "GET /api/v1/flows/{id}/versions lists the versions there are."},
		Text{"流程没有这个版本。", "可用 GET /api/v1/flows/{id}/versions 查看已有版本。"},
	},
	{
		"run.ended", "",
		Text{"The run is over.", "A run that has ended cannot be changed any more. Its steps and journal can still be looked at."},
		Text{"运行已经结束。", "已结束的运行不能再改变，但仍可查看步骤和日志。"},
	},
	{
		"run.input", "",
		Text{"The input is not as the flow's schema says.", "The flow's document has a JSON Schema under input; the details list every place that does not fit."},
		Text{"输入不符合流程的输入定义。", "流程文档的 input 是一份 JSON Schema，details 逐条列出不符合的位置。"},
	},
	{
		"run.not_found", "",
		Text{"There is no such run.", "Runs are found by their id. Old runs are dropped when their retention is over."},
		Text{"没有这个运行。", "运行按编号查找。超过保留期的运行会被清理。"},
	},
	{
		"schedule.not_found", "",
		Text{"There is no such schedule.", "Schedules are the cron triggers of published flows. Publish the flow, or check the trigger's id."},
		Text{"没有这个定时任务。", "定时任务来自已发布流程的 cron 触发器。请发布流程，或检查触发器的 id。"},
	},
	{
		"server.draining", "",
		Text{"The server is stopping and takes nothing new on.", "What runs is kept and goes on after the restart. Try again shortly."},
		Text{"服务正在停止，不接受新的任务。", "正在运行的任务会保留，重启后继续。请稍后重试。"},
	},
	{
		"step.not_found", "",
		Text{"The run has not come to this step.", "A step is named by its path, as the run's steps show it. A step that was skipped has no scope."},
		Text{"运行没有执行到这个步骤。", "步骤用路径指定，与运行步骤列表中的一致。被跳过的步骤没有可用的数据。"},
	},
	{
		"table.not_found", "",
		Text{"There is no such table.", "Tables are found by their id. It may have been deleted meanwhile."},
		Text{"没有这个字典表。", "字典表按 id 查找，可能已被删除。"},
	},
	{
		"template.installed", "",
		Text{"There is a flow with the template's id already.", "A template becomes a flow of the same id. Open that flow, or take it out before making it anew from the template."},
		Text{"已有同名流程，无法再次使用该模板。", "模板会创建同 ID 的流程。请直接打开该流程；如需重新创建，请先将其删除。"},
	},
	{
		"template.not_found", "",
		Text{"There is no such template.", "GET /api/v1/templates lists them."},
		Text{"模板不存在。", "可用模板见 GET /api/v1/templates。"},
	},
}
