package store

import (
	"strconv"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/item"
)

func TestHistoryBeyondTheLimitIsForgottenAfterAMinute(t *testing.T) {
	began := time.Now()
	const perSecond = 1000
	var p past
	first, fewest, most := int64(-1), mostHistory, int64(0)
	for second := int64(0); second <= 900; second += 10 {
		now := moment{began.Add(time.Duration(second) * time.Second), 1 + second*perSecond}
		if until := p.forget(now, first); until != 0 {
			if until <= first || until > now.revision-mostHistory {
				t.Fatalf("after %d s, at %d, it forgets up to %d, which was %d", second, now.revision, until, first)
			}
			first = until
			fewest = min(fewest, now.revision-until)
		}
		if second > 300 {
			most = max(most, now.revision-max(first, 0))
		}
	}
	// Looked at every ten seconds.
	if limit := mostHistory + mostHistory/2 + 10*perSecond; fewest != mostHistory || most > limit {
		t.Errorf("it keeps %d to %d changes; want %d to %d", fewest, most, mostHistory, limit)
	}
}

func TestHistoryIsKeptForAMinuteHoweverLongItIs(t *testing.T) {
	began := time.Now()
	var p past
	for second := int64(0); second <= 300; second += 10 {
		revision := second * 50_000
		until := p.forget(moment{began.Add(time.Duration(second) * time.Second), revision}, 0)
		if age := second - until/50_000; until != 0 && age < 60 {
			t.Fatalf("after %d s it forgets what is %d s old", second, age)
		}
		if second >= 70 && until == 0 {
			t.Fatalf("after %d s it forgets nothing of %d changes", second, revision)
		}
	}
}

func TestAShortHistoryIsLeftAlone(t *testing.T) {
	began := time.Now()
	var p past
	for minute := int64(0); minute < 60; minute++ {
		now := moment{began.Add(time.Duration(minute) * time.Minute), minute * 2000}
		if until := p.forget(now, max(0, now.revision-mostHistory-1000)); until != 0 {
			t.Fatalf("after %d minutes it forgets up to %d of %d", minute, until, now.revision)
		}
	}
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
		kept := s.server.KV().Rev() - s.server.KV().FirstRev()
		if kept >= mostHistory && kept <= mostHistory+mostHistory/2 {
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
