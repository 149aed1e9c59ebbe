package check

import (
	"fmt"
	"testing"
	"time"

	"berth/drill/history"
)

const (
	shelf = "drill-x-0000-0-"
	a, b  = shelf + "a", shelf + "b"
)

// timed gives operations that follow each other the times of that, and ends
// them with a last look that finds what is given.
func timed(operations []history.Operation, found ...history.Found) []history.Operation {
	operations = append(operations, history.Operation{
		Kind: history.List, Client: 99, Read: 1, Page: 1, Final: true, Outcome: history.OK, Status: 200, Found: found,
	})
	for i := range operations {
		if operations[i].Return == 0 {
			operations[i].Call, operations[i].Return = int64(10*i+1), int64(10*i+5)
		}
	}
	return operations
}

func put(key, value, tag string) history.Operation {
	return history.Operation{Kind: history.Put, Key: key, Value: value, ETag: tag, Outcome: history.OK, Status: 201}
}

func list(more bool, found ...history.Found) history.Operation {
	return history.Operation{Kind: history.List, Key: shelf, Read: 1, Page: 1, Outcome: history.OK, Status: 200, Found: found, More: more}
}

func of(operations []history.Operation) Verdict {
	return History(operations, Options{Patience: time.Second})
}

func TestAListIsReadAtOneMoment(t *testing.T) {
	oldA, newA := history.Found{Key: a, Value: "1", ETag: `"1"`}, history.Found{Key: a, Value: "3", ETag: `"3"`}
	oldB, newB := history.Found{Key: b, Value: "2", ETag: `"2"`}, history.Found{Key: b, Value: "4", ETag: `"4"`}
	during := func(list history.Operation) []history.Operation {
		second := put(a, "3", `"3"`)
		second.Status = 200
		third := put(b, "4", `"4"`)
		third.Status = 200
		list.Call, list.Return = 15, 100
		return timed([]history.Operation{put(a, "1", `"1"`), put(b, "2", `"2"`), second, third, list}, newA, newB)
	}
	for _, c := range []struct {
		name string
		list history.Operation
		good bool
	}{
		{"before both", list(false, oldA, oldB), true},
		{"between them", list(false, newA, oldB), true},
		{"after both", list(false, newA, newB), true},
		// Each item is what it was at some time, and at no time were both.
		{"of two moments", list(false, oldA, newB), false},
		{"that leaves out one", list(false, newA), false},
		{"that goes on", list(true, newA), true},
	} {
		if verdict := of(during(c.list)); verdict.Good() != c.good {
			t.Errorf("a list %s is good: %v, want %v: %+v", c.name, verdict.Good(), c.good, verdict)
		}
	}
}

func TestRevisionsOfAnItemGrowAndThoseOfOthersDoNotFall(t *testing.T) {
	replaced := func(tag string) history.Operation {
		o := put(a, "2", tag)
		o.Status = 200
		return o
	}
	for _, c := range []struct {
		name       string
		operations []history.Operation
		good       bool
	}{
		{"two items of one transaction", []history.Operation{put(a, "1", `"5"`), put(b, "2", `"5"`)}, true},
		{"another item before the first", []history.Operation{put(a, "1", `"5"`), put(b, "2", `"4"`)}, false},
		{"one item anew", []history.Operation{put(a, "1", `"5"`), replaced(`"6"`)}, true},
		{"one item under the same revision", []history.Operation{put(a, "1", `"5"`), replaced(`"5"`)}, false},
	} {
		found := []history.Found{}
		for _, o := range c.operations {
			found = append(found, history.Found{Key: o.Key, Value: o.Value, ETag: o.ETag})
		}
		if c.operations[1].Key == a {
			found = found[1:]
		}
		if verdict := of(timed(c.operations, found...)); verdict.Good() != c.good {
			t.Errorf("%s: %+v, want good to be %v", c.name, verdict, c.good)
		}
	}
}

