package store

import (
	"strconv"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// moments come ten seconds apart, in which changes are made at some pace,
// each revision a group of them.
func moments(seconds, perSecond, group int64, each func(second int64, now moment)) {
	began := time.Now()
	for second := int64(0); second <= seconds; second += 10 {
		done := second * perSecond
		each(second, moment{began.Add(time.Duration(second) * time.Second), 1 + done/group, done})
	}
}

func TestHistoryBeyondTheLimitIsForgottenHoweverItIsGrouped(t *testing.T) {
	for _, group := range []int64{1, 20} {
		const perSecond = 1000
		var p past
		first, fewest, most := int64(-1), 2*mostHistory, int64(0)
		moments(900, perSecond, group, func(second int64, now moment) {
			if until := p.forget(now, first); until != 0 {
				if until <= first {
					t.Fatalf("after %d s it forgets up to %d, which was %d", second, until, first)
				}
				first = until
				fewest = min(fewest, (now.revision-until)*group)
			}
			if second > 300 {
				most = max(most, (now.revision-first)*group)
			}
		})
		// Looked at every ten seconds.
		const late = 10 * perSecond
		if fewest < mostHistory || fewest > mostHistory+late || most > mostHistory+mostHistory/2+late {
			t.Errorf("in groups of %d it keeps %d to %d changes; want %d to %d", group, fewest, most, mostHistory, mostHistory+mostHistory/2)
		}
	}
}

func TestHistoryIsKeptForAMinuteHoweverLongItIs(t *testing.T) {
	var p past
	const perSecond = 50_000
	first, forgot := int64(-1), 0
	moments(300, perSecond, 1, func(second int64, now moment) {
		until := p.forget(now, first)
		if until == 0 {
			return
		}
		forgot++
		first = until
		if age := second - until/perSecond; age < 60 {
			t.Fatalf("after %d s it forgets what is %d s old", second, age)
		}
	})
	if forgot < 20 {
		t.Errorf("it forgot something %d times in five minutes, want each time but in the first", forgot)
	}
}

func TestAShortHistoryIsLeftAlone(t *testing.T) {
	var p past
	moments(3600, 30, 1, func(second int64, now moment) {
		// As etcd itself does after ten to twenty minutes.
		first := max(-1, now.revision-30*900)
		if until := p.forget(now, first); until != 0 {
			t.Fatalf("after %d s it forgets up to %d of %d", second, until, now.revision)
		}
	})
}

func TestALeaderForgetsWhatIsBeyondTheLimitAndCursorsOfItExpire(t *testing.T) {
	most, shortest, every := mostHistory, shortestHistory, historyEvery
	mostHistory, shortestHistory, historyEvery = 100, 0, 20*time.Millisecond
	t.Cleanup(func() { mostHistory, shortestHistory, historyEvery = most, shortest, every }) // after the store is closed
	s := openPeers(t)
	put := func(id string) {
		t.Helper()
		if _, _, err := s.Put(t.Context(), id, []byte("1"), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	put("b")
	page, err := s.List(t.Context(), "", 1, "")
	if err != nil || page.Next == "" {
		t.Fatalf("a first page is %+v, error %v", page, err)
	}
	for n := range 300 {
		put(strconv.Itoa(n % 10))
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		// One that is alone needs no slots, so a write is one change. There may be
		// some between two looks.
		kept := s.server.KV().Rev() - s.server.KV().FirstRev()
		if kept >= mostHistory && kept <= 2*mostHistory {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d changes are kept, want about %d", kept, mostHistory)
		}
	}
	_, err = s.List(t.Context(), "", 1, page.Next)
	wantCode(t, err, item.CursorExpired)
	if _, err := s.Get(t.Context(), "a"); err != nil {
		t.Errorf("an item that did not change since: %v", err)
	}
}
