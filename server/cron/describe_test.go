package cron_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, en, zh string }{
		{"*/5 * * * *", "every 5 minutes", "每 5 分钟"},
		{"0 */5 * * * ?", "every 5 minutes", "每 5 分钟"},
		{"0 9 * * 1-5", "at 09:00 on Monday to Friday", "每周一至周五 09:00"},
		{"0 0 9 ? * 2-6", "at 09:00 on Monday to Friday", "每周一至周五 09:00"},
		{"0 15 10 L * ?", "at 10:15 on the last day of the month", "每月最后一天 10:15"},
		{"@daily", "at 00:00 every day", "每天 00:00"},
		{"@hourly", "every hour", "每小时整点"},
		{"@every 1h30m", "every 1 hour 30 minutes", "每 1 小时 30 分钟"},
		{"@every 1s", "every second", "每秒"},
		{"@weekly", "at 00:00 on Sunday", "每周日 00:00"},
		{"0 0 9 ? * 2", "at 09:00 on Monday", "每周一 09:00"},
		{"0 15 10 ? * 6#3", "at 10:15 on the third Friday of the month", "每月第三个周五 10:15"},
		{"0 15 10 ? * 6L", "at 10:15 on the last Friday of the month", "每月最后一个周五 10:15"},
		{"0 0 12 LW * ?", "at 12:00 on the last weekday of the month", "每月最后一个工作日 12:00"},
		{"0 0 12 15W * ?", "at 12:00 on the weekday nearest to day 15 of the month", "每月最接近 15 日的工作日 12:00"},
		{"0 0 12 L-3 * ?", "at 12:00 on the day 3 days before the last day of the month", "每月倒数第 4 天 12:00"},
		{"0 0/30 8-10 ? * MON-FRI", "every 30 minutes from 08:00 to 10:30 on Monday to Friday", "每周一至周五，08:00 至 10:30 每 30 分钟"},
		{"0 0 */2 * * ?", "every 2 hours", "每 2 小时"},
		{"30 */2 * * *", "every 2 hours of the day from 00:30", "每天从 00:30 起每 2 小时"},
		{"*/10 * * * * ?", "every 10 seconds", "每 10 秒"},
		{"* * * * * ?", "every second", "每秒"},
		{"0 12 1 * MON", "at 12:00 on day 1 of the month or Monday", "每月 1 日或周一 12:00"},
		{"0 0 0 1 1 ? 2027", "at 00:00 on day 1 of the month, in January, in 2027", "2027 年，1 月，1 日 00:00"},
		{"0 0 0 1 1 ? 2017/3", "at 00:00 on day 1 of the month, in January, every 3 years from 2017", "2017 年起每 3 年，1 月，1 日 00:00"},
		{"0 0 22-2 * * ?", "every hour from 22:00 to 02:00", "22:00 至 02:00 每小时"},
		{"0 0 10 ? * SAT-SUN", "at 10:00 on Saturday and Sunday", "每周六和周日 10:00"},
		{"0 7/10 * * * ?", "every 10 minutes of the hour from minute 7", "每小时从第 7 分起每 10 分钟"},
		{"*/7 * * * *", "every 7 minutes of the hour from minute 0", "每小时从第 0 分起每 7 分钟"},
		{"0 0 9,17 * * ?", "at 09:00 and 17:00 every day", "每天 09:00 和 17:00"},
		{"15 30 9 * * ?", "at 09:30:15 every day", "每天 09:30:15"},
		{"0 2-59/3 1,9,22 11-26 1-6 ?", "every 3 minutes of the hour from minute 2 in the hours 1, 9 and 22 on days 11 to 26 of the month, in January to June", "1 月至 6 月，11 至 26 日，1、9 和 22 点，每小时从第 2 分起每 3 分钟"},
		{"0 0 0 ? 11-2 FRI", "at 00:00 on Friday, in November to February", "11 月至 2 月，周五 00:00"},
		{"0 15 10 0W * ?", "at 10:15 on no day", "每月没有任何一天 10:15"},
		{"0 0,30 9 * * ?", "at 09:00 and 09:30 every day", "每天 09:00 和 09:30"},
		{"0 0/5 14,18 * * ?", "every 5 minutes in the hours 14 and 18", "14 和 18 点，每 5 分钟"},
		{"10 15 * * * ?", "at minute 15, second 10 of every hour", "每小时的第 15 分 10 秒"},
		{"5-10 3 2 * * ?", "every second from second 5 to 10 of the minute, at minute 3 of the hour from 02:00 to 02:59", "02:00 至 02:59 每小时的第 3 分，每分钟第 5 至 10 秒的每秒"},
		{"0 0 9 1,15 3,6 ?", "at 09:00 on days 1 and 15 of the month, in March and June", "3 月和 6 月，1 和 15 日 09:00"},
		{"* 1 * * * ?", "every second, at minute 1 of the hour", "每小时的第 1 分，每秒"},
		{"0 15 10 L-1W,L-1 * ? 2010", "at 10:15 on the day 1 day before the last day of the month or the weekday nearest to the day 1 day before the last day of the month, in 2010", "2010 年，每月倒数第 2 天或最接近倒数第 2 天的工作日 10:15"},
		{"0 0 12 1/5 * ?", "at 12:00 on one day in every 5 of the month, from day 1", "每月从 1 日起每 5 天 12:00"},
		{"0 9-17 * * *", "every hour from 09:00 to 17:00", "09:00 至 17:00 每小时"},
		{"0 8,12,18 * * *", "at 08:00, 12:00 and 18:00 every day", "每天 08:00、12:00 和 18:00"},
		{"0 0 9 LW,15 * ?", "at 09:00 on day 15 of the month or the last weekday of the month", "每月 15 日或最后一个工作日 09:00"},
		{"30 9-17 * * 1-5", "every hour from 09:30 to 17:30 on Monday to Friday", "每周一至周五，09:30 至 17:30 每小时"},
		{"0 0 9 ? * 1,7", "at 09:00 on Saturday and Sunday", "每周六和周日 09:00"},
		{"0 0 0 ? * 4#5 2026-2028", "at 00:00 on the fifth Wednesday of the month, in 2026 to 2028", "2026 至 2028 年，每月第五个周三 00:00"},
		{"@every 1m30s", "every 1 minute 30 seconds", "每 1 分钟 30 秒"},
		{"*/30 * * * *", "every 30 minutes", "每 30 分钟"},
		{"0 */5 * * *", "every 5 hours of the day from 00:00", "每天从 00:00 起每 5 小时"},
		{"0 0 9 ? * *", "at 09:00 every day", "每天 09:00"},
		{"@every 2h", "every 2 hours", "每 2 小时"},
		{"0/7 * * * * ?", "every 7 seconds of the minute from second 0", "每分钟从第 0 秒起每 7 秒"},
		{"5,10,20 * 9 * * ?", "at second 5, 10 and 20 of the minute from 09:00 to 09:59", "09:00 至 09:59 每分钟的第 5、10 和 20 秒"},
		{"0 0 0 L-2W * ?", "at 00:00 on the weekday nearest to the day 2 days before the last day of the month", "每月最接近倒数第 3 天的工作日 00:00"},
		{"20-40 * * * *", "every minute from minute 20 to 40 of the hour", "每小时第 20 至 40 分的每分钟"},
		{"0 0 0 1 1-3,5 ? 2026,2027", "at 00:00 on day 1 of the month, in January, February, March and May, in 2026 and 2027", "2026 和 2027 年，1 月、2 月、3 月和 5 月，1 日 00:00"},
	} {
		s := parse(t, c.expr, "", "Asia/Shanghai")
		require.Equal(t, c.en, s.Describe(cron.English), c.expr)
		require.Equal(t, c.zh, s.Describe(cron.Chinese), c.expr)
	}
	require.Equal(t, "every 5 minutes", parse(t, "*/5 * * * *", "", "").Describe("fr"))
}