func TestPagesOfOneListAreOneRead(t *testing.T) {
	first, second := list(true, history.Found{Key: a, Value: "1", ETag: `"1"`}), list(false)
	second.Page = 2
	// b was there before the second page was read, and after the first was.
	operations := []history.Operation{put(a, "1", `"1"`), first, put(b, "2", `"2"`), second}
	everything := []history.Found{{Key: a, Value: "1", ETag: `"1"`}, {Key: b, Value: "2", ETag: `"2"`}}
	if verdict := of(timed(operations, everything...)); !verdict.Good() {
		t.Errorf("pages of the first one's moment: %+v", verdict)
	}
	operations[3].Found = []history.Found{everything[1]}
	if verdict := of(timed(operations, everything...)); verdict.Good() {
		t.Errorf("a page of a later moment passes: %+v", verdict)
	}
}

func TestAnUnknownOutcomeIsEitherOneForAll(t *testing.T) {
	unknown := put(a, "1", "")
	unknown.Outcome, unknown.Status = history.Unknown, 0
	there := history.Found{Key: a, Value: "1", ETag: `"1"`}
	read := history.Operation{Kind: history.Get, Key: a, Value: "1", ETag: `"1"`, Outcome: history.OK, Status: 200}
	absent := history.Operation{Kind: history.Get, Key: a, Outcome: history.Refused, Status: 404}
	for _, c := range []struct {
		name  string
		reads []history.Operation
		found []history.Found
		good  bool
	}{
		{"made", []history.Operation{read}, []history.Found{there}, true},
		{"never made", []history.Operation{absent}, nil, true},
		{"made late", []history.Operation{absent, read}, []history.Found{there}, true},
		{"made and undone", []history.Operation{read, absent}, nil, false},
	} {
		operations := append([]history.Operation{unknown}, c.reads...)
		if verdict := of(timed(operations, c.found...)); verdict.Good() != c.good || verdict.Unknown != 1 {
			t.Errorf("%s is good: %v, want %v: %+v", c.name, verdict.Good(), c.good, verdict)
		}
	}
}

func TestAnAcknowledgedWriteIsLostUnlessItCouldHaveBeenDeleted(t *testing.T) {
	written := put(a, "1", `"1"`)
	deleted := history.Operation{Kind: history.Delete, Key: a, Outcome: history.OK, Status: 204}
	unknown := history.Operation{Kind: history.Delete, Key: a, Outcome: history.Unknown}
	for _, c := range []struct {
		name       string
		operations []history.Operation
		lost       int
	}{
		{"written", []history.Operation{written}, 1},
		{"written and deleted", []history.Operation{written, deleted}, 0},
		{"deleted, if only then, and written", []history.Operation{unknown, written}, 0},
	} {
		if verdict := of(timed(c.operations)); len(verdict.Lost) != c.lost {
			t.Errorf("%s and not there has %v lost, want %d", c.name, verdict.Lost, c.lost)
		}
	}
	older := history.Found{Key: a, Value: "1", ETag: `"1"`}
	second := put(a, "2", `"2"`)
	second.Status = 200
	if verdict := of(timed([]history.Operation{written, second}, older)); len(verdict.Lost) != 1 {
		t.Errorf("an older revision in the end has %v lost, want 1", verdict.Lost)
	}
}

func TestNotToKnowIsNoPass(t *testing.T) {
	// Any of them may have been made, in any order, and none explains the end.
	var operations []history.Operation
	for i := range 40 {
		unknown := put(a, fmt.Sprint(i), "")
		unknown.Outcome = history.Unknown
		operations = append(operations, unknown)
	}
	operations = append(operations, history.Operation{Kind: history.Get, Key: b, Value: "x", ETag: `"7"`, Outcome: history.OK, Status: 200})
	verdict := History(timed(operations), Options{Patience: 50 * time.Millisecond})
	if len(verdict.Undecided) != 1 || verdict.Good() {
		t.Errorf("what takes too long has the verdict %+v", verdict)
	}
	whole := timed([]history.Operation{put(a, "1", `"1"`)})
	if verdict := of(whole[:1]); verdict.LookedUp || verdict.Good() {
		t.Errorf("a history without a last look has the verdict %+v", verdict)
	}
}
