package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/engine/core"
)

// The moments that a ListOffsets request knows.
const (
	latest   = -1
	earliest = -2
)

// lag is the sum over partitions of what lies behind the group's committed offset, or behind the oldest record.
func (k *kafka) lag(ctx context.Context, s Subscription) (int64, *core.Failure) {
	client, f := k.connected()
	if f != nil {
		return 0, f
	}
	parts, f := partitions(ctx, client, s.Topic)
	if f != nil {
		return 0, f
	}
	ends, f := offsets(ctx, client, s.Topic, parts, latest)
	if f != nil {
		return 0, f
	}
	begins, f := offsets(ctx, client, s.Topic, parts, earliest)
	if f != nil {
		return 0, f
	}
	committed, f := committed(ctx, client, s, parts)
	if f != nil {
		return 0, f
	}
	var total int64
	for id, end := range ends {
		total += max(0, end-max(begins[id], committed[id]))
	}
	return total, nil
}

func partitions(ctx context.Context, client *kgo.Client, topic string) ([]int32, *core.Failure) {
	request := kmsg.NewPtrMetadataRequest()
	wanted := kmsg.NewMetadataRequestTopic()
	wanted.Topic = &topic
	request.Topics = append(request.Topics, wanted)
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil, kafkaReach(ctx, err)
	}
	var parts []int32
	for i := range response.Topics {
		if err := kerr.ErrorForCode(response.Topics[i].ErrorCode); err != nil {
			return nil, refused("queue.topic", "the broker has no such topic: %s", err)
		}
		for j := range response.Topics[i].Partitions {
			parts = append(parts, response.Topics[i].Partitions[j].Partition)
		}
	}
	return parts, nil
}

// offsets are those of the partitions at a moment.
func offsets(ctx context.Context, client *kgo.Client, topic string, parts []int32, moment int64) (map[int32]int64, *core.Failure) {
	request := kmsg.NewPtrListOffsetsRequest()
	wanted := kmsg.NewListOffsetsRequestTopic()
	wanted.Topic = topic
	for _, id := range parts {
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = id, moment
		wanted.Partitions = append(wanted.Partitions, p)
	}
	request.Topics = append(request.Topics, wanted)
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil, kafkaReach(ctx, err)
	}
	found := map[int32]int64{}
	for i := range response.Topics {
		for j := range response.Topics[i].Partitions {
			p := &response.Topics[i].Partitions[j]
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, kafkaReach(ctx, err)
			}
			found[p.Partition] = p.Offset
		}
	}
	return found, nil
}

// committed are the group's offsets; a partition without one is left out.
func committed(ctx context.Context, client *kgo.Client, s Subscription, parts []int32) (map[int32]int64, *core.Failure) {
	request := kmsg.NewPtrOffsetFetchRequest()
	request.Group = s.Group
	wanted := kmsg.NewOffsetFetchRequestTopic()
	wanted.Topic, wanted.Partitions = s.Topic, parts
	request.Topics = append(request.Topics, wanted)
	response, err := request.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(response.ErrorCode)
	}
	if err != nil {
		return nil, kafkaReach(ctx, err)
	}
	found := map[int32]int64{}
	for i := range response.Topics {
		for j := range response.Topics[i].Partitions {
			if p := &response.Topics[i].Partitions[j]; p.Offset >= 0 {
				found[p.Partition] = p.Offset
			}
		}
	}
	return found, nil
}
