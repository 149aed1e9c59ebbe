package store

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// eventually tries until there is no error, for as long as anybody waits.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

func codeOf(err error) item.Code {
	var told *item.Error
	if errors.As(err, &told) {
		return told.Code
	}
	return ""
}

func TestAMemberWithoutAMajorityIsUnreadyUntilThereIsOneAgain(t *testing.T) {
	c := newTrial(t)
	c.change = func(o *Options) { o.UnreadyAfter = 2 * time.Second }
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	all[1].stop()
	all[2].stop()
	eventually(t, "a member that is left alone", func() error {
		if all[0].store.Ready() {
			return errors.New("is still ready")
		}
		return nil
	})
	var wait sync.WaitGroup
	wait.Go(func() {
		_, _, err := all[0].store.Put(t.Context(), "b", []byte("1"), etag.Conditions{})
		if code := codeOf(err); code != item.Unavailable && code != item.OutcomeUnknown {
			t.Errorf("a write without a majority: %v", err)
		}
	})
	wait.Go(func() {
		if _, err := all[0].store.Get(t.Context(), "a"); codeOf(err) != item.Unavailable {
			t.Errorf("a read without a majority: %v, want that it is refused rather than stale", err)
		}
	})
	wait.Wait()
	again := c.start(1, 3)
	again.ready()
	eventually(t, "with a majority again, the member", func() error {
		if !all[0].store.Ready() {
			return errors.New("is not ready")
		}
		return nil
	})
	wantItems(t, all[0].store, "a")
}

func TestThreeMembersThatAreFullRefuseWritesAndRecoverByDeletes(t *testing.T) {
	every := spaceEvery
	spaceEvery = 50 * time.Millisecond
	t.Cleanup(func() { spaceEvery = every }) // after the stores are closed
	c := newTrialAlone(t)
	c.change = func(o *Options) { o.Quota = 10 << 20 }
	all := c.startAll(3, 0, 1, 2)
	always := etag.Conditions{}
	large := []byte(`"` + strings.Repeat("x", 1<<20-2) + `"`)
	putAt := func(ordinal int, id string) error {
		_, _, err := all[ordinal].store.Put(t.Context(), id, large, always)
		return err
	}
	var err error
	stored := 0
	for ; stored < 20 && err == nil; stored++ {
		err = putAt(stored%3, strconv.Itoa(stored))
		time.Sleep(110 * time.Millisecond) // what is in use is counted at each commit of the database
	}
	wantCode(t, err, item.StoreFull)
	stored--
	if stored < 3 {
		t.Fatalf("only %d MiB fit in a quota of 10", stored)
	}
	for ordinal, a := range all {
		eventually(t, a.name+", by which more is written", func() error {
			if err := putAt(ordinal, "more"); codeOf(err) != item.StoreFull {
				return errors.New("does not say that it is full")
			}
			return nil
		})
		if _, err := a.store.Get(t.Context(), "0"); err != nil {
			t.Errorf("%s is full and does not answer reads: %v", a.name, err)
		}
		if !a.store.Ready() {
			t.Errorf("%s is full and so unready", a.name)
		}
	}
	_ = all[0].store.Delete(t.Context(), "more", always)
	for i := range stored {
		if err := all[i%3].store.Delete(t.Context(), strconv.Itoa(i), always); err != nil {
			t.Fatalf("%s is full and refuses deletes: %v", all[i%3].name, err)
		}
	}
	for ordinal, a := range all {
		eventually(t, a.name+" after the deletes", func() error { return putAt(ordinal, "again-"+strconv.Itoa(ordinal)) })
	}
}

func TestAnAlarmOfOneMemberStopsWritesByAllAndIsLifted(t *testing.T) {
	every := spaceEvery
	spaceEvery = time.Hour
	t.Cleanup(func() { spaceEvery = every })
	c := newTrialAlone(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	raiseAlarm(t, all[2].store)
	for _, a := range all {
		eventually(t, a.name, func() error {
			if _, _, err := a.store.Put(t.Context(), "b", []byte("1"), etag.Conditions{}); codeOf(err) != item.StoreFull {
				return errors.New("writes on although a member is full")
			}
			return nil
		})
		wantItems(t, a.store, "a")
	}
	// Who raised it lifts it.
	for _, a := range []*attempt{all[1], all[2]} {
		if _, err := a.store.disarm(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if alarms := all[1].store.server.Alarms(); a != all[2] && len(alarms) != 1 {
			t.Errorf("%s lifted the alarm of another", a.name)
		}
	}
	for _, a := range all {
		eventually(t, a.name+" after the alarm", func() error {
			_, _, err := a.store.Put(t.Context(), "b", []byte("1"), etag.Conditions{})
			return err
		})
	}
}
