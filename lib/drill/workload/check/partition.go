package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"berth/drill/history"
)

// object is what the model is of: the items of one shelf, or one item that
// was posted. No request but the last list reads more than one object, and
// that one is, for each, the last read. So the history is linearizable if and
// only if that of each object is (Herlihy and Wing, Linearizability, 1990,
// theorem 1), and a list loses nothing by the division, as it would if each
// item were an object.
type object struct {
	name       string
	items      []string
	operations []*asked
}

func (o *object) item(key string) int {
	if i := slices.Index(o.items, key); i >= 0 {
		return i
	}
	if len(o.items) == shelfKeys {
		panic(fmt.Sprintf("%s has more than %d items", o.name, shelfKeys))
	}
	o.items = append(o.items, key)
	return len(o.items) - 1
}

// shelfOf is the name of the object that an item belongs to: shelves have
// ids that end in - and a letter; other ids are of items that were posted.
func shelfOf(key string) string {
	if !strings.HasPrefix(key, "drill-") {
		return key
	}
	return key[:strings.LastIndexByte(key, '-')+1]
}

// readTogether makes one operation of the pages of each list: it reads at one
// moment, which is in the time of the first page. A list that was not read to
// its end covers what comes before its last item.
func readTogether(operations []history.Operation) []*history.Operation {
	type list struct{ client, read int }
	first := map[list]*history.Operation{}
	var whole []*history.Operation
	for i := range operations {
		o := &operations[i]
		if o.Kind != history.List {
			whole = append(whole, o)
			continue
		}
		id := list{o.Client, o.Read}
		switch begun := first[id]; {
		case o.Outcome != history.OK:
		case begun == nil:
			copied := *o
			copied.Found = slices.Clone(o.Found)
			first[id] = &copied
			whole = append(whole, &copied)
		default:
			begun.Found = append(begun.Found, o.Found...)
			begun.More = o.More
		}
	}
	return whole
}

// divide sorts operations by object. values are numbered, and the revision
// that a value was seen with stands for that of a write without an answer.
func divide(operations []*history.Operation, revisions map[string]int64) []*object {
	objects := map[string]*object{}
	find := func(name string) *object {
		if objects[name] == nil {
			objects[name] = &object{name: name}
		}
		return objects[name]
	}
	numbers := map[string]int{}
	number := func(value string) int {
		if numbers[value] == 0 {
			numbers[value] = len(numbers) + 1
		}
		return numbers[value]
	}
	var final *history.Operation
	for _, o := range operations {
		switch {
		case o.Final:
			if !o.More {
				final = o
			}
			continue
		case !isInHistory(o):
			continue
		}
		name := o.Key
		if o.Kind != history.List {
			name = shelfOf(o.Key)
		}
		object := find(name)
		a := &asked{operation: o, ifMatch: revisionOf(o.IfMatch), ifNone: revisionOf(o.IfNoneMatch)}
		switch {
		case o.Kind == history.List:
		case o.Value == "":
			a.item = object.item(o.Key)
		default:
			a.item, a.written = object.item(o.Key), number(o.Value)
			a.revision = revisions[o.Value]
			if o.ETag != "" {
				a.revision = revisionOf(o.ETag)
			}
		}
		object.operations = append(object.operations, a)
	}
	found := make([]*object, 0, len(objects))
	for _, object := range objects {
		found = append(found, object)
		if final != nil {
			object.operations = append(object.operations, &asked{operation: final})
		}
		// By now every item that a client named is known.
		for _, a := range object.operations {
			object.cover(a, number)
		}
	}
	slices.SortFunc(found, func(a, b *object) int { return strings.Compare(a.name, b.name) })
	return found
}

// cover notes what a list found of the object's items, and which of them it
// would have found.
func (o *object) cover(a *asked, number func(string) int) {
	if a.operation.Kind != history.List {
		return
	}
	through := ""
	for _, found := range a.operation.Found {
		through = found.Key
		if shelfOf(found.Key) != o.name {
			continue
		}
		a.seen[o.item(found.Key)] = cell{number(found.Value), revisionOf(found.ETag)}
	}
	for i, key := range o.items {
		a.covered[i] = !a.operation.More || key <= through
	}
}

// isInHistory leaves out what tells nothing: what was not done, and what is
// not known of something that changes nothing or has no name.
func isInHistory(o *history.Operation) bool {
	switch o.Outcome {
	case history.Failed:
		return false
	case history.Unknown:
		return o.Key != "" && o.Kind != history.Get && o.Kind != history.List
	default:
		return true
	}
}

// revisionOf reads an entity tag, which is a revision in quotes. Any other
// tag is one that no item has.
func revisionOf(tag string) int64 {
	if tag == "" {
		return 0
	}
	if tag == "*" {
		return anyRevision
	}
	revision, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return revision
}
