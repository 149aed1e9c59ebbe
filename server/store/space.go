package store

import (
	"context"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// spaceEvery is how often the use of space is looked at, and so the least
// time that a cursor is good for. Tests shorten it.
var spaceEvery = 10 * time.Second

// watchSpace gives up history early when it takes up the quota. Old states
// are kept for ten minutes so that lists can be read page by page; with much
// writing these may be most of the store, and a list that must begin again is
// better than a write refused.
func (s *Store) watchSpace(ctx context.Context) {
	ticker := time.NewTicker(spaceEvery)
	defer ticker.Stop()
	var before, done int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.disarm(ctx); err != nil {
			s.log.Warn("could not disarm the alarm of a full store", "error", err)
		}
		if s.server.Backend().SizeInUse() >= s.quota/8*7 && before > done {
			var err error
			if done, err = s.giveUpHistory(ctx, before); err != nil {
				s.log.Warn("could not give up history early", "error", err)
			}
		}
		before = s.server.KV().Rev()
	}
}

// giveUpHistory drops states before revision. It returns the revision it left
// behind: unless others write after that, there is nothing more to drop.
func (s *Store) giveUpHistory(ctx context.Context, revision int64) (int64, error) {
	used := s.server.Backend().SizeInUse()
	if _, err := s.server.Compact(ctx, &pb.CompactionRequest{Revision: revision, Physical: true}); err != nil {
		return 0, err
	}
	// The database counts pages as free at the next write after that which
	// freed them; with every write refused there would be none.
	touched, err := s.server.Put(ctx, &pb.PutRequest{Key: []byte(spaceKey)})
	if err != nil {
		return 0, err
	}
	s.server.Backend().ForceCommit()
	s.log.Warn("gave up history early: the store is nearly full", "revision", revision,
		"bytesBefore", used, "bytesAfter", s.server.Backend().SizeInUse(), "quota", s.quota)
	return touched.Header.Revision, nil
}

// hasRoom reports whether size more bytes fit in the quota.
func (s *Store) hasRoom(size int) bool {
	return s.server.Backend().SizeInUse()+int64(size) <= s.quota
}

// Stats are numbers for monitoring.
type Stats struct {
	// FileBytes is the size of the database file, and UsedBytes what of it
	// is in use; QuotaBytes is how much may be.
	FileBytes, UsedBytes, QuotaBytes int64
	// Items is how many items there are.
	Items int64
	// Revision is that of the last change.
	Revision int64
	// HasLeader is whether this member knows a leader.
	HasLeader bool
}

// Stats looks at this member alone, without asking the others.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	prefix := []byte(itemKeys)
	found, err := s.server.Range(ctx, &pb.RangeRequest{
		Key: prefix, RangeEnd: after(prefix), CountOnly: true, Serializable: true,
	})
	if err != nil {
		return Stats{}, s.failure(err)
	}
	backend := s.server.Backend()
	return Stats{
		FileBytes: backend.Size(), UsedBytes: backend.SizeInUse(), QuotaBytes: s.quota,
		Items: found.Count, Revision: found.Header.Revision, HasLeader: s.server.Leader() != 0,
	}, nil
}
