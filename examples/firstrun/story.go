package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"sluice/examples/shop"
)

// text is a sentence in both languages, with the same verbs.
type text struct{ en, zh string }

var (
	textBuild = text{
		"1. Building the program (`make build` puts it at bin/sluice).",
		"1. 编译程序（`make build` 会把它放在 bin/sluice）。",
	}
	textWorld = text{
		"\n2. Making a world for it: a simulated shop (Douyin's order API, a warehouse, a WeCom robot) and an order database.",
		"\n2. 准备运行环境：一个模拟商店（抖店订单接口、仓库系统、企业微信机器人）和一个订单库。",
	}
	textAddresses = text{
		"   shop         %s\n   database     %s\n   connections  %s  (addresses and credentials, apart from the flow)",
		"   商店      %s\n   订单库    %s\n   连接文件  %s（地址和凭证，与流程分开保存）",
	}
	textBefore = text{
		"\n3. Order %s was delivered (parcel %s), but Douyin's callback got lost. Our database, last synced 20 minutes ago, still says:",
		"\n3. 订单 %s 已签收（物流单号 %s），但抖店的回调丢了。本地订单库 20 分钟前同步过，仍然是：",
	}
	textFirst = text{
		"\n4. Running the flow. It asks Douyin, compares with our record, and decides. A line for each step:",
		"\n4. 运行流程：查询抖店，与本地记录比对，作出判断。每个步骤一行：",
	}
	textOutput = text{"\n   What it gave back:", "\n   返回结果："}
	textAfter  = text{"\n5. What it did. The row in our database now:", "\n5. 流程做了什么。订单库里现在是："}
	textRobot  = text{"\n   The robot's message in the team's group:", "\n   机器人发到运营群的消息："}
	textTicket = text{"\n   The ticket at the warehouse's service desk:", "\n   仓库系统里的客服工单："}
	textSecond = text{
		"\n6. The same once more, as if the callback came after all. The record is fresh, so nothing is done twice:",
		"\n6. 再运行一次，就像回调姗姗来迟。记录刚同步过，所以什么也不会重复做：",
	}
	textEnd = text{
		"\nDone; the shop is closed and its files are removed. The flow you saw is " + flowFile + ",\nits page is README.md beside it, and smaller ones to learn from are in examples/hello.",
		"\n演示结束，商店已关闭，文件已清理。刚才的流程是 " + flowFile + "，\n说明见同目录的 README.zh.md；更小的入门示例在 examples/hello。",
	}
)

// chinese follows the environment as the program does.
func chinese(env func(string) (string, bool)) bool {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := env(name); ok && v != "" {
			return strings.HasPrefix(v, "zh")
		}
	}
	return false
}

// teller tells the story in one language.
type teller struct {
	out io.Writer
	zh  bool
}

func (s teller) say(t text, args ...any) {
	words := t.en
	if s.zh {
		words = t.zh
	}
	fmt.Fprintf(s.out, words+"\n", args...)
}

func (s teller) indented(lines string) {
	for line := range strings.Lines(lines) {
		fmt.Fprint(s.out, "     ", line)
	}
}

// row shows the order in the database, a column a line.
func (s teller) row(ctx context.Context, w *world) error {
	row, err := w.row(ctx)
	if err != nil {
		return err
	}
	for _, column := range []string{"order_id", "status", "logistics_no", "sync_source", "last_sync_time"} {
		v := row[column]
		if v == nil {
			v = "NULL"
		}
		fmt.Fprintf(s.out, "     %-15s %v\n", column, v)
	}
	return nil
}

// left shows what the run left in the world outside.
func (s teller) left(w *world) {
	s.say(textRobot)
	for _, m := range w.shop.Messages(shop.WeCom) {
		fmt.Fprintln(s.out, "     "+m.Text)
	}
	s.say(textTicket)
	for _, t := range w.shop.Warehouse().Tickets {
		fmt.Fprintf(s.out, "     %s  %s\n     %s\n", t.ID, t.Title, t.Text)
	}
}
