package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"

	"example.com/berth/etag"
	"example.com/berth/item"
)

func TestAnAlarmOfAFullStoreIsDisarmedOnceThereIsRoom(t *testing.T) {
	s := openPeers(t)
	raiseAlarm(t, s)
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	var told *item.Error
	if !errors.As(err, &told) || told.Code != item.StoreFull {
		t.Errorf("error %v, want code %s", err, item.StoreFull)
	}
	// At first others get time to make room as well.
	for _, before := range []bool{false, true} {
		if fit, err := s.disarm(t.Context(), before); err != nil || !fit {
			t.Fatalf("fit %v, error %v", fit, err)
		}
	}
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
		t.Error(err)
	}
}

func TestAFullStoreRefusesWritesAndRecoversByDeletes(t *testing.T) {
	every := spaceEvery
	spaceEvery = 50 * time.Millisecond
	t.Cleanup(func() { spaceEvery = every }) // after the store is closed
	s := openPeers(t, func(o *Options) { o.Quota = 10 << 20 })
	always := etag.Conditions{}
	large := []byte(`"` + strings.Repeat("x", 1<<20-2) + `"`)
	var err error
	stored := 0
	for ; stored < 20 && err == nil; stored++ {
		_, _, err = s.Put(t.Context(), strconv.Itoa(stored), large, always)
		s.server.Backend().ForceCommit() // what is in use is counted then
	}
	wantCode(t, err, item.StoreFull)
	stored--
	if stored < 3 {
		t.Fatalf("only %d MiB fit in a quota of 10", stored)
	}
	if _, err := s.Get(t.Context(), "0"); err != nil {
		t.Errorf("a full store does not answer reads: %v", err)
	}
	for i := range stored {
		if err := s.Delete(t.Context(), strconv.Itoa(i), always); err != nil {
			t.Fatalf("a full store refuses deletes: %v", err)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, _, err := s.Put(t.Context(), "again", large, always)
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("space does not come back after deletes: %v", err)
		}
	}
}

func TestTheFilesOfAllMembersShrinkAgainAndTheirAlarmEnds(t *testing.T) {
	every := spaceEvery
	spaceEvery = 200 * time.Millisecond
	c := newTrialAlone(t)
	t.Cleanup(func() { spaceEvery = every }) // after the stores are closed
	const quota = 16 << 20
	c.change = func(o *Options) { o.Quota = quota }
	members := c.startAll(3, 0, 1, 2)
	first := members[0].store
	// Past the store's own limit, as a file does that is full of holes.
	large := strings.Repeat("x", 1<<20)
	var err error
	for i := 0; i < 120 && err == nil; i++ {
		_, err = first.server.Put(t.Context(), &pb.PutRequest{Key: itemKey(strconv.Itoa(i % 100)), Value: []byte(large)})
	}
	if !errors.Is(err, etcderrors.ErrNoSpace) {
		t.Fatalf("error %v, want that of etcd's own limit", err)
	}
	for i := range 100 {
		if err := first.Delete(t.Context(), strconv.Itoa(i), etag.Conditions{}); err != nil {
			var told *item.Error
			if !errors.As(err, &told) || told.Code != item.NotFound {
				t.Fatalf("a full store refuses deletes: %v", err)
			}
		}
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var largest int64
		for _, member := range members {
			largest = max(largest, member.store.server.Backend().Size())
		}
		_, _, err := first.Put(t.Context(), "again", []byte("1"), etag.Conditions{})
		// One that was just below the quota may grow beyond it again.
		if err == nil && largest < 2*quota && len(first.server.Alarms()) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("a file has %d MiB, alarms %v, writing says %v", largest>>20, first.server.Alarms(), err)
		}
	}
}

