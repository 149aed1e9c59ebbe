package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/berth/etag"
	"example.com/berth/item"
	"example.com/berth/store"
	"example.com/berth/store/storetest"
)

// always is the condition of a request without preconditions.
var always etag.Conditions

func ifMatch(t *testing.T, text string) etag.Conditions {
	t.Helper()
	list, err := etag.Parse("If-Match", []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return etag.Conditions{IfMatch: list}
}

func ifNoneMatch(t *testing.T, text string) etag.Conditions {
	t.Helper()
	c := ifMatch(t, text)
	return etag.Conditions{IfNoneMatch: c.IfMatch}
}

func mustPut(t *testing.T, s *store.Store, id, document string) int64 {
	t.Helper()
	revision, _, err := s.Put(t.Context(), id, []byte(document), always)
	if err != nil {
		t.Fatalf("Put(%s): %v", id, err)
	}
	return revision
}

func wantCode(t *testing.T, err error, want item.Code) {
	t.Helper()
	var told *item.Error
	if !errors.As(err, &told) || told.Code != want {
		t.Errorf("error is %v, want one with code %s", err, want)
	}
}

func TestAStoreKeepsWhatIsPut(t *testing.T) {
	s := storetest.Open(t)
	const document = "{ \"a\" : 1.0e+2 ,\n\"é\":null}"
	first, created, err := s.Put(t.Context(), "x", []byte(document), always)
	if err != nil || !created {
		t.Fatalf("Put = created %v, %v, want a new item", created, err)
	}
	got, err := s.Get(t.Context(), "x")
	if err != nil || string(got.Document) != document || got.Revision != first || got.ID != "x" {
		t.Errorf("Get = %+v, %v, want %q at revision %d", got, err, document, first)
	}
	second, created, err := s.Put(t.Context(), "x", []byte("2"), always)
	if err != nil || created || second <= first {
		t.Errorf("second Put = %d, created %v, %v, want a replaced item at a later revision than %d", second, created, err, first)
	}
	if err := s.Delete(t.Context(), "x", always); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), "x")
	wantCode(t, err, item.NotFound)
	wantCode(t, s.Delete(t.Context(), "x", always), item.NotFound)
	_, err = s.Update(t.Context(), "x", always, nil)
	wantCode(t, err, item.NotFound)
}

func TestChangesAreMadeOnlyWhenConditionsHold(t *testing.T) {
	s := storetest.Open(t)
	put := func(id string, c etag.Conditions) error {
		_, _, err := s.Put(t.Context(), id, []byte("2"), c)
		return err
	}
	remove := func(id string, c etag.Conditions) error { return s.Delete(t.Context(), id, c) }
	update := func(id string, c etag.Conditions) error {
		_, err := s.Update(t.Context(), id, c, func([]byte) ([]byte, error) { return []byte("2"), nil })
		return err
	}
	const ok = item.Code("")
	for _, test := range []struct {
		header, list                string
		exists                      bool
		wantPut, wantDelete, wantUp item.Code
	}{
		{"If-Match", "NOW", true, ok, ok, ok},
		{"If-Match", `"1"`, true, item.PreconditionFailed, item.PreconditionFailed, item.PreconditionFailed},
		{"If-Match", `W/NOW`, true, item.PreconditionFailed, item.PreconditionFailed, item.PreconditionFailed},
		{"If-Match", `"0", NOW`, true, ok, ok, ok},
		{"If-Match", `"a", "b"`, true, item.PreconditionFailed, item.PreconditionFailed, item.PreconditionFailed},
		{"If-Match", "*", true, ok, ok, ok},
		{"If-Match", "*", false, item.PreconditionFailed, item.NotFound, item.NotFound},
		{"If-Match", `"1"`, false, item.PreconditionFailed, item.NotFound, item.NotFound},
		{"If-Match", `"0"`, false, item.PreconditionFailed, item.NotFound, item.NotFound},
		{"If-Match", `"1", "2"`, false, item.PreconditionFailed, item.NotFound, item.NotFound},
		{"If-None-Match", "*", true, item.PreconditionFailed, item.PreconditionFailed, item.PreconditionFailed},
		{"If-None-Match", "*", false, ok, item.NotFound, item.NotFound},
		{"If-None-Match", "W/NOW", true, item.PreconditionFailed, item.PreconditionFailed, item.PreconditionFailed},
		{"If-None-Match", `"1"`, true, ok, ok, ok},
		{"If-None-Match", `"1"`, false, ok, item.NotFound, item.NotFound},
	} {
		for name, run := range map[string]struct {
			change func(string, etag.Conditions) error
			want   item.Code
		}{"Put": {put, test.wantPut}, "Delete": {remove, test.wantDelete}, "Update": {update, test.wantUp}} {
			id := "absent"
			list := test.list
			if test.exists {
				id = "present"
				list = strings.ReplaceAll(list, "NOW", strconv.Quote(strconv.FormatInt(mustPut(t, s, id, "1"), 10)))
			} else if err := s.Delete(t.Context(), id, always); err != nil {
				wantCode(t, err, item.NotFound)
			}
			conditions := ifMatch(t, list)
			if test.header == "If-None-Match" {
				conditions = ifNoneMatch(t, list)
			}
			err := run.change(id, conditions)
			var told *item.Error
			errors.As(err, &told)
			if got := told; (err != nil || run.want != ok) && (got == nil || got.Code != run.want) {
				t.Errorf("%s with %s: %s, exists %v: error %v, want code %q", name, test.header, list, test.exists, err, run.want)
			}
		}
	}
}

