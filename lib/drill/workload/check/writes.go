package check

import (
	"fmt"
	"math"

	"berth/drill/history"
)

func isWrite(o *history.Operation) bool { return o.Kind != history.Get && o.Kind != history.List }

// place is where a value was seen, which is one for each value.
type place struct{ key, tag string }

// seen is the revision that each value was seen with. A value that was seen
// twice, under two ids or two revisions, was written twice by one request.
func seen(operations []*history.Operation) (revisions map[string]int64, twice []Anomaly) {
	places := map[string]place{}
	revisions = map[string]int64{}
	twice = []Anomaly{}
	note := func(o *history.Operation, value string, at place) {
		before, known := places[value]
		if known && before != at {
			twice = append(twice, Anomaly{At: o.Call, What: fmt.Sprintf(
				"the write of %s was made twice: it is %s %s and %s %s (%s)", value, before.key, before.tag, at.key, at.tag, describe(o))})
		}
		places[value] = at
		revisions[value] = revisionOf(at.tag)
	}
	for _, o := range operations {
		if o.Outcome != history.OK {
			continue
		}
		if o.Value != "" && o.ETag != "" {
			note(o, o.Value, place{o.Key, o.ETag})
		}
		for _, found := range o.Found {
			note(o, found.Value, place{found.Key, found.ETag})
		}
	}
	return revisions, twice
}

// lost compares the last acknowledged write of each item with the last look.
// An item that is not there is lost unless a delete could have come after the
// write; one that has an older revision always is.
func lost(operations []*history.Operation) []Anomaly {
	last := map[string]*history.Operation{}
	deleted := map[string]int64{}
	var final *history.Operation
	for _, o := range operations {
		switch {
		case o.Final && o.More: // not to its end
		case o.Final:
			final = o
		case o.Kind == history.Delete && o.Outcome == history.OK:
			deleted[o.Key] = max(deleted[o.Key], o.Return)
		case o.Kind == history.Delete && o.Outcome == history.Unknown:
			deleted[o.Key] = math.MaxInt64
		case isWrite(o) && o.Outcome == history.OK:
			if before := last[o.Key]; before == nil || revisionOf(before.ETag) < revisionOf(o.ETag) {
				last[o.Key] = o
			}
		}
	}
	lost := []Anomaly{}
	if final == nil {
		return lost
	}
	there := map[string]int64{}
	for _, found := range final.Found {
		there[found.Key] = revisionOf(found.ETag)
	}
	for key, write := range last {
		revision, exists := there[key]
		if exists && revision < revisionOf(write.ETag) || !exists && deleted[key] < write.Call {
			lost = append(lost, Anomaly{At: write.Call, What: describe(write)})
		}
	}
	return lost
}
