package store_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/item"
	"example.com/berth/store"
	"example.com/berth/store/storetest"
)

// anyWrite is a write to the item "x", or of a new one, which answers with
// what matters of it.
type anyWrite struct {
	name string
	// before is the item's document, empty for none.
	before string
	write  func(t *testing.T, s *store.Store, revision int64) (string, error)
	// want is the answer, and after the document then.
	want, after string
}

func put(conditions func(*testing.T, int64) etag.Conditions) func(*testing.T, *store.Store, int64) (string, error) {
	return func(t *testing.T, s *store.Store, revision int64) (string, error) {
		revision, created, err := s.Put(t.Context(), "x", []byte("20"), conditions(t, revision))
		if err != nil {
			return "", err
		}
		if found, err := s.Get(t.Context(), "x"); err != nil || found.Revision != revision {
			t.Errorf("the answer has revision %d, and the item %d, %v", revision, found.Revision, err)
		}
		return fmt.Sprintf("created %v", created), nil
	}
}

func remove(conditions func(*testing.T, int64) etag.Conditions) func(*testing.T, *store.Store, int64) (string, error) {
	return func(t *testing.T, s *store.Store, revision int64) (string, error) {
		return "deleted", s.Delete(t.Context(), "x", conditions(t, revision))
	}
}

func update(conditions func(*testing.T, int64) etag.Conditions) func(*testing.T, *store.Store, int64) (string, error) {
	return func(t *testing.T, s *store.Store, revision int64) (string, error) {
		changed, err := s.Update(t.Context(), "x", conditions(t, revision), increment)
		return string(changed.Document), err
	}
}

func increment(document []byte) ([]byte, error) {
	n, err := strconv.Atoi(string(document))
	return strconv.AppendInt(nil, int64(n+1), 10), err
}

func create(idempotencyKey string) func(*testing.T, *store.Store, int64) (string, error) {
	return func(t *testing.T, s *store.Store, revision int64) (string, error) {
		if idempotencyKey != "" {
			idempotencyKey = fmt.Sprint("key-", revision) // another each time
		}
		id, revision, err := s.Create(t.Context(), []byte("30"), idempotencyKey)
		if err != nil {
			return "", err
		}
		found, err := s.Get(t.Context(), id)
		if err != nil || found.Revision != revision || string(found.Document) != "30" {
			t.Errorf("the item is %+v, %v, want revision %d", found, err, revision)
		}
		return "created", s.Delete(t.Context(), id, always)
	}
}

func unconditional(*testing.T, int64) etag.Conditions { return always }

func tags(text string) func(*testing.T, int64) etag.Conditions {
	return func(t *testing.T, revision int64) etag.Conditions {
		return ifMatch(t, strings.ReplaceAll(text, "NOW", etag.Format(revision)))
	}
}

func noneMatch(text string) func(*testing.T, int64) etag.Conditions {
	return func(t *testing.T, _ int64) etag.Conditions { return ifNoneMatch(t, text) }
}

// anyWrites are all there are, as they succeed.
var anyWrites = []anyWrite{
	{"PUT of a new item", "", put(unconditional), "created true", "20"},
	{"PUT", "10", put(unconditional), "created false", "20"},
	{"PUT with If-None-Match: *", "", put(noneMatch("*")), "created true", "20"},
	{"PUT with If-None-Match of tags", "10", put(noneMatch(`"a", "b"`)), "created false", "20"},
	{"PUT with If-Match", "10", put(tags("NOW")), "created false", "20"},
	{"PUT with If-Match: *", "10", put(tags("*")), "created false", "20"},
	{"PUT with If-Match of tags", "10", put(tags(`"a", NOW`)), "created false", "20"},
	{"PATCH", "10", update(unconditional), "11", "11"},
	{"PATCH with If-Match", "10", update(tags("NOW")), "11", "11"},
	{"POST", "10", create(""), "created", "10"},
	{"POST with Idempotency-Key", "10", create("key"), "created", "10"},
	{"DELETE", "10", remove(unconditional), "deleted", ""},
	{"DELETE with If-Match", "10", remove(tags("NOW")), "deleted", ""},
	{"DELETE with If-Match of tags", "10", remove(tags(`"a", NOW`)), "deleted", ""},
}

