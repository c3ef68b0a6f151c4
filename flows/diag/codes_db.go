package diag

// dbCodes are the failures of databases.
var dbCodes = []Entry{
	{
		"db.unique_violation", "",
		Text{"A row with this key exists already.", "The write would break a unique key, so nothing was kept. Use db.upsert to update in that case."},
		Text{"唯一键冲突，记录已存在。", "写入会违反唯一约束，因此整体没有生效。需要“有则更新”请用 db.upsert。"},
	},
	{
		"db.foreign_key_violation", "",
		Text{"The row refers to one that does not exist, or is referred to.", "The write would break a foreign key, so nothing was kept."},
		Text{"外键约束冲突。", "引用的记录不存在，或仍被其他记录引用，因此整体没有生效。"},
	},
	{
		"db.not_null_violation", "",
		Text{"A column that must have a value got none.", "Check the argument: the value it reads was probably absent."},
		Text{"非空字段没有值。", "请检查对应的参数，它读取的值多半不存在。"},
	},
	{
		"db.check_violation", "",
		Text{"The row breaks a rule of the table.", "A check constraint or a trigger refused the write, so nothing was kept."},
		Text{"违反了表的检查约束。", "检查约束或数据库触发器拒绝了写入，因此整体没有生效。"},
	},
	{
		"db.type_mismatch", "",
		Text{"A value does not fit the type of its column.", "Convert the value in an expression, or correct the argument."},
		Text{"值与字段类型不符。", "请在表达式里转换类型，或改正参数。"},
	},
	{
		"db.bad_value", "",
		Text{"A value cannot be exchanged with the database.", "The value is too large, or has no form in JSON."},
		Text{"数据库无法处理这个值。", "值太大，或者无法用 JSON 表示。"},
	},
	{
		"db.syntax", "",
		Text{"The SQL cannot be understood.", "The database refused the statement. Its message names the place."},
		Text{"SQL 语法错误。", "数据库拒绝了这条语句，出错位置见它的提示。"},
	},
	{
		"db.no_such_table", "",
		Text{"The table does not exist.", "Check the name and the connection's database."},
		Text{"数据表不存在。", "请检查表名，以及连接所用的数据库。"},
	},
	{
		"db.no_such_column", "",
		Text{"The column does not exist.", "Check the name against the table."},
		Text{"字段不存在。", "请对照表结构检查字段名。"},
	},
	{
		"db.no_unique_key", "",
		Text{"The key columns are not a unique key.", "An upsert needs a primary key or unique index over exactly these columns."},
		Text{"指定的列不是唯一键。", "upsert 要求这些列恰好构成主键或唯一索引。"},
	},
	{
		"db.args", "",
		Text{"The arguments do not fit the statement.", "Each :name needs a value under that name, each ? one item of the list. A null must be written as one."},
		Text{"参数与语句不匹配。", "每个 :name 都要有同名的值，每个 ? 对应列表中的一项。空值要明确写成 null。"},
	},
	{
		"db.row_count", "",
		Text{"Another number of rows was changed than expected.", "expectRows was not met, so the transaction was rolled back."},
		Text{"影响的行数与预期不符。", "不满足 expectRows，事务已回滚。"},
	},
	{
		"db.too_many_rows", "",
		Text{"The query has more rows than allowed.", "maxRows bounds the result. Narrow the query, page through it, or raise the limit."},
		Text{"查询结果行数超限。", "maxRows 限制结果行数。请缩小查询范围、分页，或调大上限。"},
	},
	{
		"db.too_large", "",
		Text{"The rows of the query hold too much.", "Select only the columns that are needed, and fewer rows at a time; large texts and files are better fetched one by one."},
		Text{"查询结果的数据量过大。", "请只选需要的列、分批查询；大文本和文件宜逐条读取。"},
	},
	{
		"db.duplicate_column", "",
		Text{"Two columns of the result have one name.", "Rows are objects, so names must differ. Name the columns with AS."},
		Text{"结果里有同名的列。", "每行是一个对象，列名不能重复。请用 AS 起别名。"},
	},
	{
		"db.readonly", "",
		Text{"What was asked may only read.", "The connection or the server is read-only, or db.query was given a statement that writes. Write with db.exec, on a connection that may."},
		Text{"这里只能读取。", "连接或服务器是只读的，或者在 db.query 里写了修改语句。修改数据请用 db.exec，并使用可写的连接。"},
	},
	{
		"db.refused", "",
		Text{"The statement is not allowed here.", "Statements that steer transactions, attach files or change settings are refused: the node does the first, and the others reach too far."},
		Text{"不允许执行这条语句。", "控制事务、挂载文件、修改设置之类的语句一律拒绝：事务由节点负责，其余的影响范围过大。"},
	},
	{
		"db.busy", "",
		Text{"The database is locked by others.", "Another transaction held a lock for as long as the database waits for one. The node may be retried."},
		Text{"数据库被占用。", "其他事务一直持有锁，超过了数据库的等待时间。可以配置重试。"},
	},
	{
		"db.timeout", "",
		Text{"The database did not finish in time.", "The transaction was rolled back. Look for a missing index or a lock."},
		Text{"数据库操作超时。", "事务已回滚。请检查是否缺少索引或存在锁等待。"},
	},
	{
		"db.cancelled", "",
		Text{"The statement was cancelled.", "The run was cancelled while the statement was under way; nothing was kept."},
		Text{"语句被取消。", "执行过程中运行被取消，没有任何改动生效。"},
	},
	{
		"db.unavailable", "",
		Text{"The database cannot be reached.", "The server is down or cannot be reached from here, its disk is full, or the file is missing or damaged."},
		Text{"数据库不可用。", "服务器未启动、网络不通、磁盘已满，或文件缺失、损坏。"},
	},
	{
		"db.connection_lost", "",
		Text{"The connection to the database was lost.", "The server was restarted, or the network between was cut. What was not committed is undone, so the node may be retried. Where the answer to the commit was lost, nobody knows whether it was kept: with exactlyOnce another try settles that."},
		Text{"与数据库的连接中断。", "服务器重启，或网络断开。未提交的改动已撤销，可以配置重试。如果丢失的是提交的应答，则无法得知是否生效：开启 exactlyOnce 后重试即可得到确定的结果。"},
	},
	{
		"db.deadlock", "",
		Text{"Two transactions blocked each other, and this one was ended.", "It was undone, so the node may be retried. Where it happens often, change rows in the same order everywhere."},
		Text{"发生死锁，本事务被数据库终止。", "改动已撤销，可以配置重试。如果经常发生，请让各处按相同的顺序修改记录。"},
	},
	{
		"db.serialization", "",
		Text{"Another transaction changed the same data meanwhile.", "This one was undone because both could not have run one after the other; the node may be retried."},
		Text{"数据同时被其他事务修改。", "两个事务无法视为先后执行，本事务已撤销，可以配置重试。"},
	},
	{
		"db.pool_full", "",
		Text{"No connection to the database was free.", "All of the connection's pool were in use for as long as a task waits, or the server takes no more. Look for slow statements, then raise pool.max, or the server's limit; the node may be retried."},
		Text{"没有空闲的数据库连接。", "等待期间连接池一直占满，或服务器的连接数已达上限。请先排查慢语句，再调大 pool.max 或服务器的上限。可以配置重试。"},
	},
	{
		"db.auth", "",
		Text{"The database refused the user or the password.", "Check the connection's user and password, and whether the server lets that user in from this machine."},
		Text{"数据库拒绝了用户名或密码。", "请检查连接的用户名和密码，以及服务器是否允许该用户从这台机器登录。"},
	},
	{
		"db.permission", "",
		Text{"The database user may not do this.", "The user of the connection lacks the right. With exactlyOnce it must be able to create the table sluice_ledger, or somebody must have made it."},
		Text{"数据库用户没有权限。", "连接所用的用户缺少相应权限。使用 exactlyOnce 时，该用户需要有权创建 sluice_ledger 表，或事先由他人建好。"},
	},
	{
		"db.no_such_database", "",
		Text{"The server has no such database.", "Check the name of the database in the connection."},
		Text{"服务器上没有这个数据库。", "请检查连接里的数据库名。"},
	},
	{
		"db.tls", "",
		Text{"No encrypted connection to the database came about.", "The server speaks no TLS, or its certificate was not issued by the authority or for the name in tls. tls.mode says how strict the connection is."},
		Text{"无法与数据库建立加密连接。", "服务器未启用 TLS，或证书不是由 tls 中的 CA 签发、与服务器名称不符。严格程度由 tls.mode 决定。"},
	},
}
