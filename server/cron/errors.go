package cron

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reasons of an [Error].
const (
	ReasonEmpty       = "empty"
	ReasonStyle       = "style_unknown"
	ReasonZone        = "zone_unknown"
	ReasonZonePrefix  = "zone_prefix"
	ReasonCount       = "field_count"
	ReasonDescriptor  = "descriptor_unknown"
	ReasonEvery       = "every_invalid"
	ReasonFieldEmpty  = "field_empty"
	ReasonCharacter   = "character"
	ReasonQuartzOnly  = "quartz_only"
	ReasonName        = "name_unknown"
	ReasonValue       = "value_range"
	ReasonRangeOpen   = "range_open"
	ReasonRangeFalls  = "range_falls"
	ReasonMixed       = "range_mixed"
	ReasonStepMissing = "step_missing"
	ReasonStepZero    = "step_zero"
	ReasonStep        = "step_range"
	ReasonStepNames   = "step_names"
	ReasonQuestion    = "question"
	ReasonDaysBoth    = "days_both"
	ReasonDaysNone    = "days_none"
	ReasonAlone       = "not_alone"
	ReasonNth         = "nth_range"
	ReasonLastOffset  = "last_offset"
	ReasonUnreadable  = "unreadable"
)

// Languages of texts.
const (
	English = "en"
	Chinese = "zh"
)

// Error says what of an expression cannot be read.
type Error struct {
	// Field is one of the constants, empty where it is about the whole expression, its style or its zone.
	Field string
	// Position is the character of the expression, counted from 0, that it begins at.
	Position int
	// Reason is stable; Params are the values in its text, by name.
	Reason string
	Params map[string]string
}

// Error is the text in English, without a full stop.
func (e *Error) Error() string { return e.In(English) }

// In is the text in a language; English where the language is neither.
func (e *Error) In(language string) string {
	said := texts[e.Reason]
	text, place := said.en, "character {at} ({field}): "
	if language == Chinese {
		text, place = said.zh, "第 {at} 个字符（{field}）："
	}
	pairs := []string{"{at}", strconv.Itoa(e.Position + 1), "{field}", fieldTitle(e.Field, language)}
	for name, value := range e.Params {
		pairs = append(pairs, "{"+name+"}", value)
	}
	if e.Field != "" {
		text = place + text
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func countError(style, want string, parts []part) error {
	at := parts[len(parts)-1]
	return &Error{Position: at.position + utf8.RuneCountInString(at.text), Reason: ReasonCount, Params: map[string]string{
		"style": style, "want": want, "found": strconv.Itoa(len(parts)),
	}}
}

func fieldTitle(field, language string) string {
	if language == Chinese {
		return titles[field].zh
	}
	return titles[field].en
}

var titles = map[string]said{
	Seconds: {"seconds", "秒"}, Minutes: {"minutes", "分"}, Hours: {"hours", "时"}, DayOfMonth: {"day of month", "日"},
	Month: {"month", "月"}, DayOfWeek: {"day of week", "周"}, Year: {"year", "年"},
}

// said is a text in both languages.
type said struct{ en, zh string }

var texts = map[string]said{
	ReasonEmpty:       {"the expression is empty", "表达式为空"},
	ReasonStyle:       {"there is no style {style}, only unix and quartz", "没有“{style}”这种风格，只有 unix 和 quartz"},
	ReasonZone:        {"{zone} is not the IANA name of a time zone, such as Asia/Shanghai", "“{zone}”不是 IANA 时区名称，时区应写成 Asia/Shanghai 这样"},
	ReasonZonePrefix:  {"the time zone has its own setting: leave {text} out of the expression", "时区请单独设置，不要在表达式里写 {text}"},
	ReasonCount:       {"style {style} has {want} fields, and here are {found}", "{style} 风格应有 {want} 段，这里有 {found} 段"},
	ReasonDescriptor:  {"{text} is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @every", "“{text}”不在可用写法之列：@yearly、@annually、@monthly、@weekly、@daily、@midnight、@hourly、@every"},
	ReasonEvery:       {"{text} is not @every with a duration such as 30s or 1h30m", "“{text}”不对，@every 后面要写时长，例如 30s 或 1h30m"},
	ReasonFieldEmpty:  {"the field selects nothing", "这一段没有选中任何值"},
	ReasonCharacter:   {"{char} cannot stand here", "这里不能写“{char}”"},
	ReasonQuartzOnly:  {"{char} is known to style quartz only", "只有 quartz 风格支持“{char}”"},
	ReasonName:        {"{text} is not a name here; names have three letters, such as JAN or MON", "“{text}”不是可用的名称，名称是三个字母，例如 JAN、MON"},
	ReasonValue:       {"{value} is not between {min} and {max}", "{value} 不在 {min} 到 {max} 之间"},
	ReasonRangeOpen:   {"the range has no end", "区间缺少结束值"},
	ReasonRangeFalls:  {"the range {text} runs backwards", "区间 {text} 的起止颠倒了"},
	ReasonMixed:       {"a range is between two numbers or two names, not one of each", "区间两端要么都是数字，要么都是名称，不能混用"},
	ReasonStepMissing: {"a number must follow /", "/ 后面要写数字"},
	ReasonStepZero:    {"a step of 0 never moves on", "步长不能为 0"},
	ReasonStep:        {"the step {step} is above {max}", "步长 {step} 超过了上限 {max}"},
	ReasonStepNames:   {"a step needs numbers before it, not names", "步长前面要用数字，不能用名称"},
	ReasonQuestion:    {"? stands alone, in the day of month or the day of week", "? 只能单独写在“日”或“周”这一段"},
	ReasonDaysBoth:    {"day of month and day of week cannot both be given: put ? in one of them", "“日”和“周”不能同时指定，其中一段要写 ?"},
	ReasonDaysNone:    {"day of month and day of week cannot both be ?", "“日”和“周”不能都写 ?"},
	ReasonAlone:       {"{text} must be the only day of week", "{text} 必须单独使用，“周”这一段里不能再写别的"},
	ReasonNth:         {"a number from 1 to 5 must follow #", "# 后面要写 1 到 5 的数字"},
	ReasonLastOffset:  {"a number up to 30 must follow L-", "L- 后面要写不超过 30 的数字"},
	ReasonUnreadable:  {"{text} cannot be read", "无法识别“{text}”"},
}
