package sqldb

import (
	"slices"
	"strings"

	"sluice/engine/core"
)

// members are the bound items of a list that stands in IN (…): each is an argument of its own.
type members []any

// maxMembers is the most items that a list in IN (…) may have: databases bound the arguments of a statement.
const maxMembers = 30_000

// boundAt binds the value of an argument at its place in the statement.
func (s *statement) boundAt(i int, v core.Value, bind func(core.Value) (any, error)) (any, error) {
	list, ok := v.(core.List)
	if !ok || !s.spots[i].list {
		return bind(v)
	}
	if len(list) > maxMembers {
		return nil, refused("db.args", "a list in IN (…) may have %d items and has %d; ask in parts", maxMembers, len(list))
	}
	if len(list) == 0 {
		if s.spots[i].not {
			return nil, refused("db.args", "a list in NOT IN (…) must not be empty: no row would match")
		}
		// Nothing equals NULL.
		list = core.List{nil}
	}
	out := make(members, len(list))
	for j, item := range list {
		var err error
		if out[j], err = bind(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *statement) hasLists() bool {
	return slices.ContainsFunc(s.spots, func(at spot) bool { return at.list })
}

// spread is the statement with a placeholder for each item of the lists among its arguments, and all arguments in a row.
func (s *statement) spread(args []any, l *lexis) (*statement, []any) {
	if !slices.ContainsFunc(args, func(arg any) bool { _, ok := arg.(members); return ok }) {
		return s, args
	}
	out := &statement{names: s.names, marks: s.marks}
	var text strings.Builder
	flat, copied := make([]any, 0, len(args)), 0
	for i, at := range s.spots {
		text.WriteString(s.sql[copied:at.sent.from])
		copied = at.sent.to
		list, ok := args[i].(members)
		if !ok {
			list = members{args[i]}
		}
		for j, item := range list {
			if j > 0 {
				text.WriteString(", ")
			}
			from := text.Len()
			flat = append(flat, item)
			text.WriteString(l.placeholder(len(flat)))
			out.spots = append(out.spots, spot{sent: extent{from, text.Len()}, written: at.written})
		}
	}
	text.WriteString(s.sql[copied:])
	out.sql = text.String()
	return out, flat
}
