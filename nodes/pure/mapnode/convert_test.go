package mapnode

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

func TestConvert(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	big := decimal(t, "69172233788895401234567")
	for _, c := range []struct {
		to    Type
		given core.Value
		want  core.Value
	}{
		{Text, "SO-1", "SO-1"},
		{Text, 6917223378889540123, "6917223378889540123"},
		{Text, big, "69172233788895401234567"},
		{Text, 389.7, "389.7"},
		{Text, true, "true"},
		{Integer, "6917223378889540123", 6917223378889540123},
		{Integer, "69172233788895401234567", big},
		{Integer, " 6 ", 6},
		{Integer, "6.0", 6},
		{Integer, 6, 6},
		{Number, "12.30", 12.3},
		{Number, "12.00", 12},
		{Number, "0.1", 0.1},
		{Number, 389.7, 389.7},
		{Number, decimal(t, "59.90"), 59.9},
		{Decimal, "12.30", decimal(t, "12.30")},
		{Decimal, 0.1, decimal(t, "0.1")},
		{Decimal, 3, decimal(t, "3")},
		{Boolean, "TRUE", true},
		{Boolean, "0", false},
		{Boolean, 1, true},
		{Boolean, false, false},
		{Time, "2024-06-01T02:15:30Z", "2024-06-01T02:15:30Z"},
		{Time, "2024-06-01T10:15:30.5+08:00", "2024-06-01T10:15:30.5+08:00"},
		{Time, "2024-06-01 10:15:30", "2024-06-01T10:15:30+08:00"},
		{Time, "2024-06-01 10:15:30.123", "2024-06-01T10:15:30.123+08:00"},
		{Time, "2024/06/01 10:15:30", "2024-06-01T10:15:30+08:00"},
		{Time, "20240601101530", "2024-06-01T10:15:30+08:00"},
		{Time, "20240601", "2024-06-01T00:00:00+08:00"},
		{Time, "2024-06-01", "2024-06-01T00:00:00+08:00"},
		{Time, 1717208130, "2024-06-01T10:15:30+08:00"},
		{Time, 1717208130123, "2024-06-01T10:15:30.123+08:00"},
		{Time, "1717208130", "2024-06-01T10:15:30+08:00"},
	} {
		got, problem := converterOf(c.to, zone)(c.given)
		require.Empty(t, problem, "%s of %v", c.to, c.given)
		require.Equal(t, value.Kind(c.want), value.Kind(got), "%s of %v", c.to, c.given)
		require.True(t, value.Equal(c.want, got), "%s of %v: wanted %v, got %v", c.to, c.given, c.want, got)
	}
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to    Type
		given core.Value
	}{
		{Text, core.List{"a"}},
		{Text, core.Object{}},
		{Integer, "6.5"},
		{Integer, 6.5},
		{Integer, ""},
		{Integer, true},
		{Number, "12,30"},
		{Number, "¥12.30"},
		{Number, "0x10"},
		{Number, "NaN"},
		{Number, core.List{}},
		{Decimal, "much"},
		{Boolean, "yes"},
		{Boolean, 2},
		{Boolean, 1.5},
		{Time, "yesterday"},
		{Time, "2024-13-01"},
		{Time, ""},
		{Time, -1},
		{Time, 171720813012345678},
		{Time, 1.5},
	} {
		got, problem := converterOf(c.to, time.UTC)(c.given)
		require.NotEmpty(t, problem, "%s of %v gave %v", c.to, c.given, got)
	}
	require.Nil(t, converterOf("", time.UTC))
}

func decimal(t *testing.T, text string) value.Decimal {
	t.Helper()
	d, err := value.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for to, want := range map[string][]string{
		"order_id":      {"order_id"},
		"receiver.city": {"receiver", "city"},
		`a\.b`:          {"a.b"},
		`a\.b.c`:        {"a.b", "c"},
		`a\\.b`:         {`a\`, "b"},
		"收货人.城市":        {"收货人", "城市"},
	} {
		require.Equal(t, want, split(to), to)
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	n := names{}
	for _, c := range []struct {
		to   string
		free bool
	}{
		{"a", true}, {"a", false}, {"a.b", false},
		{"b.c", true}, {"b.d", true}, {"b", false}, {"b.c.d", false}, {"b.c", false},
	} {
		require.Equal(t, c.free, n.claim(split(c.to)), c.to)
	}
}
