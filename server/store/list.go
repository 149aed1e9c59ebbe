package store

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"example.com/berth/cursor"
	"example.com/berth/item"
)

// LargestPage is how many bytes of documents a page has, but for the one that
// goes beyond.
const LargestPage = 4 << 20

// Page is part of a list.
type Page struct {
	Items []Item
	// Next is the cursor of the next page, empty on the last one.
	Next string
}

// List reads items whose ids start with prefix, in the order of their ids, at
// most limit of them. With the cursor of an earlier page it goes on after it,
// in the state of the store that the first page was read from, whatever was
// written since. The error has the code item.CursorExpired if that state is
// no longer kept, or item.InvalidParameter.
func (s *Store) List(ctx context.Context, prefix string, limit int, after string) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	from := cursor.Cursor{Prefix: prefix}
	if after != "" {
		var err error
		if from, err = cursor.Parse(after); err != nil {
			return Page{}, err
		}
		if prefix != "" && prefix != from.Prefix {
			return Page{}, &item.Error{
				Code: item.InvalidParameter, Detail: "the cursor belongs to a list with another prefix",
				Value: prefix, Allowed: "the prefix of the first page, or none with a cursor", Fix: "leave out prefix",
			}
		}
	}
	return s.page(ctx, from, limit)
}

// page reads in steps, since etcd limits a read by the number of keys and not
// by their size.
func (s *Store) page(ctx context.Context, from cursor.Cursor, limit int) (Page, error) {
	key, end := itemKey(from.Prefix), after(itemKey(from.Prefix))
	if from.Last != "" {
		key = append(itemKey(from.Last), 0)
	}
	var page Page
	size, step := 0, firstStep
	for {
		response, err := s.read(ctx, &pb.RangeRequest{
			Key: key, RangeEnd: end, Revision: from.Revision,
			Limit: int64(min(step, limit-len(page.Items))),
			// Once the state is known, it is the same everywhere.
			Serializable: len(page.Items) > 0,
		})
		if err != nil {
			return Page{}, err
		}
		if from.Revision == 0 {
			from.Revision = response.Header.Revision
		}
		for i, found := range response.Kvs {
			page.Items = append(page.Items, Item{ID: idOf(found.Key), Revision: found.ModRevision, Document: found.Value})
			size += len(found.Value)
			more := response.More || i < len(response.Kvs)-1
			if !more {
				return page, nil
			}
			if size >= LargestPage || len(page.Items) == limit {
				from.Last = idOf(found.Key)
				page.Next = from.Encode()
				return page, nil
			}
		}
		if len(response.Kvs) == 0 {
			return page, nil
		}
		key = append(response.Kvs[len(response.Kvs)-1].Key, 0)
		step = nextStep(step, len(page.Items), size)
	}
}

// How many items are read at once, at first and at the most: all are in memory
// then, of up to a megabyte each, whether there is room for them or not.
const firstStep, largestStep = 16, 128

// nextStep is twice the step before, as long as there is room on the page for
// as many items of the size that the ones so far had.
func nextStep(step, items, size int) int {
	fits := (LargestPage-size)*items/max(size, 1) + 1
	return min(2*step, largestStep, max(fits, firstStep))
}
