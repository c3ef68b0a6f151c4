package expr

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf8"

	"sluice/engine/value"
)

// textFunction wraps a function of strings: it counts the text it walks over and what it builds.
func textFunction(name string, params []param, result kinds, apply func(st *state, at *site, args []any) any, en, zh string) *function {
	return &function{name: name, params: params, result: result, en: en, zh: zh, call: func(st *state, at *site, args []any) any {
		for _, arg := range args {
			if s, ok := arg.(string); ok {
				st.walk(len(s), at)
			}
		}
		out := apply(st, at, args)
		if s, ok := out.(string); ok {
			st.alloc(len(s), at)
		}
		return out
	}}
}

func textFunctions() []*function {
	text := param{name: "text", kinds: kString}
	optional := func(name string, k kinds) param { return param{name: name, kinds: k, optional: true} }
	part := param{name: "part", kinds: kString}
	onText := func(name string, apply func(string) string, en, zh string) *function {
		return textFunction(name, []param{text}, kString, func(_ *state, _ *site, args []any) any { return apply(str(args[0])) }, en, zh)
	}
	return []*function{
		textFunction("string", one("value", kAny), kString, func(st *state, at *site, args []any) any { return st.text(at, args[0]) },
			"Any value as text: numbers exactly, lists and objects as JSON, nil as nothing.", "把任意值转为文本：数字保持精确，列表和对象转为 JSON，nil 为空文本。"),
		textFunction("trim", []param{text, optional("characters", kString)}, kString, func(_ *state, _ *site, args []any) any {
			if len(args) > 1 && args[1] != nil {
				return strings.Trim(str(args[0]), str(args[1]))
			}
			return strings.TrimSpace(str(args[0]))
		}, "Text without blanks, or the given characters, at both ends.", "去掉两端的空白或指定字符。"),
		textFunction("trimPrefix", []param{text, optional("prefix", kString)}, kString, func(_ *state, _ *site, args []any) any {
			return strings.TrimPrefix(str(args[0]), orBlank(args))
		}, "Text without the prefix.", "去掉前缀。"),
		textFunction("trimSuffix", []param{text, optional("suffix", kString)}, kString, func(_ *state, _ *site, args []any) any {
			return strings.TrimSuffix(str(args[0]), orBlank(args))
		}, "Text without the suffix.", "去掉后缀。"),
		onText("upper", strings.ToUpper, "Text in upper case.", "转为大写。"),
		onText("lower", strings.ToLower, "Text in lower case.", "转为小写。"),
		textFunction("split", []param{text, {name: "separator", kinds: kString}, optional("most", kNumber)}, kList, splitter(strings.SplitN),
			"The parts of a text between separators, at most so many.", "按分隔符拆分文本，可限制份数。"),
		textFunction("splitAfter", []param{text, {name: "separator", kinds: kString}, optional("most", kNumber)}, kList, splitter(strings.SplitAfterN),
			"The parts of a text, each with its separator.", "按分隔符拆分文本，保留分隔符。"),
		textFunction("replace", []param{text, {name: "old", kinds: kString}, {name: "new", kinds: kString}, optional("most", kNumber)}, kString, replace,
			"Text with all, or the first so many, old parts replaced.", "替换文本中的内容，可限制次数。"),
		textFunction("repeat", []param{text, {name: "times", kinds: kNumber}}, kString, repeat,
			"Text repeated so many times.", "把文本重复若干次。"),
		textFunction("join", []param{{name: "list", kinds: kList}, optional("separator", kString)}, kString, join,
			"The items of a list as one text.", "把列表各项连接成文本。"),
		textFunction("indexOf", []param{text, part}, kNumber, func(_ *state, _ *site, args []any) any {
			return characterIndex(str(args[0]), strings.Index(str(args[0]), str(args[1])))
		}, "The position of the first such part in characters, or -1.", "第一次出现的位置（按字符计），没有则为 -1。"),
		textFunction("lastIndexOf", []param{text, part}, kNumber, func(_ *state, _ *site, args []any) any {
			return characterIndex(str(args[0]), strings.LastIndex(str(args[0]), str(args[1])))
		}, "The position of the last such part in characters, or -1.", "最后一次出现的位置（按字符计），没有则为 -1。"),
		textFunction("hasPrefix", []param{text, part}, kBool, func(_ *state, _ *site, args []any) any {
			return strings.HasPrefix(str(args[0]), str(args[1]))
		}, "Whether a text begins with a part.", "文本是否以某部分开头。"),
		textFunction("hasSuffix", []param{text, part}, kBool, func(_ *state, _ *site, args []any) any {
			return strings.HasSuffix(str(args[0]), str(args[1]))
		}, "Whether a text ends with a part.", "文本是否以某部分结尾。"),
	}
}

func orBlank(args []any) string {
	if len(args) > 1 && args[1] != nil {
		return str(args[1])
	}
	return " "
}

func splitter(split func(s, separator string, n int) []string) native {
	return func(st *state, at *site, args []any) any {
		s, separator, most := str(args[0]), str(args[1]), -1
		if v := argument(args, 2); v != nil {
			most = st.whole(at, v)
		}
		n := utf8.RuneCountInString(s)
		if separator != "" {
			n = strings.Count(s, separator) + 1
		}
		if most >= 0 {
			n = min(n, most)
		}
		st.alloc(listBytes+n*3*slotBytes, at)
		st.spend(n/8, at)
		parts := split(s, separator, most)
		out := make([]any, len(parts))
		for i, p := range parts {
			out[i] = p
		}
		return out
	}
}

