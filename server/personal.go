package server

import (
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sluice/engine/core"
)

// personalKeys are parts of the names of members that hold what belongs to a person. Names are compared in lower case,
// without dashes and underlines.
var personalKeys = []string{
	"phone", "mobile", "telephone", "receiver", "consignee", "recipient", "realname", "fullname", "username", "buyername", "nickname", "idcard",
	"idnumber", "email", "address", "street", "openid", "unionid", "bankcard", "cardno", "passport",
	"手机", "电话", "姓名", "收件人", "收货人", "地址", "身份证", "邮箱",
}

// impersonal replaces personal data in a value by other data of the same shape: digits by digits, letters by letters,
// Chinese characters by Chinese characters, the same for the same wherever it stands, also inside of other texts.
func impersonal(v core.Object) core.Object {
	found := map[string]string{}
	collect(v, false, found)
	if len(found) == 0 {
		return v
	}
	// Long ones first: an address that holds a name is replaced as a whole.
	originals := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	pairs := make([]string, 0, 2*len(originals))
	for _, o := range originals {
		pairs = append(pairs, o, found[o])
	}
	replaced, _ := replace(v, strings.NewReplacer(pairs...), found).(core.Object)
	return replaced
}

// isPersonal reports whether a member of this name holds what belongs to a person.
func isPersonal(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
	return slices.ContainsFunc(personalKeys, func(k string) bool { return strings.Contains(plain, k) })
}

// collect finds personal texts and numbers: those under a personal name, at any depth.
func collect(v core.Value, personal bool, found map[string]string) {
	switch v := v.(type) {
	case core.Object:
		for k, x := range v {
			collect(x, personal || isPersonal(k), found)
		}
	case core.List:
		for _, x := range v {
			collect(x, personal, found)
		}
	case string:
		// Shorter texts would be met by chance in others.
		if personal && (utf8.RuneCountInString(v) >= 4 || hasHan(v) && utf8.RuneCountInString(v) >= 2) {
			found[v] = standIn(v)
		}
	case int:
		if text := strconv.Itoa(v); personal && len(text) >= 6 {
			found[text] = standIn(text)
		}
	}
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

// replace puts the stand-ins in.
func replace(v core.Value, r *strings.Replacer, found map[string]string) core.Value {
	switch v := v.(type) {
	case core.Object:
		o := make(core.Object, len(v))
		for k, x := range v {
			o[k] = replace(x, r, found)
		}
		return o
	case core.List:
		l := make(core.List, len(v))
		for i, x := range v {
			l[i] = replace(x, r, found)
		}
		return l
	case string:
		return r.Replace(v)
	case int:
		if other, ok := found[strconv.Itoa(v)]; ok {
			if n, err := strconv.Atoi(other); err == nil {
				return n
			}
		}
	}
	return v
}

// hanStandIns are what Chinese characters are replaced by.
var hanStandIns = []rune("甲乙丙丁戊己庚辛壬癸")

// standIn is another text of the same shape; the first digit of a number stays, so that a phone number stays one.
func standIn(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	seed := h.Sum64()
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % uint64(n))
	}
	first := true
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			if first {
				first = false
				return r
			}
			return rune('0' + next(10))
		case r >= 'a' && r <= 'z':
			return rune('a' + next(26))
		case r >= 'A' && r <= 'Z':
			return rune('A' + next(26))
		case unicode.Is(unicode.Han, r):
			return hanStandIns[next(len(hanStandIns))]
		}
		return r
	}, s)
}
