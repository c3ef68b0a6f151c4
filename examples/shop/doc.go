// Package shop simulates the outside world of a Chinese online shop over HTTP: the order APIs of the Douyin shop and
// Pinduoduo platforms, WeChat Pay v3, Alipay, a warehouse system, the group robots of WeCom, DingTalk and Feishu, and the
// callbacks that platforms send. There is one model, the orders of a [Shop]; each platform is a view on it with its own
// field names, money units, time formats, signatures and error shapes.
//
// Everything random comes from [Options.Seed] and every moment from [Options.Clock]: two shops with the same options that
// are asked the same things in the same order answer with the same bytes. A random choice is drawn from the seed and the
// name of what is chosen, never from a shared stream, so that concurrent callers do not disturb each other's luck.
//
// The package is an independent judge: it imports the standard library only, checks signatures by its own code, and must
// not know the project whose requests it judges.
package shop