func TestItemsCanBeDeletedThoughEtcdTakesNothingMore(t *testing.T) {
	s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
	for _, id := range []string{"a", "b"} {
		if _, _, err := s.Put(t.Context(), id, []byte("1"), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	raiseAlarm(t, s)
	_, _, err := s.Put(t.Context(), "a", []byte("2"), etag.Conditions{})
	wantCode(t, err, item.StoreFull)
	if err := s.Delete(t.Context(), "a", etag.Conditions{}); err != nil {
		t.Error(err)
	}
	wantCode(t, s.Delete(t.Context(), "a", etag.Conditions{}), item.NotFound)
	// Nor can there be a new lease.
	s.slots.leases.forget(s.slots.lease)
	if err := s.Delete(t.Context(), "b", etag.Conditions{}); err != nil {
		t.Error(err)
	}
}

func TestTheDatabaseIsNotWrittenAnewOnAVolumeWithoutRoomForIt(t *testing.T) {
	s := openPeers(t)
	if err := s.hasDiskFor(1 << 20); err != nil {
		t.Error(err)
	}
	if err := s.hasDiskFor(1 << 60); err == nil || !strings.Contains(err.Error(), "grow the volume") {
		t.Errorf("error %v, want one that says what to do", err)
	}
}

func TestAStoreThatIsGivenASmallerQuotaThanItsFileIsLargeTakesWrites(t *testing.T) {
	c := newTrialAlone(t)
	large := []byte(`"` + strings.Repeat("x", 1<<20-2) + `"`)
	before := c.start(0, 1)
	s := before.ready()
	for i := range 40 {
		if _, _, err := s.Put(t.Context(), strconv.Itoa(i), large, etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 40 {
		if err := s.Delete(t.Context(), strconv.Itoa(i), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.server.Compact(t.Context(), &pb.CompactionRequest{Revision: s.server.KV().Rev(), Physical: true}); err != nil {
		t.Fatal(err)
	}
	s.server.Backend().ForceCommit()
	file := s.server.Backend().Size()
	before.stop()
	c.change = func(o *Options) { o.Quota = 16 << 20 }
	s = c.start(0, 1).ready()
	if now := s.server.Backend().Size(); file < 32<<20 || now >= 16<<20 {
		t.Errorf("the file has %d bytes, had %d", now, file)
	}
	if _, _, err := s.Put(t.Context(), "a", large, etag.Conditions{}); err != nil {
		t.Error(err)
	}
}

func TestWhatAnotherMemberWritesToMakeRoomCountsAsNobodysWrite(t *testing.T) {
	s := openPeers(t)
	put(t, s, "a", "1")
	want := s.server.KV().Rev()
	var h history
	for range 2 {
		if err := s.makeRoom(t.Context(), &h); err != nil {
			t.Fatal(err)
		}
		if h.written != want {
			t.Errorf("the last write is taken for that of revision %d, want %d", h.written, want)
		}
		if _, err := s.server.Put(t.Context(), &pb.PutRequest{Key: []byte(spaceKey)}); err != nil {
			t.Fatal(err)
		}
	}
}

// lookedAt tells when a member has looked at what was written, to make room.
type lookedAt struct {
	KeyValues
	then func()
}

func (l *lookedAt) Range(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	response, err := l.KeyValues.Range(ctx, request)
	if then := l.then; then != nil && string(request.Key) == spaceKey {
		l.then = nil
		then()
	}
	return response, err
}

func TestDeletesMadeWhileRoomIsMadeCountTheNextTime(t *testing.T) {
	l := &lookedAt{}
	s := openPeers(t, func(o *Options) {
		o.Quota = 10 << 20
		o.Wrap = func(kv KeyValues) KeyValues { l.KeyValues = kv; return l }
	})
	large := []byte(`"` + strings.Repeat("x", 100<<10) + `"`)
	var stored int
	for err := error(nil); err == nil; stored++ {
		_, _, err = s.Put(t.Context(), strconv.Itoa(stored), large, etag.Conditions{})
		s.server.Backend().ForceCommit()
	}
	stored--
	var h history
	makeRoom := func() {
		t.Helper()
		if err := s.makeRoom(t.Context(), &h); err != nil {
			t.Fatal(err)
		}
	}
	makeRoom()
	l.then = func() {
		for i := range stored {
			if err := s.Delete(t.Context(), strconv.Itoa(i), etag.Conditions{}); err != nil {
				t.Error(err)
			}
		}
	}
	for range 3 {
		makeRoom()
	}
	if used := s.server.Backend().SizeInUse(); used > s.quota/2 {
		t.Errorf("%d bytes of %d are in use after all items were deleted", used, s.quota)
	}
}

func TestMembersMakeRoomThoughAnotherWasQuicker(t *testing.T) {
	s := openPeers(t, func(o *Options) { o.Quota = 10 << 20 })
	large := []byte(`"` + strings.Repeat("x", 100<<10) + `"`)
	var members [3]history
	makeRoom := func() {
		for m := range members {
			if err := s.makeRoom(t.Context(), &members[m]); err != nil {
				t.Errorf("member %d: %v", m, err)
			}
		}
	}
	// All of it are items, so there is no more room afterwards either.
	stored := 0
	for _, below := range []int64{s.quota / 8 * 6, s.quota / 32 * 31} {
		for ; s.server.Backend().SizeInUse() < below; stored++ {
			if _, _, err := s.Put(t.Context(), strconv.Itoa(stored), large, etag.Conditions{}); err != nil {
				t.Fatal(err)
			}
			s.server.Backend().ForceCommit()
		}
		makeRoom()
	}
	makeRoom()
	for m, h := range members {
		if h.dropped == 0 {
			t.Errorf("member %d gave up no history", m)
		}
	}
}