func TestConcurrentUpdatesAllCount(t *testing.T) {
	s := storetest.Open(t)
	mustPut(t, s, "counter", "0")
	const writers, each = 8, 20
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			for range each {
				_, err := s.Update(t.Context(), "counter", always, func(document []byte) ([]byte, error) {
					n, err := strconv.Atoi(string(document))
					return strconv.AppendInt(nil, int64(n+1), 10), err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	got, err := s.Get(t.Context(), "counter")
	if err != nil || string(got.Document) != strconv.Itoa(writers*each) {
		t.Errorf("counter is %s, %v, want %d", got.Document, err, writers*each)
	}
}

func TestOfConcurrentCreatesOneSucceeds(t *testing.T) {
	s := storetest.Open(t)
	results := make(chan error, 10)
	for range cap(results) {
		go func() {
			_, _, err := s.Put(context.Background(), "x", []byte("1"), etag.Conditions{IfNoneMatch: etag.List{Any: true}})
			results <- err
		}()
	}
	succeeded := 0
	for range cap(results) {
		if err := <-results; err == nil {
			succeeded++
		} else {
			wantCode(t, err, item.PreconditionFailed)
		}
	}
	if succeeded != 1 {
		t.Errorf("%d creates succeeded, want 1", succeeded)
	}
}

func TestPagesShowOneStateWhileOthersWrite(t *testing.T) {
	s := storetest.Open(t)
	for i := range 25 {
		mustPut(t, s, fmt.Sprintf("a-%02d", i), "1")
	}
	mustPut(t, s, "b", "1")
	mustPut(t, s, "A", "1")
	var ids []string
	page := store.Page{}
	for {
		var err error
		page, err = s.List(t.Context(), "a-", 10, page.Next)
		if page.Next != "" || len(ids) > 0 {
			// The prefix may be left out with a cursor, or given again.
			_, again := s.List(t.Context(), "", 10, page.Next)
			if page.Next != "" && again != nil {
				t.Fatal(again)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range page.Items {
			ids = append(ids, found.ID)
			if string(found.Document) != "1" {
				t.Errorf("%s is %s, want its state when the list began", found.ID, found.Document)
			}
		}
		// All of these are after the state that is read.
		mustPut(t, s, "a-00x", "2")
		mustPut(t, s, "a-24", "2")
		if err := s.Delete(t.Context(), "a-15", always); err != nil {
			wantCode(t, err, item.NotFound)
		}
		if page.Next == "" {
			break
		}
	}
	if len(ids) != 25 || ids[0] != "a-00" || ids[15] != "a-15" || ids[24] != "a-24" {
		t.Errorf("the pages have %v, want the 25 items there were", ids)
	}
}

func TestALastPageThatIsFullHasNoNext(t *testing.T) {
	s := storetest.Open(t)
	for i := range 64 {
		mustPut(t, s, fmt.Sprintf("%02d", i), "1")
	}
	for _, limit := range []int{64, 65, 1000} {
		page, err := s.List(t.Context(), "", limit, "")
		if err != nil || len(page.Items) != 64 || page.Next != "" {
			t.Errorf("List(limit %d) = %d items, next %q, %v, want 64 and no next", limit, len(page.Items), page.Next, err)
		}
	}
	page, err := s.List(t.Context(), "none", 1, "")
	if err != nil || len(page.Items) != 0 || page.Next != "" {
		t.Errorf("List of nothing = %+v, %v", page, err)
	}
}

func TestAPageOfLargeDocumentsEndsEarly(t *testing.T) {
	s := storetest.Open(t)
	large := `"` + strings.Repeat("x", 1<<20-2) + `"`
	for i := range 6 {
		mustPut(t, s, strconv.Itoa(i), large)
	}
	page, err := s.List(t.Context(), "", 1000, "")
	if err != nil || len(page.Items) != store.LargestPage>>20 || page.Next == "" {
		t.Fatalf("List = %d items, next %q, %v, want 4 and a next", len(page.Items), page.Next, err)
	}
	page, err = s.List(t.Context(), "", 1000, page.Next)
	if err != nil || len(page.Items) != 2 || page.Next != "" {
		t.Errorf("second page = %d items, next %q, %v, want 2 and no next", len(page.Items), page.Next, err)
	}
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	s := storetest.Open(t)
	mustPut(t, s, "a-1", "1")
	mustPut(t, s, "a-2", "1")
	page, err := s.List(t.Context(), "a-", 1, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.List(t.Context(), "b-", 1, page.Next)
	wantCode(t, err, item.InvalidParameter)
	_, err = s.List(t.Context(), "", 1, page.Next+"!")
	wantCode(t, err, item.InvalidParameter)
}

func TestACreateIsMadeOnceForAnIdempotencyKey(t *testing.T) {
	directory := t.TempDir()
	options := storetest.Options(t, directory)
	s := storetest.OpenWith(t, options)
	type answer struct {
		id       string
		revision int64
	}
	answers := make(chan answer, 8)
	for range cap(answers) {
		go func() {
			id, revision, err := s.Create(context.Background(), []byte(`{"a":1}`), "key")
			if err != nil {
				t.Error(err)
			}
			answers <- answer{id, revision}
		}()
	}
	first := <-answers
	for range cap(answers) - 1 {
		if got := <-answers; got != first {
			t.Errorf("answers are %v and %v, want the same", first, got)
		}
	}
	// What the client did with the item since does not matter.
	if err := s.Delete(t.Context(), first.id, always); err != nil {
		t.Fatal(err)
	}
	s.Close()

	s = storetest.OpenWith(t, options)
	defer s.Close()
	if id, revision, err := s.Create(t.Context(), []byte(`{"a":1}`), "key"); err != nil || (answer{id, revision}) != first {
		t.Errorf("after a restart Create = %s, %d, %v, want %v", id, revision, err, first)
	}
	_, _, err := s.Create(t.Context(), []byte(`{"a":2}`), "key")
	wantCode(t, err, item.IdempotencyKeyReused)
	other, _, err := s.Create(t.Context(), []byte(`{"a":2}`), "other")
	if err != nil || other <= first.id {
		t.Errorf("with another key Create = %s, %v, want an id after %s", other, err, first.id)
	}
	page, err := s.List(t.Context(), "", 10, "")
	if err != nil || len(page.Items) != 1 {
		t.Errorf("there are %d items, %v, want 1: markers are not items", len(page.Items), err)
	}
}

func TestWhatWasAcknowledgedIsThereAfterARestart(t *testing.T) {
	options := storetest.Options(t, t.TempDir())
	s := storetest.OpenWith(t, options)
	want := map[string]int64{}
	for i := range 20 {
		id := strconv.Itoa(i)
		want[id] = mustPut(t, s, id, id)
	}
	s.Close()
	s = storetest.OpenWith(t, options)
	defer s.Close()
	for id, revision := range want {
		got, err := s.Get(t.Context(), id)
		if err != nil || string(got.Document) != id || got.Revision != revision {
			t.Errorf("Get(%s) = %+v, %v, want revision %d", id, got, err, revision)
		}
	}
}
