package store

import (
	"sync"
	"time"
)

// countPause is how many times as long as counting the items takes they are
// not counted again. etcd looks at each of them for it, and at those deleted
// lately, and no write goes on meanwhile: some 6 ms with 100,000 items.
const countPause = 1000

// count is how many items there are, as it was counted last.
type count struct {
	mutex sync.Mutex
	// items there were at the revision; 0 before the first time.
	items, revision int64
	// again is when they may be counted again.
	again time.Time
}

// at tells how many items there are at a revision, or were when they were
// counted last, if that is too short a while ago for what it takes.
func (c *count) at(revision int64, items func() (int64, error)) (int64, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	begun := time.Now()
	if revision == c.revision || begun.Before(c.again) {
		return c.items, nil
	}
	found, err := items()
	if err != nil {
		return 0, err
	}
	now := time.Now()
	c.items, c.revision, c.again = found, revision, now.Add(countPause*now.Sub(begun))
	return found, nil
}