func replace(st *state, at *site, args []any) any {
	s, old, replacement, most := str(args[0]), str(args[1]), str(args[2]), -1
	if v := argument(args, 3); v != nil {
		most = st.whole(at, v)
	}
	n := strings.Count(s, old)
	if most >= 0 {
		n = min(n, most)
	}
	if grown := n * len(replacement); grown > maxMemory {
		st.alloc(maxMemory+1, at)
	} else {
		st.alloc(grown, at)
	}
	st.spend(n/8, at)
	return strings.Replace(s, old, replacement, most)
}

func repeat(st *state, at *site, args []any) any {
	s, n := str(args[0]), st.whole(at, args[1])
	if n < 0 {
		st.fail(CodeValue, at, "repeat: times must not be negative")
	}
	if len(s) > 0 && n > maxMemory/len(s) {
		st.alloc(maxMemory+1, at)
	}
	st.alloc(len(s)*n, at)
	st.walk(len(s)*n, at)
	return strings.Repeat(s, n)
}

func join(st *state, at *site, args []any) any {
	list, separator := args[0].([]any), str(argument(args, 1))
	var b strings.Builder
	for i, item := range list {
		part := st.text(at, item)
		if i > 0 {
			part = separator + part
		}
		st.alloc(2*len(part), at)
		st.spend(1+len(part)/bytesPerStep, at)
		b.WriteString(part)
	}
	return b.String()
}

func characterIndex(s string, at int) int {
	if at <= 0 {
		return at
	}
	return utf8.RuneCountInString(s[:at])
}

// raw is the bytes that base64, hex and hashes work on.
func raw(v any) []byte {
	switch v := v.(type) {
	case digest:
		return v.bytes()
	case []byte:
		return v
	}
	return []byte(str(v))
}

func codecFunctions() []*function {
	data := []param{{name: "data", kinds: kString | kBytes}}
	codec := func(name string, apply func(st *state, at *site, data []byte) any, en, zh string) *function {
		return textFunction(name, data, kString, func(st *state, at *site, args []any) any {
			bytes := raw(args[0])
			st.alloc(3*len(bytes), at)
			return apply(st, at, bytes)
		}, en, zh)
	}
	hash := func(name string, sum func([]byte) []byte, en, zh string) *function {
		return textFunction(name, data, kString, func(_ *state, _ *site, args []any) any {
			// The text of a hash is hashed as text: md5(md5(x) + salt) and md5(md5(x)) are both of hexadecimal digits.
			return digest(hex.EncodeToString(sum(raw(plain(args[0])))))
		}, en, zh)
	}
	toBase64 := func(_ *state, _ *site, data []byte) any { return base64.StdEncoding.EncodeToString(data) }
	return []*function{
		codec("base64", toBase64, "Base64 of a text, or of the bytes of a hash.", "文本（或哈希原始字节）的 Base64 编码。"),
		codec("toBase64", toBase64, "The same as base64.", "同 base64。"),
		codec("unbase64", fromBase64, "What Base64 text, standard or URL-safe, stands for.", "解码 Base64 文本（标准或 URL 安全）。"),
		codec("fromBase64", fromBase64, "The same as unbase64.", "同 unbase64。"),
		codec("hex", func(_ *state, _ *site, data []byte) any { return hex.EncodeToString(data) },
			"The bytes of a text or hash in hexadecimal.", "文本或哈希字节的十六进制表示。"),
		textFunction("urlencode", []param{{name: "value", kinds: kString | kNumber | kBool}}, kString, func(st *state, at *site, args []any) any {
			s := st.text(at, args[0])
			st.alloc(2*len(s), at)
			return url.QueryEscape(s)
		}, "Text escaped for the query of a URL; a blank becomes +.", "对文本做 URL 查询编码，空格变为 +。"),
		hash("md5", func(b []byte) []byte { s := md5.Sum(b); return s[:] }, "The MD5 hash, in hexadecimal.", "MD5 哈希（十六进制）。"),
		hash("sha1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] }, "The SHA-1 hash, in hexadecimal.", "SHA-1 哈希（十六进制）。"),
		hash("sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }, "The SHA-256 hash, in hexadecimal.", "SHA-256 哈希（十六进制）。"),
		textFunction("hmacSha256", []param{{name: "key", kinds: kString | kBytes}, data[0]}, kString, func(_ *state, _ *site, args []any) any {
			mac := hmac.New(sha256.New, raw(args[0]))
			mac.Write(raw(plain(args[1])))
			return digest(hex.EncodeToString(mac.Sum(nil)))
		}, "The HMAC with SHA-256, in hexadecimal; base64(hmacSha256(...)) is Base64 of its bytes.",
			"HMAC-SHA256（十六进制）；base64(hmacSha256(...)) 对其原始字节做 Base64。"),
		textFunction("toJSON", one("value", kAny), kString, func(st *state, at *site, args []any) any { return st.json(at, args[0]) },
			"The value as compact JSON, keys sorted, numbers exact.", "转为紧凑 JSON，键有序，数字精确。"),
		textFunction("fromJSON", one("text", kString|kBytes), kAny, fromJSON,
			"The value that a JSON text stands for, numbers exact.", "解析 JSON 文本，数字精确。"),
	}
}

// fromBase64 gives text where the bytes are some, else bytes.
func fromBase64(st *state, at *site, data []byte) any {
	s := strings.TrimRight(strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\n':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, string(data)), "=")
	out, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		st.fail(CodeValue, at, "the text is not Base64")
	}
	if utf8.Valid(out) {
		return string(out)
	}
	return out
}

// jsonMemory is about how many times its text a decoded value takes.
const jsonMemory = 8

func fromJSON(st *state, at *site, args []any) any {
	data := raw(plain(args[0]))
	st.alloc(jsonMemory*len(data), at)
	st.spend(len(data)/8, at)
	v, err := value.Decode(data)
	if err != nil {
		st.fail(CodeValue, at, "not JSON: %v", err)
	}
	return v
}
