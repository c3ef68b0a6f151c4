package expr

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"sluice/engine/value"
)

func otherFunctions() []*function {
	return []*function{
		{name: "type", params: one("value", kAny), result: kString, call: typeName,
			en: "What a value is: nil, bool, int, float, decimal, string, array, map, time, duration, bytes.", zh: "值的类型名称。"},
		{name: "uuid", result: kString, varies: true, call: func(st *state, _ *site, _ []any) any { return st.uuid(0) },
			en: "A UUID derived from the run and the place: the same when the run is replayed.", zh: "由运行和位置推导出的 UUID，重放时不变。"},
		{name: "lookup", params: []param{{name: "table", kinds: kString}, {name: "key", kinds: kAny}, {name: "default", kinds: kAny, optional: true}},
			result: kAny, varies: true, call: lookup,
			en: "What a shared table holds under a key, or the default.", zh: "在共享字典表中按键取值，没有则用默认值。"},
	}
}

func typeName(_ *state, _ *site, args []any) any {
	switch args[0].(type) {
	case int:
		return "int"
	case float64:
		return "float"
	case value.Decimal:
		return "decimal"
	case []any:
		return "array"
	case map[string]any:
		return "map"
	case nil:
		return "nil"
	case bool:
		return "bool"
	case time.Time:
		return "time"
	}
	return kindOf(args[0]).String()
}

// uuid has the shape of a version 4 UUID (RFC 9562); its bits come from the activation, the place and a counter.
func (st *state) uuid(place uint64) string {
	st.uuids++
	var in [24]byte
	binary.BigEndian.PutUint64(in[:8], st.scope.Seed())
	binary.BigEndian.PutUint64(in[8:16], place)
	binary.BigEndian.PutUint64(in[16:], st.uuids)
	id := sha256.Sum256(in[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func lookup(st *state, at *site, args []any) any {
	name := str(args[0])
	v, ok := st.scope.Table(name)
	if !ok {
		st.fail(CodeValue, at, "there is no table %s", value.Excerpt(name))
	}
	table, ok := v.(map[string]any)
	if !ok {
		st.fail(CodeType, at, "the table %s is not an object by key", value.Excerpt(name))
	}
	if found, ok := table[st.key(at, args[1])]; ok {
		return found
	}
	return argument(args, 2)
}
