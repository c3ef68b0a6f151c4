package cron_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

// cronosDiffers are the cases of the Cronos suite that have another answer here, by reason. Cronos is a family of its
// own: its six fields are not Quartz's, so they are put into Quartz's terms first (see quartzOf).
var cronosDiffers = map[string]string{
	"Quartz and robfig/cron leave out empty items: ,1 is 1": "98 172 219 288",
	"robfig/cron has no limit to steps: 1/60 is 1":          "131 176",
	"Quartz takes a step of 0 after a value for none":       "197",
	"Quartz allows W in a list: 1,2W":                       "271",
	"Quartz wants a ? in one day field, Cronos both to match (and knows L, W and # in five fields)": "873 874 878 880 881 882 883 884 885 886 890 " +
		"1462 1463 1464 1465 1466 1760 1767 1771 1777 1778 1779 1782 1783 1784 1785 1791 1794 1795 1796 1798 1801 1806 1808 1811 1815 1816 1818 1821 1822 1832 1835",
	"robfig/cron takes either day field, Cronos wants both to match":                                         "2109 2110 2120 2368 2390 2453",
	"Quartz allows ? in the day fields only":                                                                 "1107",
	"calendars begin with 1970, as Quartz's years":                                                           "1116",
	"robfig/cron has no range over the end":                                                                  "1937 1938 1939 1940 1942 1943 1944 1945 1946 1973 1974 1975 1976 2051 2052 2053 2054 2089 2097 2098 2099 2100",
	"robfig/cron has no 7 for Sunday":                                                                        "2071 2072 2073 2074 2075 2076 2077",
	"robfig/cron knows descriptors in small letters only":                                                    "2340 2342 2344 2345",
	"a schedule that repeats runs by elapsed time through a jump of the clocks, Cronos's right after it too": "1175 1183 1188 1192 1199 1203",
	"seconds do not make a schedule repeat, so an hour that comes twice counts once":                         "1440 1441 1445 1446",
	"what runs right after a jump does so at an instant like any other, which an answer may begin with":      "1672",
}

type cronosCase struct {
	ID, Kind, Expr, TZ, From, Next, Field string
	Fields                                int
	Inclusive                             bool
	Tags                                  []string
}

func TestCronos(t *testing.T) {
	t.Parallel()
	reasons := map[string]string{}
	for reason, ids := range cronosDiffers {
		for id := range strings.FieldsSeq(ids) {
			reasons["cronos/"+id] = reason
		}
	}
	for _, c := range suite[cronosCase](t, "cron-cronos/cases.json") {
		got := c.answer(t)
		if reason, differs := reasons[c.ID]; differs {
			require.NotEqual(t, c.want(), got, "%s: nothing left of %q", c.ID, reason)
			continue
		}
		require.Equal(t, c.want(), got, "%s: %s", c.ID, c.Expr)
	}
}

// want is the suite's answer, in the form of answer's.
func (c cronosCase) want() string {
	switch c.Kind {
	case "invalid":
		return "refused " + map[string]string{
			"Seconds": cron.Seconds, "Minutes": cron.Minutes, "Hours": cron.Hours, "Days of month": cron.DayOfMonth,
			"Months": cron.Month, "Days of week": cron.DayOfWeek, "": "",
		}[c.Field]
	case "never":
		return "never"
	}
	return strings.Replace(c.Next, "+00:00", "Z", 1)
}

// answer is the next instant, never, or the field that is refused.
func (c cronosCase) answer(t *testing.T) string {
	expr, style := c.Expr, cron.Unix
	quartzOnly := slices.ContainsFunc(c.Tags, func(tag string) bool { return tag == "L" || tag == "W" || tag == "nth" })
	switch {
	case c.Kind != "invalid" && (c.Fields == 6 || quartzOnly):
		expr, style = quartzOf(c.Expr), cron.Quartz
	case c.Fields == 6:
		style = cron.Quartz
	}
	s, err := cron.Parse(expr, style, c.TZ)
	if err != nil {
		var refused *cron.Error
		require.ErrorAs(t, err, &refused)
		return "refused " + refused.Field
	}
	if c.Kind == "invalid" {
		return "accepted"
	}
	from := instant(t, c.From)
	if c.Inclusive {
		from = from.Add(-time.Nanosecond)
	}
	return following(s, from, 1)[0]
}

var dayNumber = regexp.MustCompile(`(^|[,-])0*([0-7])`)

// quartzOf puts an expression of Cronos into Quartz's terms: seconds, a ? in one of the day fields where one is *, and
// days of the week from 1.
func quartzOf(expr string) string {
	f := strings.Fields(expr)
	if len(f) == 5 {
		f = slices.Insert(f, 0, "0")
	}
	f[5] = dayNumber.ReplaceAllStringFunc(f[5], func(m string) string {
		n, _ := strconv.Atoi(m[len(m)-1:])
		return m[:len(m)-1] + strconv.Itoa(n%7+1)
	})
	switch {
	case f[5] == "*" || f[5] == "?":
		f[5] = "?"
		if f[3] == "?" {
			f[3] = "*"
		}
	case f[3] == "*":
		f[3] = "?"
	}
	return strings.Join(f, " ")
}
