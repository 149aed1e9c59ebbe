package store

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/storage/mvcc"
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
	var h history
	fit := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		var err error
		if fit, err = s.disarm(ctx, fit); err != nil {
			s.log.Warn("could not disarm the alarm of a full store", "error", err)
		}
		if err := s.makeRoom(ctx, &h); err != nil {
			s.log.Warn("could not make room in a store that is nearly full", "error", err)
		}
	}
}

// history is what makeRoom remembers from one time to the next.
type history struct {
	// writes is how many revisions were not touches, written what the last one
	// was when their number was last seen to have changed, and dropped that up
	// to which history was given up.
	writes, written, dropped int64
}

// makeRoom drops old states up to the last write that it saw the time before,
// if the store is nearly full. If nobody writes it drops nothing; what it
// writes itself, here or in another member, does not count.
func (s *Store) makeRoom(ctx context.Context, h *history) error {
	touched, err := s.kv.Range(ctx, &pb.RangeRequest{Key: []byte(spaceKey), Serializable: true})
	if err != nil {
		return err
	}
	drop, revision := h.written, touched.Header.Revision
	// That the last one is a touch would not tell: others may have written
	// between the look and the touch. Each touch is a revision of its own.
	if writes := revision - first(touched).GetVersion(); writes != h.writes {
		h.writes, h.written = writes, revision
	}
	used := s.server.Backend().SizeInUse()
	if used < s.quota/8*7 {
		return nil
	}
	touches := 1
	if drop > h.dropped {
		if _, err := s.server.Compact(ctx, &pb.CompactionRequest{Revision: drop, Physical: true}); err != nil && !errors.Is(err, mvcc.ErrCompacted) {
			return err // Another member may have been quicker.
		}
		h.dropped = drop
		touches = 3
	}
	// The database counts pages as free at a later write than that which
	// freed them, and one more if there was a reader; with every write
	// refused there would be none.
	for range touches {
		if _, err := s.server.Put(ctx, &pb.PutRequest{Key: []byte(spaceKey)}); err != nil {
			return err
		}
		s.server.Backend().ForceCommit()
	}
	if now := s.server.Backend().SizeInUse(); now < used {
		s.log.Warn("gave up history early: the store was nearly full",
			"revision", drop, "bytesBefore", used, "bytesAfter", now, "quota", s.quota)
	}
	return nil
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
	// Items is how many items there are, or were a while ago if it takes long
	// to count them; see count.
	Items int64
	// Revision is that of the last change.
	Revision int64
	// HasLeader is whether this member knows a leader, and Leads whether it
	// is that itself.
	HasLeader, Leads bool
	// Members is how many there are, and Learners how many have no vote yet.
	Members, Learners int
	// KnownRounds is in how many rounds reads learned what is committed, and
	// UnknownRounds in how many they did not, so that they asked etcd.
	KnownRounds, UnknownRounds int64
}

// Stats looks at this member alone, without asking the others.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	revision := s.server.KV().Rev()
	items, err := s.count.at(revision, func() (int64, error) { return s.countItems(ctx) })
	if err != nil {
		return Stats{}, s.failure(err)
	}
	backend := s.server.Backend()
	members, learners, leads := s.membershipStats()
	return Stats{
		FileBytes: backend.Size(), UsedBytes: backend.SizeInUse(), QuotaBytes: s.quota,
		Items: items, Revision: revision, HasLeader: s.server.Leader() != 0,
		Leads: leads, Members: members, Learners: learners,
		KnownRounds: s.rounds.known.Load(), UnknownRounds: s.rounds.unknown.Load(),
	}, nil
}

func (s *Store) countItems(ctx context.Context) (int64, error) {
	prefix := []byte(itemKeys)
	found, err := s.server.Range(ctx, &pb.RangeRequest{
		Key: prefix, RangeEnd: after(prefix), CountOnly: true, Serializable: true,
	})
	if err != nil {
		return 0, err
	}
	return found.Count, nil
}
