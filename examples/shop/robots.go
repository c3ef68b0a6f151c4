package shop

import (
	"encoding/json"
	"slices"
	"time"
)

// The robots.
const (
	WeCom    = "wecom"
	DingTalk = "dingtalk"
	Feishu   = "feishu"
)

// Message is one that a robot accepted and showed in its group.
type Message struct {
	Robot string    `json:"robot"`
	At    time.Time `json:"at"`
	// Type is the platform's own word for the kind of message.
	Type string `json:"type"`
	// Text is what people read in the group, in short.
	Text string `json:"text"`
	// Body is the request as it came.
	Body json.RawMessage `json:"body"`
}

// Messages are those a robot received, oldest first; without a name, those of all robots.
func (s *Shop) Messages(robot string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Message{}
	for _, m := range s.robots.messages.values() {
		if robot == "" || m.Robot == robot {
			all = append(all, m)
		}
	}
	return all
}

type robots struct {
	messages recent[int, Message]
	count    int
	wecom    slidingLog
	dingtalk slidingLog
	feishu   slidingLog
	// dingtalkBlocked is until when DingTalk refuses after too many messages.
	dingtalkBlocked time.Time
	// media are the uploads to WeCom by media id, with the time they came.
	media recent[string, time.Time]
}

func newRobots() robots {
	return robots{messages: newRecent[int, Message](), media: newRecent[string, time.Time]()}
}

// accept puts a message into the group.
func (b *robots) accept(m Message) {
	b.count++
	b.messages.put(b.count, m)
}

// slidingLog holds the moments of the last minute's messages.
type slidingLog struct{ moments []time.Time }

// within counts the moments less than a duration old, and forgets those older than a minute.
func (l *slidingLog) within(now time.Time, d time.Duration) int {
	l.moments = slices.DeleteFunc(l.moments, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	n := 0
	for _, t := range l.moments {
		if now.Sub(t) < d {
			n++
		}
	}
	return n
}

func (l *slidingLog) add(now time.Time) { l.moments = append(l.moments, now) }