// document is the item's, empty for none.
func document(t *testing.T, s *store.Store) string {
	t.Helper()
	found, err := s.Get(t.Context(), "x")
	if err != nil {
		wantCode(t, err, item.NotFound)
	}
	return string(found.Document)
}

// become makes the item's document that, empty for none.
func become(t *testing.T, s *store.Store, text string) (revision int64) {
	t.Helper()
	if text != "" {
		return mustPut(t, s, "x", text)
	}
	if err := s.Delete(t.Context(), "x", always); err != nil {
		wantCode(t, err, item.NotFound)
	}
	return 0
}

func TestAWriteIsMadeOnceWhateverBecomesOfItsAttempts(t *testing.T) {
	const pass, lose, drop, delay = storetest.Pass, storetest.LoseAnswer, storetest.Drop, storetest.Delay
	for _, faults := range [][]storetest.Fault{
		{}, {lose}, {drop}, {delay}, {lose, lose, lose}, {drop, lose, lose}, {delay, lose, drop}, {delay, delay, delay}, {lose, delay, lose},
	} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			t.Parallel()
			s, f := storetest.OpenFaulty(t)
			for _, w := range anyWrites {
				revision := become(t, s, w.before)
				f.Next(faults...)
				got, err := w.write(t, s, revision)
				if attempts := f.Attempts(); attempts < len(faults)+1 {
					t.Errorf("%s was tried %d times, want %d or more", w.name, attempts, len(faults)+1)
				}
				if err != nil || got != w.want {
					t.Errorf("%s answers %q, %v, want %q", w.name, got, err, w.want)
				}
				if after := document(t, s); after != w.after {
					t.Errorf("after %s there is %q, want %q", w.name, after, w.after)
				}
				f.Release(t)
				if after := document(t, s); after != w.after {
					t.Errorf("after %s and what was left of it, there is %q, want %q", w.name, after, w.after)
				}
			}
			if page, err := s.List(t.Context(), "", 10, ""); err != nil || len(page.Items) != 0 {
				t.Errorf("%d items are left, %v, want none", len(page.Items), err)
			}
		})
	}
}

func TestADelayedAttemptDoesNotUndoWhatOthersWroteSince(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	for _, w := range anyWrites {
		for _, since := range []string{"", "99", w.before} {
			revision := become(t, s, w.before)
			f.Next(storetest.Delay, storetest.Delay)
			if got, err := w.write(t, s, revision); err != nil || got != w.want {
				t.Errorf("%s answers %q, %v, want %q", w.name, got, err, w.want)
			}
			// Here, where slots are used again, and where there are others.
			become(t, s, "98")
			f.Elsewhere(t, "x", since)
			f.Release(t)
			if got := document(t, s); got != since {
				t.Errorf("a delayed %s made %q of %q, which was written since", w.name, got, since)
			}
		}
	}
}

func TestARefusedWriteIsNotMadeLater(t *testing.T) {
	for _, w := range []struct {
		anyWrite
		code item.Code
		// since is what the write could be made on.
		since string
	}{
		{anyWrite{"DELETE", "", remove(unconditional), "", ""}, item.NotFound, "99"},
		{anyWrite{"DELETE with If-Match: *", "", remove(tags("*")), "", ""}, item.NotFound, "99"},
		{anyWrite{"PUT with If-Match: *", "", put(tags("*")), "", ""}, item.PreconditionFailed, "99"},
		{anyWrite{"PUT with If-None-Match: *", "10", put(noneMatch("*")), "", ""}, item.PreconditionFailed, ""},
	} {
		for _, faults := range [][]storetest.Fault{
			{storetest.Delay}, {storetest.Delay, storetest.Delay},
			{storetest.Delay, storetest.LoseAnswer}, {storetest.Delay, storetest.LoseAnswer, storetest.Delay, storetest.LoseAnswer},
		} {
			s, f := storetest.OpenFaulty(t)
			revision := become(t, s, w.before)
			f.Next(faults...)
			_, err := w.write(t, s, revision)
			wantCode(t, err, w.code)
			f.Elsewhere(t, "x", w.since)
			f.Release(t)
			if got := document(t, s); got != w.since {
				t.Errorf("%v: %s was refused, and made %q of %q later", faults, w.name, got, w.since)
			}
		}
	}
}

