package connect

func sqliteType() Type {
	return Type{
		Name:  "sqlite",
		Title: Label{"SQLite file", "SQLite 文件"},
		Doc: Label{
			"A SQLite database in a file, in WAL mode with foreign keys on. It is created on first use unless readOnly. " +
				"Columns declared BOOLEAN give true and false; times come as they are stored; blobs are base64.",
			"存为文件的 SQLite 数据库，采用 WAL 模式并启用外键。除非设为只读，首次使用时自动创建。声明为 BOOLEAN 的列返回 true 和 false；时间按存储的原样返回；二进制为 base64。",
		},
		Config: []Field{
			{Name: "path", Kind: Text, Required: true, Title: Label{"Path of the file", "文件路径"}},
			{Name: "readOnly", Kind: Flag, Title: Label{"Read only", "只读"}},
		},
		open: openSQLite,
	}
}

func postgresType() Type {
	return serverType("postgres", Label{"PostgreSQL", "PostgreSQL"},
		Label{
			"A PostgreSQL database. Numbers have all their digits, json and arrays are JSON, instants (timestamptz) are RFC 3339 in UTC, bytea is base64.",
			"PostgreSQL 数据库。数字保留全部位数，json 和数组为 JSON，timestamptz 为 UTC 的 RFC 3339 时间，bytea 为 base64。",
		},
		"postgres", "postgresql")
}

func mysqlType() Type {
	return serverType("mysql", Label{"MySQL or MariaDB", "MySQL 或 MariaDB"},
		Label{
			"A MySQL or MariaDB database. Sessions are strict and in UTC: TIMESTAMP is RFC 3339 in UTC, DATETIME comes and goes as 2006-01-02 15:04:05 without a zone, BOOLEAN is 0 or 1, bytes are base64. " +
				"MariaDB refuses a text with an offset (2026-05-01T10:00:00+08:00) as a time: bind formatTime(parseTime(text), 'DateTime', 'UTC'), which every server takes. " +
				"The rows that an UPDATE finds count as changed, as in the other databases.",
			"MySQL 或 MariaDB 数据库。会话采用严格模式和 UTC：TIMESTAMP 为 UTC 的 RFC 3339 时间，DATETIME 按 2006-01-02 15:04:05 收发、不带时区，BOOLEAN 为 0 或 1，二进制为 base64。" +
				"MariaDB 不接受带时差的文本（2026-05-01T10:00:00+08:00）作为时间，请绑定 formatTime(parseTime(text), 'DateTime', 'UTC')，各种服务器都能接受。" +
				"UPDATE 匹配到的行都算作已修改，与其他数据库一致。",
		},
		"mysql", "mariadb")
}

func serverType(name string, title, doc Label, schemes ...string) Type {
	return Type{
		Name: name, Title: title,
		Doc: doc.with(Label{" Give url, or host, database and user; the password is a secret of its own.", "填写 url，或填写主机、数据库名和用户名；密码在密钥中单独填写。"}),
		Config: []Field{
			{Name: "url", Kind: DatabaseURL, Choices: schemes, Title: Label{
				"Address (" + schemes[0] + "://user@host/database), instead of what follows",
				"地址（" + schemes[0] + "://user@host/database），代替以下各项",
			}},
			{Name: "host", Kind: Text, Title: Label{"Host", "主机"}},
			{Name: "port", Kind: Port, Title: Label{"Port", "端口"}},
			{Name: "database", Kind: Text, Title: Label{"Database", "数据库名"}},
			{Name: "user", Kind: Text, Title: Label{"User", "用户名"}},
			{Name: "tls", Kind: Group, Title: Label{"TLS", "TLS"}, Fields: append([]Field{
				{Name: "mode", Kind: Choice, Choices: []string{"off", "prefer", "require", "verify"}, Title: Label{
					"off; prefer: encrypted where the server can; require: encrypted, whoever it is; verify: encrypted, and the certificate is checked. " +
						"Without a mode, prefer; with any other setting of tls, verify",
					"off：不加密；prefer：服务器支持则加密；require：必须加密，但不核对证书；verify：必须加密并核对证书。" +
						"不填为 prefer；填了 tls 的其他设置则为 verify",
				}},
			}, tlsField().Fields...)},
			{Name: "pool", Kind: Group, Title: Label{"Pool of connections", "连接池"}, Fields: []Field{
				{Name: "max", Kind: Count, Title: Label{"Connections at a time (10)", "最大连接数（10）"}},
				{Name: "idle", Kind: Count, Title: Label{"Connections kept while nobody needs them (as max)", "空闲时保留的连接数（同最大连接数）"}},
				{Name: "lifetime", Kind: Duration, Title: Label{"Replace a connection after (30m)", "连接多久后更换（30m）"}},
				{Name: "idleTime", Kind: Duration, Title: Label{"Close one that nobody needed for (5m)", "空闲多久后关闭（5m）"}},
				{Name: "wait", Kind: Duration, Title: Label{"Wait for one while all are in use for at most (10s)", "连接全部占用时最多等待（10s）"}},
			}},
		},
		Secrets: []Field{{Name: "password", Kind: Text, Title: Label{"Password", "密码"}}},
		open:    openServer,
	}
}