func TestOthersWritingWhileTheAnswerIsLostDoNotChangeIt(t *testing.T) {
	for _, since := range []string{"", "99"} {
		for _, w := range anyWrites {
			if strings.HasPrefix(w.name, "POST") || strings.HasPrefix(w.name, "PUT") {
				continue // these read their item back
			}
			s, f := storetest.OpenFaulty(t)
			revision := become(t, s, w.before)
			tries := 0
			f.Choose(func() storetest.Fault {
				if tries++; tries == 1 {
					return storetest.LoseAnswer
				}
				if tries == 2 {
					go f.Elsewhere(t, "x", since)
					return storetest.Drop
				}
				return storetest.Pass
			})
			if got, err := w.write(t, s, revision); err != nil || got != w.want {
				t.Errorf("%s answers %q, %v, want %q", w.name, got, err, w.want)
			}
			for document(t, s) != since {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

func TestManyWritersAreCountedOnceEach(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	mustPut(t, s, "counter", "0")
	random := rand.New(rand.NewPCG(1, 2))
	f.Choose(func() storetest.Fault {
		return []storetest.Fault{storetest.Pass, storetest.Pass, storetest.LoseAnswer, storetest.Drop, storetest.Delay}[random.IntN(5)]
	})
	stop := make(chan struct{})
	var releasing sync.WaitGroup
	releasing.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				f.Release(t)
			}
		}
	})
	const writers, each = 16, 15
	var wait sync.WaitGroup
	for writer := range writers {
		wait.Go(func() {
			for i := range each {
				if writer%2 == 0 {
					if _, err := s.Update(t.Context(), "counter", always, increment); err != nil {
						t.Error(err)
					}
				} else if _, _, err := s.Create(t.Context(), []byte("1"), []string{"", fmt.Sprint(writer, i)}[i%2]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	close(stop)
	releasing.Wait()
	f.Release(t)
	got, err := s.Get(t.Context(), "counter")
	if want := strconv.Itoa(writers / 2 * each); err != nil || string(got.Document) != want {
		t.Errorf("the counter is %s, %v, want %s", got.Document, err, want)
	}
	page, err := s.List(t.Context(), "", 1000, "")
	if want := writers/2*each + 1; err != nil || len(page.Items) != want {
		t.Errorf("there are %d items, %v, want %d", len(page.Items), err, want)
	}
}

func TestReadsAreTriedAgain(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	mustPut(t, s, "x", "1")
	f.FailReads(3)
	if got := document(t, s); got != "1" {
		t.Errorf("Get gives %q", got)
	}
	f.FailReads(3)
	if page, err := s.List(t.Context(), "", 10, ""); err != nil || len(page.Items) != 1 {
		t.Errorf("List gives %d items, %v", len(page.Items), err)
	}
}

func TestAWriteIsRecalledThoughHistoryWasGivenUp(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	mustPut(t, s, "x", "1")
	tries := 0
	f.Choose(func() storetest.Fault {
		if tries++; tries == 1 {
			return storetest.LoseAnswer
		}
		f.Compact(t)
		return storetest.Pass
	})
	if _, created, err := s.Put(t.Context(), "y", []byte("2"), always); err != nil || !created {
		t.Errorf("Put answers created %v, %v, want true", created, err)
	}
}
